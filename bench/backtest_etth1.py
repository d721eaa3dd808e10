#!/usr/bin/env python3
"""A backtest of 50 cutoffs on ETTh1 (pipelines/data) without refit, beside Darts' historical_forecasts with the same linear model: 336 hours to
96, one layer for all seven columns, least squares on 8,640 rows, cutoffs 24 hours apart in the test split of 2,880 rows.

  backtest_etth1.py [--build DIR] [--threads N] [--peer PYTHON]
--peer: a Python with darts 0.48 and scikit-learn; without it only this program is measured. Seconds of the program are those of the pass and of
the whole stage, which also measures and writes; those of Darts are of historical_forecasts alone, with and without its optimized path. Then
the largest difference between the forecasts is told, in original units.
"""
import argparse, csv, json, os, pathlib, re, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "pipelines" / "data" / "etth1" / "ETTh1.csv"
COLUMNS = ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"]
WINDOW, HORIZON, ROWS, CUTOFFS, STEP = 336, 96, [8640, 2880, 2880], 50, 24
WORKFLOW = f"""
name = "etth1"
threads = {{threads}}
split = {ROWS}
[stages.preprocess]
source = "{DATA}"
time_column = "date"
features = {json.dumps(COLUMNS)}
target = {json.dumps(COLUMNS)}
[stages.slice_windows]
window = {WINDOW}
horizon = {HORIZON}
[model]
type = "LinearModel"
solver = "closed"
[stages.train]
[stages.evaluate]
predictions = "none"
[stages.backtest]
refit = false
n_windows = {CUTOFFS}
step_size = {STEP}
"""

PEER = f"""
import json, sys, time
import numpy as np, pandas as pd
from darts import TimeSeries
from darts.models import LinearRegressionModel
data = pd.read_csv({str(DATA)!r})[{COLUMNS!r}].to_numpy()[:{sum(ROWS)}].astype(np.float32)
train = data[:{ROWS[0]}]
center, scale = train.mean(0, dtype=np.float64), train.std(0, dtype=np.float64)
scaled = ((data - center) / scale).astype(np.float32)
series = [TimeSeries.from_values(scaled[:, i]) for i in range({len(COLUMNS)})]
model = LinearRegressionModel(lags={WINDOW}, output_chunk_length={HORIZON})
start = time.monotonic()
model.fit([s[:{ROWS[0]}] for s in series])
fit = time.monotonic() - start
first = {sum(ROWS)} - {HORIZON} - {(CUTOFFS - 1) * STEP}
out = {{"fit": fit}}
for name, optimized in (("optimized", True), ("plain", False)):
  start = time.monotonic()
  made = model.historical_forecasts(series, start=first, start_format="position", forecast_horizon={HORIZON}, stride={STEP}, retrain=False,
                                    last_points_only=False, enable_optimization=optimized, show_warnings=False)
  out[name] = time.monotonic() - start
values = np.stack([np.stack([f.values()[:, 0] for f in of]) for of in made], 2) * scale + center
out["forecasts"] = values.astype(float).tolist()
json.dump(out, open(sys.argv[1], "w"))
"""


def forecasts_of(file):
    """[cutoffs][steps][columns] in the order of the file."""
    out = {}
    for line in csv.DictReader(open(file)):
        if line["model"] == "train":
            out.setdefault(line["cutoff"], {}).setdefault(int(line["step"]), []).append(float(line["prediction"]))
    return [[steps[step] for step in sorted(steps)] for steps in out.values()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--peer")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    program = arguments.build.resolve() / "bin" / "pipeline"
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "workflow.toml").write_text(WORKFLOW.format(threads=arguments.threads))
        subprocess.run([program, "run", "workflow.toml", "--until", "evaluate"], cwd=folder, check=True, capture_output=True)
        passes, stages = [], []
        for _ in range(arguments.repeat):
            told = subprocess.run([program, "run", "workflow.toml", "--stage", "backtest", "--force"], cwd=folder, capture_output=True, text=True)
            if told.returncode:
                sys.exit(told.stderr)
            passes.append(float(re.search(r"one pass over \d+ cutoffs in ([\d.]+) s", told.stderr)[1]))
            stages.append(float(re.search(r"\[backtest\] done in ([\d.]+) s", told.stderr)[1]))
        print(f"pipeline: pass {min(passes):.2f} s, whole stage {min(stages):.2f} s (of {arguments.repeat})")
        if not arguments.peer:
            return
        (folder / "peer.py").write_text(PEER)
        environment = dict(os.environ, OMP_NUM_THREADS=str(arguments.threads))
        done = subprocess.run([arguments.peer, "peer.py", "peer.json"], cwd=folder, capture_output=True, text=True, env=environment)
        if done.returncode:
            sys.exit(done.stderr)
        peer = json.loads((folder / "peer.json").read_text())
        print(f"Darts: historical_forecasts {peer['optimized']:.2f} s, without its optimized path {peer['plain']:.2f} s; fit {peer['fit']:.2f} s")
        own = forecasts_of(folder / "runs/etth1/backtest/backtest.csv")
        differences = [abs(a - b) for one, other in zip(own, peer["forecasts"], strict=True) for s, t in zip(one, other, strict=True)
                       for a, b in zip(s, t, strict=True)]
        print(f"largest difference of {len(differences)} forecasts: {max(differences):.2g}")


main()
