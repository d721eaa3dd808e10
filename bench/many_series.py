#!/usr/bin/env python3
"""Many series: seconds and the peak of anonymous memory (RssAnon, sampled every 20 ms) of each stage, and of predict.

  many_series.py [--build DIR] [--series N] [--rows N] [--limit MIB] [--set KEY=VALUE]     exits 1 above the limit
Mapped pages can be dropped by the kernel at any time, so they are no part of it.
"""
import argparse, json, pathlib, subprocess, sys, tempfile, time

import numpy as np

from large_series import ROOT, anonymous_mib

WORKFLOW = """
name = "many"
threads = 1
split = { val = 24, test = 24 }
[stages.preprocess]
source = "many.csv"
time_column = "ds"
series_column = "unique_id"
features = ["y"]
target = ["y"]
[stages.slice_windows]
window = 48
horizon = 12
[model]
type = "LinearModel"
[optimizer]
type = "Adam"
lr = 0.001
[loader]
batch_size = 1024
[trainer]
max_epochs = 1
[stages.train]
[stages.evaluate]
predictions = "last_step"
[stages.visualize]
"""


def write_csv(path, series, rows, block=1000):
    """Series after series; the numbers of a block of series come over and over, at a level of their own."""
    random = np.random.default_rng(1)
    waves = random.normal(size=(block, rows)).cumsum(axis=1)
    days = np.datetime_as_string(np.datetime64("2020-01-01") + np.arange(rows), unit="D")
    with open(path, "w") as out:
        out.write("unique_id,ds,y\n")
        for s in range(series):
            level = 10 + s % 977
            out.write("".join(f"series_{s:06d},{day},{value:.3f}\n" for day, value in zip(days, level + waves[s % block])))


def measure(command, folder):
    start, peak = time.perf_counter(), 0.0
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while process.poll() is None:
        peak = max(peak, anonymous_mib(process.pid))
        time.sleep(0.02)
    if process.returncode:
        sys.exit(f"{command[1]} ended with {process.returncode}: {process.stderr.read()}")
    return time.perf_counter() - start, peak


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    p.add_argument("--series", type=int, default=100_000)
    p.add_argument("--rows", type=int, default=200)
    p.add_argument("--limit", type=float, default=1024)
    p.add_argument("--set", action="append", default=[])
    a = p.parse_args()
    program = (a.build / "bin" / "pipeline").resolve()
    largest = 0.0
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = pathlib.Path(name)
        (folder / "many.toml").write_text(WORKFLOW)
        write_csv(folder / "many.csv", a.series, a.rows)
        print(f"{a.series:,} series of {a.rows} rows, {(folder / 'many.csv').stat().st_size / 1e6:,.0f} MB")
        for stage in ("preprocess", "slice_windows", "train", "evaluate", "visualize"):
            words = [word for value in a.set for word in ("--set", value)]
            seconds, peak = measure([program, "run", "many.toml", "--stage", stage, "--quiet", *words], folder)
            largest = max(largest, peak)
            print(f"{stage:14} {seconds:8.1f} s {peak:8.0f} MiB of anonymous memory", flush=True)
        train = folder / "runs/many/train"
        checkpoint = train / json.loads((train / "train.json").read_text())["last"]
        seconds, peak = measure([program, "predict", "--checkpoint", checkpoint, "--input", "many.csv", "--output", "forecast.csv"], folder)
        print(f"{'predict':14} {seconds:8.1f} s {peak:8.0f} MiB of anonymous memory; checkpoint {checkpoint.stat().st_size / 1e6:.1f} MB, "
              f"report {(folder / 'runs/many/visualize/report.html').stat().st_size / 1e6:.1f} MB")
    sys.exit(largest > a.limit)


if __name__ == "__main__":
    main()
