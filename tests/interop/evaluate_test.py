"""NumPy recomputes the results of evaluate from the data and predictions.csv: `evaluate_test.py build/bin/pipeline`."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import pandas

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from workflow import WorkflowTest, head

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
WINDOW, HORIZON = 12, 4

WORKFLOW = head("walk", ["level", "growth", "other"], ["level", "growth"],
                preprocess={"time_column": "date", "frequency": "1d", "transform.growth": "log_return"}, slices={"window": WINDOW, "horizon": HORIZON}) + """
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 2
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
[[loggers]]
type = "CSVLogger"
[stages.train_naive]
type = "train"
model.type = "NaiveModel"
[stages.train_linear]
type = "train"
model.type = "LinearModel"
[stages.evaluate]
splits = ["val", "test"]
"""


class Evaluation(WorkflowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random = np.random.default_rng(11)
        cls.data = pandas.DataFrame({"date": pandas.date_range("2020-01-01", periods=500).strftime("%Y-%m-%d"), "level": random.normal(size=500).cumsum().round(4),
                                     "growth": (50 * np.exp(random.normal(scale=0.02, size=500).cumsum())).round(4), "other": random.normal(size=500).round(4)})
        cls.data.to_csv(cls.folder / "small.csv", index=False)
        cls.done = cls.run_workflow(PROGRAM, WORKFLOW)
        cls.out = cls.folder / "runs" / "walk" / "evaluate"
        cls.metrics = cls.json("runs/walk/evaluate/metrics.json")
        cls.transforms = {c["name"]: c for c in cls.json("runs/walk/preprocess/transform.json")["columns"]}

    def predictions(self, stage, split):
        leads = self.metrics["stage"] == stage
        name = "predictions" + ("" if leads else f".{stage}") + ("" if split == "test" else f".{split}")
        return pandas.read_csv(self.out / f"{name}.csv")

    def test_every_window_of_the_split_is_there_with_its_truth(self):
        rows = self.predictions("train_linear", "test")
        first, windows = 500 * 85 // 100, 75 - HORIZON + 1
        self.assertEqual(len(rows), windows * HORIZON)
        self.assertEqual(self.metrics["test_windows"], windows)
        truth = self.data.set_index("date")
        np.testing.assert_array_equal(rows["level"], truth.loc[rows["time"], "level"])
        np.testing.assert_array_equal(rows["growth_naive"], truth.loc[rows["origin"], "growth"])
        self.assertEqual(rows["time"][0], self.data["date"][first])
        self.assertEqual(rows["origin"][0], self.data["date"][first - 1])

    def test_metrics_in_original_units(self):
        for stage in ("train_naive", "train_linear"):
            for split in ("val", "test"):
                rows = self.predictions(stage, split)
                for target in ("level", "growth"):
                    said = self.metrics["models"][stage]["original"][target][split]
                    y, p, n = (rows[target + end].to_numpy() for end in ("", "_pred", "_naive"))
                    self.assertAlmostEqual(said["mse"], ((y - p) ** 2).mean(), delta=1e-6 * said["mse"])
                    self.assertAlmostEqual(said["mae"], np.abs(y - p).mean(), delta=1e-6 * said["mae"])
                    self.assertAlmostEqual(said["rmse"], np.sqrt(((y - p) ** 2).mean()), delta=1e-6 * said["rmse"])
                    kept = np.abs(y) >= 1e-8
                    self.assertAlmostEqual(said["mape"], (np.abs(y - p)[kept] / np.abs(y)[kept]).mean(), delta=1e-6 * said["mape"])
                    self.assertAlmostEqual(said["r2"], 1 - ((y - p) ** 2).sum() / ((y - y.mean()) ** 2).sum(), delta=1e-6)
                    self.assertAlmostEqual(said["naive_mae"], np.abs(y - n).mean(), delta=1e-9 * said["naive_mae"])

    def scaled(self, rows, target, end):
        """Forecast and truth on the model's scale."""
        column, levels = self.transforms[target], rows[target + end].to_numpy()
        if column["transform"] == "none":
            return (levels - column["center"]) / column["scale"]
        before = rows[target + end].shift(1).to_numpy(copy=True)
        first = (rows["step"] == 1).to_numpy()
        before[first] = rows[target + "_naive"].to_numpy()[first]  # the last level known
        return (np.log(levels / before) - column["center"]) / column["scale"]

    def test_metrics_on_the_scaled_series(self):
        for stage in ("train_naive", "train_linear"):
            rows, said = self.predictions(stage, "test"), self.metrics["models"][stage]
            errors, naive_errors, r2 = [], [], []
            for target in ("level", "growth"):
                y, p, n = (self.scaled(rows, target, end) for end in ("", "_pred", "_naive"))
                errors.append(p - y), naive_errors.append(n - y)
                r2.append(1 - ((p - y) ** 2).sum() / ((y - y.mean()) ** 2).sum())
                self.assertAlmostEqual(said["by_target"][target]["mse"], ((p - y) ** 2).mean(), delta=1e-5)
            errors, naive_errors = np.array(errors), np.array(naive_errors)
            self.assertAlmostEqual(said["test_mse"], (errors**2).mean(), delta=1e-5)
            self.assertAlmostEqual(said["test_loss"], said["test_mse"], delta=1e-7)
            self.assertAlmostEqual(said["test_mae"], np.abs(errors).mean(), delta=1e-5)
            self.assertAlmostEqual(said["test_r2"], np.mean(r2), delta=1e-4)
            self.assertAlmostEqual(said["naive_mse"], (naive_errors**2).mean(), delta=1e-5)
            step = (rows["step"] == 3).to_numpy()
            self.assertAlmostEqual(said["by_step"][2]["test"]["mse"], (errors[:, step] ** 2).mean(), delta=1e-5)

    def test_the_naive_model_is_told_that_it_does_not_beat_naive(self):
        self.assertIn("does not beat repeating the last value", self.done.stderr)
        self.assertIn("better by", self.done.stderr)

    def test_one_file_for_several_trainings_is_a_mistake(self):
        (self.folder / "a.ckpt").write_bytes(b"")
        done = subprocess.run([PROGRAM, "run", "workflow.toml", "--stage", "evaluate", "--set", "stages.evaluate.checkpoint=a.ckpt"], cwd=self.folder,
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn('a.ckpt" is one file, but 2 trainings are compared', done.stderr)

    def test_test_metrics_reach_the_trainings_own_version_folder(self):
        for stage in ("train_naive", "train_linear"):
            train = json.loads((self.folder / "runs/walk" / stage / "train.json").read_text())
            logged = pandas.read_csv(Path(train["version_dir"]) / "metrics.csv")
            self.assertAlmostEqual(logged["test_mse"].dropna().iloc[-1], self.metrics["models"][stage]["test_mse"], delta=1e-9)
            self.assertAlmostEqual(logged["hp_metric"].dropna().iloc[-1], self.metrics["models"][stage]["test_loss"], delta=1e-9)


if __name__ == "__main__":
    unittest.main()
