"""NumPy makes the tables of the stage lightgbm, LightGBM's own library learns from them, and the forecasts are the same:
`lightgbm_test.py build/bin/pipeline`. The library comes from the wheel; exit status 77 where it is not there."""

import ctypes
import subprocess
import sys
import unittest
from pathlib import Path

import numpy as np
import pandas

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from workflow import WorkflowTest

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
LIBRARY = Path(__file__).resolve().parents[2] / ".deps/lightgbm-4.7.0/lightgbm/lib/lib_lightgbm.so"
WINDOW, HORIZON, VAL, TEST, SEASON = 14, 9, 20, 24, 7
LAGS, MEANS, LEVELS = (1, 2, 7), (3,), (0.1, 0.9)
COUNTS = {"north": 150, "south": 120, "late": 95}
TREES = "num_leaves=7 min_data_in_leaf=5 learning_rate=0.2 feature_fraction=1.0 bagging_fraction=1.0 bagging_freq=0 lambda_l2=0.5 max_bin=63"

WORKFLOW = f"""name = "trees"
threads = 1
split = {{ val = {VAL}, test = {TEST} }}
[stages.preprocess]
source = "panel.csv"
time_column = "ds"
series_column = "unique_id"
features = ["y", "heat"]
known_future = ["promo"]
static = ["size", "region"]
categories = ["region"]
target = ["y"]
[stages.slice_windows]
window = {WINDOW}
horizon = {HORIZON}
[stages.lightgbm]
library = "{LIBRARY}"
lags = {list(LAGS)}
rolling_means = {list(MEANS)}
num_iterations = 15
num_leaves = 7
min_data_in_leaf = 5
learning_rate = 0.2
lambda_l2 = 0.5
max_bin = 63
[stages.evaluate]
"""


def make_panel():
    random = np.random.default_rng(8)
    frames = []
    for number, (series, rows) in enumerate(COUNTS.items()):
        promo = (random.random(rows) < 0.2).astype(int)
        y = 10.0 ** number * (5 + 0.02 * np.arange(rows) + np.sin(np.arange(rows) * 2 * np.pi / SEASON) + 2 * promo + random.normal(size=rows) * 0.3)
        frames.append(pandas.DataFrame({"unique_id": series, "ds": pandas.date_range("2021-03-01", periods=rows).strftime("%Y-%m-%d"), "y": y.round(4),
                                        "heat": random.normal(size=rows).round(4), "promo": promo, "size": 100 * number + 7,
                                        "region": ["hill", "coast", "hill"][number]}))
    return frames


class Trees:
    """LightGBM through its C interface, with the table in memory at once."""

    library = None

    def __init__(self, rows, labels, parameters, iterations, categorical):
        rows = np.ascontiguousarray(rows, dtype=np.float32)
        self.text = (f"verbosity=-1 deterministic=true force_row_wise=true num_threads=1 seed=3407 {TREES} categorical_feature={categorical} "
                     f"{parameters}").encode()
        data, self.handle = ctypes.c_void_p(), ctypes.c_void_p()
        self.call("LGBM_DatasetCreateFromMat", rows.ctypes.data_as(ctypes.c_void_p), 0, ctypes.c_int32(len(rows)), ctypes.c_int32(rows.shape[1]), 1,
                  self.text, None, ctypes.byref(data))
        labels = np.ascontiguousarray(labels, dtype=np.float32)
        self.call("LGBM_DatasetSetField", data, b"label", labels.ctypes.data_as(ctypes.c_void_p), len(labels), 0)
        self.call("LGBM_BoosterCreate", data, self.text, ctypes.byref(self.handle))
        for _ in range(iterations):
            self.call("LGBM_BoosterUpdateOneIter", self.handle, ctypes.byref(ctypes.c_int()))

    @classmethod
    def call(cls, name, *arguments):
        if cls.library is None:
            cls.library = ctypes.CDLL(str(LIBRARY))
            cls.library.LGBM_GetLastError.restype = ctypes.c_char_p
        if getattr(cls.library, name)(*arguments) != 0:
            raise RuntimeError(cls.library.LGBM_GetLastError().decode())

    def predict(self, rows):
        rows = np.ascontiguousarray(rows, dtype=np.float32)
        out, count = np.zeros(len(rows)), ctypes.c_int64()
        self.call("LGBM_BoosterPredictForMat", self.handle, rows.ctypes.data_as(ctypes.c_void_p), 0, ctypes.c_int32(len(rows)),
                  ctypes.c_int32(rows.shape[1]), 1, 0, 0, -1, b"num_threads=1", ctypes.byref(count), out.ctypes.data_as(ctypes.c_void_p))
        return out


class LightgbmTest(WorkflowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.frames = make_panel()
        pandas.concat(cls.frames).to_csv(cls.folder / "panel.csv", index=False)

    def run_stage(self, *options):
        words = [word for option in options for word in ("--set", f"stages.lightgbm.{option}")]
        self.run_workflow(PROGRAM, WORKFLOW, *words)
        self.runs = self.folder / "runs" / "trees"
        self.names = ["y", "heat", "promo"]  # features, then what is known ahead
        self.values = np.load(self.runs / "preprocess/series.npy")
        self.fixed = np.load(self.runs / "preprocess/static.npy")
        self.codes = np.load(self.runs / "preprocess/static_codes.npy")
        self.start = np.load(self.runs / "preprocess/series_start.npy")
        self.ends = np.load(self.runs / "preprocess/split_end.npy")
        self.origins = np.load(self.runs / "lightgbm/origins.npy")
        self.forecasts = np.load(self.runs / "lightgbm/LightGBM/forecasts.npy")
        self.y = [frame["y"].to_numpy() for frame in self.frames]

    def scale(self, s, end):
        differences = self.y[s][SEASON:end] - self.y[s][:end - SEASON]
        return differences.mean(), differences.std()

    def past(self, s, end):
        """Differences from the week before, standardised; NaN where there is no week before."""
        center, deviation = self.scale(s, end)
        return np.concatenate([np.full(SEASON, np.nan), (self.y[s][SEASON:] - self.y[s][:-SEASON] - center) / deviation])

    def row(self, s, past, origin, target, direct):
        """One row of the table: `past` holds the values up to the row `origin`."""
        padded = np.concatenate([np.full(max(LAGS), np.nan), past])
        column = lambda name, row: self.values[self.start[s] + row, self.names.index(name)]
        return np.concatenate([[padded[-lag] for lag in LAGS], [padded[-rows:].mean() for rows in MEANS], [column("promo", target)],
                               [column("heat", origin)] if direct else [], self.fixed[s], self.codes[s]])

    def table(self, split, step, direct):
        rows, labels = [], []
        back = SEASON * -(-step // SEASON)
        for s in range(len(COUNTS)):
            end = self.ends[s, split - 1] - self.start[s]
            center, deviation = self.scale(s, end)
            past = self.past(s, end)
            for target in range(max(back, step), end):
                rows.append(self.row(s, past[:target - step + 1], target - step, target, direct))
                labels.append((self.y[s][target] - self.y[s][target - back] - back // SEASON * center) / deviation)
        return np.array(rows), np.array(labels)

    def expected_direct(self, split, step, parameters):
        rows, labels = self.table(split, step, True)
        trees = Trees(rows, labels, parameters, 15, rows.shape[1] - 1)
        out = []
        for _, s, at, _ in self.origins[self.origins[:, 0] == split]:
            end, origin = self.ends[s, split - 1] - self.start[s], at - self.start[s]
            center, deviation = self.scale(s, end)
            value = trees.predict(self.row(s, self.past(s, end)[:origin + 1], origin, origin + step, True)[None])[0]
            seasons = -(-step // SEASON)
            out.append(self.y[s][origin + step - SEASON * seasons] + seasons * center + deviation * value)
        return np.array(out)

    def test_a_model_for_each_step_and_level(self):
        self.run_stage(f"quantiles={list(LEVELS)}")
        for split in (1, 2):
            mine = self.forecasts[self.origins[:, 0] == split]
            self.assertEqual(mine.shape[1:], (HORIZON, 1, 1 + len(LEVELS)))
            for step in (1, SEASON, HORIZON):
                np.testing.assert_allclose(mine[:, step - 1, 0, 0], self.expected_direct(split, step, "objective=l1"), rtol=1e-9)
                levels = np.sort([self.expected_direct(split, step, f"objective=quantile alpha={level}") for level in LEVELS], axis=0)
                np.testing.assert_allclose(mine[:, step - 1, 0, 1:], levels.T, rtol=1e-9)

    def test_one_model_whose_forecasts_are_the_past(self):
        self.run_stage('strategy="recursive"', 'objective="l2"')
        for split in (1, 2):
            rows, labels = self.table(split, 1, False)
            trees = Trees(rows, labels, "objective=l2", 15, rows.shape[1] - 1)
            mine = self.forecasts[self.origins[:, 0] == split]
            for number, (_, s, at, _) in enumerate(self.origins[self.origins[:, 0] == split]):
                end, origin = self.ends[s, split - 1] - self.start[s], at - self.start[s]
                center, deviation = self.scale(s, end)
                past, y = list(self.past(s, end)[:origin + 1]), list(self.y[s][:origin + 1])
                for step in range(1, HORIZON + 1):
                    value = trees.predict(self.row(s, np.array(past), origin, origin + step, False)[None])[0]
                    past.append(value)
                    y.append(y[-SEASON] + center + deviation * value)
                np.testing.assert_allclose(mine[number, :, 0, 0], y[-HORIZON:], rtol=1e-9)

    def test_what_is_not_known_ahead_is_left_out_aloud(self):
        done = self.run_workflow(PROGRAM, WORKFLOW, "--set", "stages.lightgbm.strategy=recursive", "--force")
        self.assertIn('LightGBM does not read heat, whose values over the horizon are not known; strategy = "direct" reads them at the origin', done.stderr)

    def test_it_is_evaluated_and_chosen(self):
        self.run_stage()
        metrics = self.json("runs/trees/evaluate/metrics.json")
        self.assertEqual(metrics["stage"], "lightgbm/LightGBM")
        test = self.origins[:, 0] == 2
        truth = np.array([[self.y[s][at - self.start[s] + step] for step in range(1, HORIZON + 1)] for _, s, at, _ in self.origins[test]])
        np.testing.assert_allclose(metrics["original"]["y"]["mae"], np.abs(self.forecasts[test, :, 0, 0] - truth).mean(), rtol=1e-9)


if __name__ == "__main__":
    if not LIBRARY.exists():
        print(f"skipped: no {LIBRARY}")
        sys.exit(77)
    unittest.main()
