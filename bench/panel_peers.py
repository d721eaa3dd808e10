#!/usr/bin/env python3
"""A panel beside NeuralForecast 3.3.0, and its reading beside polars: seconds and the peak of anonymous memory (RssAnon, sampled every 20 ms).

  panel_peers.py --python PYTHON [--build DIR] [--series N] [--rows N] [--models linear,lstm]
PYTHON has torch==2.13.0, neuralforecast==3.3.0 and polars. Both train on as many windows: every window once here, as many steps of as many
windows there. The machine should be idle otherwise.
"""
import argparse, json, pathlib, statistics, subprocess, tempfile, time

from large_series import ROOT, anonymous_mib
from many_series import WORKFLOW, measure, write_csv

MODELS = {"linear": ['model.type="LinearModel"', 'stages.slice_windows.window_norm="last"'],
          "lstm": ['model.type="LSTMModel"', "model.hidden_size=32", "model.num_layers=1"]}
BATCH = 1024


def ours(program, folder, name):
    """Preprocess, slice and one epoch."""
    words = [word for value in MODELS[name] for word in ("--set", value)]
    out = [measure([program, "run", "many.toml", "--stage", stage, "--quiet", "--force", *words], folder) for stage in ("preprocess", "slice_windows", "train")]
    return sum(seconds for seconds, _ in out), max(peak for _, peak in out), [round(seconds, 1) for seconds, _ in out]


def peer(python, folder, name, steps):
    started, peak = time.perf_counter(), 0.0
    process = subprocess.Popen([python, ROOT / "bench/peers/neuralforecast_panel.py", "many.csv", name, str(steps), str(BATCH)], cwd=folder,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    while process.poll() is None:
        peak = max(peak, anonymous_mib(process.pid))
        time.sleep(0.02)
    return time.perf_counter() - started, peak, json.loads(process.stdout.read().strip().splitlines()[-1])


def reading(program, python, folder, rounds=3):
    """Preprocess (read, check, sort, split, scale, write) beside polars reading and sorting the same file."""
    code = "import polars, time; s = time.perf_counter(); polars.read_csv('many.csv', try_parse_dates=True).sort('unique_id', 'ds'); print(time.perf_counter() - s)"
    pairs = [(measure([program, "run", "many.toml", "--stage", "preprocess", "--quiet", "--force"], folder)[0],
              float(subprocess.run([python, "-c", code], cwd=folder, capture_output=True, text=True, check=True).stdout)) for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*pairs)]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--python", required=True)
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    p.add_argument("--series", type=int, default=100_000)
    p.add_argument("--rows", type=int, default=200)
    p.add_argument("--models", default="linear,lstm")
    a = p.parse_args()
    program = (a.build / "bin" / "pipeline").resolve()
    windows = a.series * (a.rows - 48 - 48 - 12 + 1)
    steps = -(-windows // BATCH)
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = pathlib.Path(name).resolve()
        (folder / "many.toml").write_text(WORKFLOW.replace("threads = 1\n", ""))
        write_csv(folder / "many.csv", a.series, a.rows)
        print(f"{a.series:,} series of {a.rows} rows, {(folder / 'many.csv').stat().st_size / 1e6:,.0f} MB; {windows:,} windows, {steps:,} steps of {BATCH}")
        own, polars = reading(program, a.python, folder)
        print(f"preprocess {own:.1f} s; polars reads and sorts in {polars:.1f} s", flush=True)
        for model in a.models.split(","):
            seconds, peak, parts = ours(program, folder, model)
            print(f"{model:8} ours           {seconds:8.1f} s {peak:8.0f} MiB   preprocess, slice_windows, train {parts}", flush=True)
            other, other_peak, other_parts = peer(a.python, folder, model, steps)
            print(f"{model:8} NeuralForecast {other:8.1f} s {other_peak:8.0f} MiB   {other_parts}\n{'':8} {other / seconds:.1f} times as fast, "
                  f"{peak / other_peak:.2f} of the memory", flush=True)


if __name__ == "__main__":
    main()
