"""NumPy recomputes scaling, splits, windows, errors and forecasts of a panel: `panel_test.py build/bin/pipeline`."""

import subprocess
import sys
import unittest
from pathlib import Path

import numpy as np
import pandas
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from workflow import WorkflowTest

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
WINDOW, HORIZON, VAL, TEST = 6, 3, 8, 10
SEASON = 7  # that of days
COUNTS = {"north": 60, "south": 45, "a, \"b\"": 52, "late": 33}

WORKFLOW = f"""name = "panel"
threads = 1
split = {{ val = {VAL}, test = {TEST} }}
[stages.preprocess]
source = "panel.csv"
time_column = "ds"
series_column = "unique_id"
features = ["y", "price"]
target = ["y"]
[stages.slice_windows]
window = {WINDOW}
horizon = {HORIZON}
[model]
type = "LinearModel"
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 2
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
[stages.train]
[stages.evaluate]
splits = ["val", "test"]
"""


def make_panel():
    """Series of several lengths and levels, in the order of the first series' appearance."""
    random = np.random.default_rng(5)
    frames = []
    for number, (series, rows) in enumerate(COUNTS.items()):
        level = 10.0 ** number
        frames.append(pandas.DataFrame({"unique_id": series, "ds": pandas.date_range("2021-03-01", periods=rows).strftime("%Y-%m-%d"),
                                        "y": (level * (5 + random.normal(size=rows).cumsum())).round(4), "price": random.normal(size=rows).round(4)}))
    return frames


def mean_by_series(rows, error):
    return np.mean([error(part) for _, part in rows.groupby("unique_id")])


class Panel(WorkflowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        frames = make_panel()
        cls.long = pandas.concat(frames)
        # The rows of all series mixed, each series in no order; the first row of each comes in the order of `frames`.
        firsts = pandas.concat([frame.tail(1) for frame in frames])
        rest = pandas.concat([frame.head(len(frame) - 1) for frame in frames]).sample(frac=1, random_state=3)
        pandas.concat([firsts, rest]).to_csv(cls.folder / "panel.csv", index=False)
        cls.data = dict(zip(COUNTS, frames))
        cls.done = cls.run_workflow(PROGRAM, WORKFLOW)
        cls.runs = cls.folder / "runs" / "panel"
        cls.metrics = cls.json("runs/panel/evaluate/metrics.json")
        cls.predictions = {split: pandas.read_csv(cls.runs / "evaluate" / f"predictions{end}.csv") for split, end in (("test", ""), ("val", ".val"))}

    def best_checkpoint(self, name="panel"):
        folder = self.folder / "runs" / name / "train"
        return folder / self.json(folder / "train.json")["best"]

    def load(self, name, stage="preprocess"):
        return np.load(self.runs / stage / f"{name}.npy")

    def test_the_rows_lie_series_after_series_and_each_is_scaled_by_its_training_rows(self):
        start = np.concatenate([[0], np.cumsum(list(COUNTS.values()))])
        np.testing.assert_array_equal(self.load("series_start"), start)
        self.assertEqual((self.runs / "preprocess" / "ids.txt").read_text().splitlines(), list(COUNTS))
        ends = [[first + rows - VAL - TEST, first + rows - TEST, first + rows] for first, rows in zip(start, COUNTS.values())]
        np.testing.assert_array_equal(self.load("split_end"), ends)
        scale, series = self.load("scale"), self.load("series")
        self.assertEqual(scale.shape, (4, 2, 2))
        for number, frame in enumerate(self.data.values()):
            values = frame[["y", "price"]].to_numpy()
            training = values[:len(values) - VAL - TEST]
            np.testing.assert_allclose(scale[number, :, 0], training.mean(axis=0), rtol=1e-12)
            np.testing.assert_allclose(scale[number, :, 1], training.std(axis=0), rtol=1e-12)
            scaled = (values - scale[number, :, 0]) / scale[number, :, 1]
            np.testing.assert_array_equal(series[start[number]:start[number + 1]], scaled.astype(np.float32))
        np.testing.assert_array_equal(self.load("targets")[:, 0], self.long["y"])

    def expected_windows(self):
        """[series, segment, split, first, count, stride] of every range, split by split."""
        start, ends = self.load("series_start"), self.load("split_end")
        ranges = []
        for split in range(3):
            for s in range(len(COUNTS)):
                begin = start[s] if split == 0 else ends[s, split - 1]
                first = max(start[s], begin - WINDOW)
                last = ends[s, split] - WINDOW - HORIZON
                if last >= first:
                    ranges.append([s, s, split, first, last - first + 1, 1])
        return np.array(ranges)

    def test_windows_hold_rows_of_one_series_and_targets_of_one_split(self):
        np.testing.assert_array_equal(self.load("ranges", "slice_windows"), self.expected_windows())
        header = self.json("runs/panel/slice_windows/windows.json")
        self.assertEqual((header["window"], header["horizon"], header["ranges"], header["range_file"]), (WINDOW, HORIZON, [], "ranges.npy"))

    def test_the_model_forecasts_the_windows_of_its_series(self):
        checkpoint = torch.load(self.best_checkpoint(), weights_only=True)
        state = {name: value.double().numpy() for name, value in checkpoint["state_dict"].items()}
        scale, series = self.load("scale"), self.load("series").astype(np.float64)
        weight, bias = self.linear(state)
        forecasts = []
        for s, _, split, first, count, _ in self.expected_windows():
            if split != 2:
                continue
            for row in range(first, first + count):
                x = series[row:row + WINDOW]
                forecasts.append((weight @ x[:, 0] + bias) * scale[s, 0, 1] + scale[s, 0, 0])
        rows = self.predictions["test"]
        np.testing.assert_allclose(rows["y_pred"], np.concatenate(forecasts), rtol=2e-5, atol=1e-4)

    def linear(self, state):
        weights = [value for value in state.values() if value.ndim == 2]
        biases = [value for value in state.values() if value.ndim == 1]
        self.assertEqual((len(weights), len(biases)), (1, 1))
        self.assertEqual(weights[0].shape, (HORIZON, WINDOW))
        return weights[0], biases[0]

    def test_the_truth_and_the_naive_forecast_are_those_of_the_series(self):
        truth = self.long.set_index(["unique_id", "ds"])["y"]
        for split, rows in self.predictions.items():
            self.assertEqual(list(rows.columns), ["unique_id", "origin", "time", "step", "y", "y_pred", "y_naive"])
            np.testing.assert_array_equal(rows["y"], truth.loc[list(zip(rows["unique_id"], rows["time"]))])
            np.testing.assert_array_equal(rows["y_naive"], truth.loc[list(zip(rows["unique_id"], rows["origin"]))])
            self.assertEqual(list(dict.fromkeys(rows["unique_id"])), list(COUNTS))
            windows = {"val": VAL, "test": TEST}[split] - HORIZON + 1
            self.assertEqual(len(rows), len(COUNTS) * windows * HORIZON)

    def scale_before(self, series, split):
        rows = COUNTS[series] - TEST - (VAL if split == "val" else 0)
        y = self.data[series]["y"].to_numpy()[:rows]
        return np.abs(y[SEASON:] - y[:-SEASON]).mean()

    def test_errors_over_all_series(self):
        for split, rows in self.predictions.items():
            said = self.metrics["original"]["all"][split]
            error = rows["y_pred"] - rows["y"]
            self.assertAlmostEqual(said["mae"], error.abs().mean(), delta=1e-9 * said["mae"])
            self.assertAlmostEqual(said["rmse"], np.sqrt((error ** 2).mean()), delta=1e-9 * said["rmse"])
            smape = mean_by_series(rows, lambda part: (2 * (part["y_pred"] - part["y"]).abs() / (part["y"].abs() + part["y_pred"].abs())).mean())
            self.assertAlmostEqual(said["smape"], smape, delta=1e-9)
            mase = mean_by_series(rows, lambda part: (part["y_pred"] - part["y"]).abs().mean() / self.scale_before(part["unique_id"].iloc[0], split))
            self.assertAlmostEqual(said["mase"], mase, delta=1e-9 * mase)
            self.assertEqual(said, self.metrics["original"]["y"][split])
            naive = mean_by_series(rows, lambda part: (part["y_naive"] - part["y"]).abs().mean() / self.scale_before(part["unique_id"].iloc[0], split))
            self.assertAlmostEqual(said["naive_mase"], naive, delta=1e-9 * naive)

    def test_errors_on_the_scaled_series(self):
        scale = dict(zip(COUNTS, self.load("scale")))
        rows = self.predictions["test"]
        errors = (rows["y_pred"] - rows["y"]) / [scale[s][0, 1] for s in rows["unique_id"]]
        self.assertAlmostEqual(self.metrics["test_mse"], (errors ** 2).mean(), delta=1e-5 * self.metrics["test_mse"])
        step = errors[rows["step"] == 2]
        self.assertAlmostEqual(self.metrics["by_step"][1]["test"]["mse"], (step ** 2).mean(), delta=1e-5)
        self.assertIsNone(self.metrics["by_step"][1]["test"]["smape"])

    def test_errors_of_each_series(self):
        file = self.runs / "evaluate" / self.metrics["files"]["by_series"]["test"]
        by_series = pandas.read_csv(file).set_index("unique_id")
        self.assertEqual(list(by_series.index), list(COUNTS))
        for series, part in self.predictions["test"].groupby("unique_id"):
            error = part["y_pred"] - part["y"]
            said = by_series.loc[series]
            self.assertEqual(said["windows"], TEST - HORIZON + 1)
            np.testing.assert_allclose(said["mae"], error.abs().mean(), rtol=1e-12)
            np.testing.assert_allclose(said["rmse"], np.sqrt((error ** 2).mean()), rtol=1e-12)
            np.testing.assert_allclose(said["mase"], error.abs().mean() / self.scale_before(series, "test"), rtol=1e-12)
            np.testing.assert_allclose(said["naive_mae"], (part["y_naive"] - part["y"]).abs().mean(), rtol=1e-12)

    def predict(self, frame, *words):
        frame.to_csv(self.folder / "new.csv", index=False)
        checkpoint = self.best_checkpoint()
        return subprocess.run([PROGRAM, "predict", "--checkpoint", checkpoint, "--input", "new.csv", "--output", "forecast.csv", *words], cwd=self.folder,
                              capture_output=True, text=True)

    def forecast_by_hand(self, levels, center, scale):
        checkpoint = torch.load(self.best_checkpoint(), weights_only=True)
        weight, bias = self.linear({name: value.double().numpy() for name, value in checkpoint["state_dict"].items()})
        x = ((levels - center) / scale)[-WINDOW:]
        return (weight @ x[:, 0] + bias) * scale[0] + center[0]

    def test_predict_scales_a_known_series_as_in_training_and_another_by_its_own_rows(self):
        known = self.data["south"].tail(20)
        new = self.data["north"].head(25).assign(unique_id="new")
        done = self.predict(pandas.concat([known, new]))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("1 of 2 series was not in the training: it is scaled by its own rows: new", done.stderr)
        rows = pandas.read_csv(self.folder / "forecast.csv")
        self.assertEqual(list(rows.columns), ["unique_id", "origin", "time", "step", "y_pred"])
        scale = dict(zip(COUNTS, self.load("scale")))["south"]
        columns = ["y", "price"]
        np.testing.assert_allclose(rows[rows["unique_id"] == "south"]["y_pred"], self.forecast_by_hand(known[columns].to_numpy(), scale[:, 0], scale[:, 1]), rtol=2e-5)
        own = new[columns].to_numpy()
        np.testing.assert_allclose(rows[rows["unique_id"] == "new"]["y_pred"], self.forecast_by_hand(own, own.mean(axis=0), own.std(axis=0)), rtol=2e-5)
        self.assertEqual(rows["origin"].tolist(), [known["ds"].iloc[-1]] * HORIZON + [new["ds"].iloc[-1]] * HORIZON)

    def test_from_scales_another_series_by_the_rows_up_to_its_first_forecast(self):
        new = self.data["north"].head(25).assign(unique_id="new")
        done = self.predict(new, "--from", new["ds"].iloc[20])
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = pandas.read_csv(self.folder / "forecast.csv")
        self.assertEqual(list(dict.fromkeys(rows["origin"])), new["ds"].iloc[20:].tolist())
        own = new[["y", "price"]].to_numpy()[:21]
        np.testing.assert_allclose(rows["y_pred"][:HORIZON], self.forecast_by_hand(own, own.mean(axis=0), own.std(axis=0)), rtol=2e-5)

    def test_a_panel_of_one_series_trains_the_weights_of_the_series(self):
        one = self.data["north"]
        one.to_csv(self.folder / "one.csv", index=False)
        weights, series = [], []
        for name, text in (("many", WORKFLOW), ("alone", WORKFLOW.replace('series_column = "unique_id"\n', ""))):
            self.run_workflow(PROGRAM, text.replace('name = "panel"', f'name = "{name}"').replace("panel.csv", "one.csv"))
            weights.append(torch.load(self.best_checkpoint(name), weights_only=True)["state_dict"])
            series.append((self.folder / "runs" / name / "preprocess" / "series.npy").read_bytes())
        self.assertEqual(series[0], series[1])
        self.assertEqual(weights[0].keys(), weights[1].keys())
        for name in weights[0]:
            self.assertTrue(torch.equal(weights[0][name], weights[1][name]), name)


if __name__ == "__main__":
    unittest.main()
