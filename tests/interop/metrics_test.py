"""scikit-learn and PyTorch recompute metrics and losses from predictions.csv: `metrics_test.py build/bin/pipeline`."""

import sys
import unittest
from pathlib import Path

import numpy as np
import pandas
import torch
from sklearn import metrics as sklearn
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from workflow import WorkflowTest, head, toml

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
HORIZON, SEASON, ROWS = 4, 7, 500

# Unscaled, so that predictions.csv holds the measured values.
WORKFLOW = head("walk", ["level", "other"], top={"season_length": SEASON}, preprocess={"scaler": "none"}, slices={"window": 12, "horizon": HORIZON}) + """
[model]
type = "LinearModel"
[optimizer]
lr = 0.01
[trainer]
max_epochs = 2
[stages.train]
[stages.evaluate]
checkpoint = "last"
[loss]
"""

LOSSES = {
    "MSELoss": ({}, nn.MSELoss()),
    "L1Loss": ({}, nn.L1Loss()),
    "HuberLoss": ({"delta": 0.4}, nn.HuberLoss(delta=0.4)),
    "SmoothL1Loss": ({"beta": 0.4}, nn.SmoothL1Loss(beta=0.4)),
    "LogCoshLoss": ({}, lambda forecast, y: torch.log(torch.cosh(forecast - y)).mean()),
    "PinballLoss": ({"q": 0.8}, lambda forecast, y: torch.tensor(sklearn.mean_pinball_loss(y.flatten(), forecast.flatten(), alpha=0.8))),
}


class Metrics(WorkflowTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random = np.random.default_rng(5)
        cls.data = pandas.DataFrame({"level": 3 + np.sin(np.arange(ROWS) / 5) + random.normal(scale=0.3, size=ROWS), "other": random.normal(size=ROWS)}).round(4)
        cls.data.to_csv(cls.folder / "small.csv", index=False)

    def run_program(self, loss, *arguments):
        """metrics.json, and truth and forecast of the test split, [windows * steps, targets]."""
        self.run_workflow(PROGRAM, WORKFLOW + toml(loss), *arguments)
        rows = pandas.read_csv(self.folder / "runs/walk/evaluate/predictions.csv")
        return self.json("runs/walk/evaluate/metrics.json"), rows[["level", "other"]].to_numpy(), rows[["level_pred", "other_pred"]].to_numpy()

    def close(self, said, expected):
        self.assertAlmostEqual(said, expected, delta=1e-6 * max(1, abs(expected)))

    def test_metrics_are_scikit_learns(self):
        said, y, forecast = self.run_program({"type": "MSELoss"})
        self.assertTrue((np.abs(y) >= 1e-8).all())
        for measured, truth, given in ((said, y, forecast), (said["by_target"]["other"], y[:, 1], forecast[:, 1]), (said["original"]["level"], y[:, 0], forecast[:, 0])):
            names = ["test_mse", "test_mae", "test_rmse", "test_mape", "test_r2"] if measured is said else ["mse", "mae", "rmse", "mape", "r2"]
            measures = (sklearn.mean_squared_error, sklearn.mean_absolute_error, sklearn.mean_squared_error, sklearn.mean_absolute_percentage_error, sklearn.r2_score)
            for name, measure in zip(names, measures):
                expected = measure(truth.ravel(), given.ravel()) if measured is said and "r2" not in name else measure(truth, given)
                self.close(measured[name], np.sqrt(expected) if "rmse" in name else expected)
        self.close(said["avg_test_abs_accuracy"], 1 - sklearn.mean_absolute_percentage_error(y.ravel(), forecast.ravel()))
        self.close(said["test_smape"], np.mean(2 * np.abs(y - forecast) / (np.abs(y) + np.abs(forecast))))

    def test_scaled_errors_divide_by_the_seasonal_changes_of_the_rows_before_the_split(self):
        said, y, forecast = self.run_program({"type": "MSELoss"})
        before = self.data[: ROWS * 85 // 100].to_numpy()
        changes = before[SEASON:] - before[:-SEASON]
        mase = np.abs(y - forecast).mean(axis=0) / np.abs(changes).mean(axis=0)
        rmsse = np.sqrt(((y - forecast) ** 2).mean(axis=0) / (changes**2).mean(axis=0))
        for t, target in enumerate(("level", "other")):
            self.close(said["original"][target]["mase"], mase[t])
            self.close(said["original"][target]["rmsse"], rmsse[t])
        self.close(said["test_mase"], mase.mean())
        self.close(said["test_rmsse"], rmsse.mean())

    def test_the_batch_size_changes_no_metric(self):
        def numbers(value):
            if isinstance(value, dict):
                return [n for v in value.values() for n in numbers(v)]
            if isinstance(value, list):
                return [n for v in value for n in numbers(v)]
            return [value] if isinstance(value, (int, float)) else []

        self.run_program({"type": "MSELoss"})
        sizes = ("1", "7", "256")
        one, *others = [self.run_program({"type": "MSELoss"}, "--stage", "evaluate", "--force", "--set", "stages.evaluate.batch_size=" + size)[0] for size in sizes]
        for other in others:
            np.testing.assert_allclose(numbers(other), numbers(one), rtol=1e-6)

    def test_losses_are_pytorchs(self):
        for name, (options, expected) in LOSSES.items():
            with self.subTest(name):
                said, y, forecast = self.run_program({"type": name, **options})
                self.close(said["test_loss"], expected(torch.from_numpy(forecast), torch.from_numpy(y)).item())

    def test_a_quantile_lies_where_it_should(self):
        for q in (0.1, 0.9):
            _, y, forecast = self.run_program({"type": "PinballLoss", "q": q}, "--set", "trainer.max_epochs=30")
            self.assertAlmostEqual((y <= forecast).mean(), q, delta=0.07)


if __name__ == "__main__":
    unittest.main()
