"""Weights that are computed are NumPy's: `closed_form_test.py build/bin/pipeline`."""

import sys
import unittest
from pathlib import Path

import numpy as np
import torch

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "support"))
from workflow import WorkflowTest, head, run_ranks, slow_wave, toml

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
COLUMNS = ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"]
ETTH1 = {"top": {"split": [8640, 2880, 2880]},
         "preprocess": {"source": str(SOURCE / "pipelines" / "data" / "etth1" / "ETTh1.csv"), "time_column": "date"}}


def ridge(x, y, alpha):
    """Weights [inputs, outputs] and constants of scikit-learn's Ridge."""
    inputs, outputs = x - x.mean(0), y - y.mean(0)
    weights = np.linalg.solve(inputs.T @ inputs + alpha * np.eye(x.shape[1]), inputs.T @ outputs)
    return weights, y.mean(0) - x.mean(0) @ weights


class ClosedForm(WorkflowTest):
    series = {"load": [value + (i * i % 101) / 200 for i, value in enumerate(slow_wave(300)["load"])]}

    def solve(self, name, columns, model, slices, **tables):
        """The state_dict of a run, and the metrics of the stage evaluate."""
        text = head(name, columns, slices=slices, **tables) + "[model]\n" + toml({"solver": "closed"} | model)
        self.run_workflow(PROGRAM, text + '\n[stages.train]\n[stages.evaluate]\nsplits = ["train", "test"]\npredictions = "none"\n')
        return self.weights(name), self.json(f"runs/{name}/evaluate/metrics.json")

    def weights(self, name):
        last = self.json(f"runs/{name}/train/train.json")["last"]
        return {key: value.double().numpy() for key, value in torch.load(last, weights_only=True)["state_dict"].items()}

    def exported(self, name, count):
        """Training windows [N, window, features] and their truth [N, horizon, targets]."""
        folder = self.folder / "runs" / name / "slice_windows"
        return np.load(folder / "X.npy")[:count].astype(float), np.load(folder / "y.npy")[:count].astype(float)

    def test_etth1_gives_the_errors_of_the_least_squares(self):
        weights, metrics = self.solve("etth1", COLUMNS, {"type": "LinearModel"}, {"window": 336, "horizon": 96}, **ETTH1)
        self.assertAlmostEqual(metrics["train_mse"], 0.329728, delta=2e-6)
        self.assertAlmostEqual(metrics["test_mse"], 0.370235, delta=2e-6)
        self.assertAlmostEqual(metrics["test_mae"], 0.391538, delta=2e-6)
        self.assertEqual(weights["linear.weight"].shape, (96, 336))

    def test_one_layer_for_all_targets_or_one_for_each_is_that_of_numpy(self):
        slices = {"window": 48, "horizon": 12, "export": True}
        for individual in (False, True):
            for alpha in (0.0, 500.0):
                with self.subTest(individual=individual, alpha=alpha):
                    name = f"etth1-{individual}-{alpha:.0f}"
                    weights, metrics = self.solve(name, COLUMNS, {"type": "LinearModel", "individual": individual, "alpha": alpha}, slices, **ETTH1)
                    x, y = self.exported(name, metrics["train_windows"])
                    for target in range(7):
                        rows = (x[:, :, target], y[:, :, target]) if individual else (x.swapaxes(1, 2).reshape(-1, 48), y.swapaxes(1, 2).reshape(-1, 12))
                        expected, constants = ridge(*rows, alpha)
                        layer = f"linear.{target}." if individual else "linear."
                        np.testing.assert_allclose(weights[layer + "weight"].T, expected, atol=1e-6, rtol=0)
                        np.testing.assert_allclose(weights[layer + "bias"], constants, atol=1e-6, rtol=0)

    def test_several_processes_compute_the_weights_of_one(self):
        alone, _ = self.solve("small", ["load"], {"type": "RLinearModel"}, {"window": 12, "horizon": 3})
        run_ranks(PROGRAM, self.folder, "--force")
        together = self.weights("small")
        for key, value in alone.items():
            np.testing.assert_allclose(together[key], value, atol=1e-6, rtol=0)


if __name__ == "__main__":
    unittest.main()
