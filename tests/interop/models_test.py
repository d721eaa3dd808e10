"""Every model begins with PyTorch's weights and forecasts as PyTorch does: `models_test.py build/bin/pipeline`."""

import math
import struct
import sys
import unittest
from pathlib import Path

import numpy as np
import pandas
import torch
from tensorboard.backend.event_processing import event_accumulator

import models

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from workflow import WorkflowTest, head, slow_wave, toml

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
SEED, WINDOW, HORIZON = 11, 12, 3

# Unscaled data of about the size of scaled ones, so that predictions.csv holds the model's output.
TABLES = """
[optimizer]
lr = 0.005
[stages.train]
[stages.evaluate]
checkpoint = "last"
"""

MODELS = {
    "LSTMModel": {"hidden_size": 16, "num_layers": 2},
    "LSTMModel/both ways": {"hidden_size": 10, "num_layers": 2, "bidirectional": True, "dropout": 0.2},
    "LSTMModel/projected": {"hidden_size": 12, "num_layers": 2, "proj_size": 5},
    "GRUModel": {"hidden_size": 16, "num_layers": 2},
    "GRUModel/both ways": {"hidden_size": 10, "num_layers": 2, "bidirectional": True, "dropout": 0.2},
    "CNNModel": {"channels": 8, "num_layers": 2, "kernel_size": 3},
    "CNNModel/even kernel": {"channels": 6, "num_layers": 3, "kernel_size": 4, "dropout": 0.1},
    "LSTMAttentionModel": {"hidden_size": 16, "num_layers": 2},
    "LSTMAdditiveAttentionModel": {"hidden_size": 16, "num_layers": 1},
    "LSTMScaledDotAttentionModel": {"hidden_size": 16, "num_layers": 2},
    "LSTMScaledDotAttentionModel/projected both ways": {"hidden_size": 12, "num_layers": 2, "proj_size": 4, "bidirectional": True},
    "LinearModel": {},
    "NLinearModel": {},
    "NLinearModel/individual": {"individual": True},
    "DLinearModel": {},
    "DLinearModel/individual": {"kernel_size": 5, "individual": True},
    "RLinearModel": {},
    "RLinearModel/individual": {"individual": True},
}


class Models(WorkflowTest):
    series = slow_wave(300) | {"heat": [math.cos(i / 9) - i % 5 * 0.1 for i in range(300)], "wind": [math.sin(i * i) for i in range(300)]}

    def run_program(self, case, epochs, more=""):
        """The checkpoint, the exported windows of the test split and the folder of results."""
        model, name = case.split("/")[0], case.replace("/", "-").replace(" ", "-") + f"-{epochs}"
        columns = (["load", "heat", "wind"], ["load", "wind"])
        if model.endswith("LinearModel"):  # they read the targets alone
            columns = (["load"], ["load"]) if model == "LinearModel" else (["load", "wind"], ["load", "wind"])
        first = head(name, *columns, top={"seed": SEED, "log_dir": f"logs/{name}"}, preprocess={"scaler": "none"},
                     slices={"window": WINDOW, "horizon": HORIZON, "export": True})
        options = "\n".join(["[model]", toml({"type": model} | MODELS[case]), "[trainer]", toml({"max_epochs": epochs})])
        self.run_workflow(PROGRAM, first + options + TABLES + more)
        stages = self.folder / "runs" / name
        last = self.json(f"runs/{name}/train/train.json")["last"]
        count = self.json(f"runs/{name}/evaluate/metrics.json")["test_windows"]
        return torch.load(last, weights_only=True), torch.from_numpy(np.load(stages / "slice_windows" / "X.npy"))[-count:], stages

    def test_the_same_seed_gives_the_same_initial_weights_bit_for_bit(self):
        for case in MODELS:
            with self.subTest(case):
                checkpoint, _, _ = self.run_program(case, 0)
                torch.manual_seed(SEED)
                model = models.build(case.split("/")[0], checkpoint["hyper_parameters"])
                expected = model.state_dict()
                self.assertEqual(list(checkpoint["state_dict"]), list(expected))
                for name, weight in expected.items():
                    self.assertTrue(torch.equal(checkpoint["state_dict"][name], weight), name)

    def test_the_same_weights_forecast_the_same(self):
        torch.set_num_threads(1)
        for case in MODELS:
            with self.subTest(case):
                checkpoint, x, stages = self.run_program(case, 2)
                model = models.build(case.split("/")[0], checkpoint["hyper_parameters"])
                model.load_state_dict(checkpoint["state_dict"])
                with torch.no_grad():
                    expected = model.eval()(x).reshape(len(x), HORIZON, -1)
                rows = pandas.read_csv(stages / "evaluate" / "predictions.csv")
                names = [column for column in rows if column.endswith("_pred")]
                ours = rows[names].to_numpy().reshape(len(x), HORIZON, len(names))
                self.assertGreater(np.ptp(ours), 0.1)
                np.testing.assert_allclose(ours, expected.double().numpy(), atol=1e-6, rtol=0)
                self.assertEqual((stages / "evaluate" / "attention.csv").exists(), "Attention" in case)

    def test_attention_is_the_same(self):
        torch.set_num_threads(1)
        for case in (case for case in MODELS if "Attention" in case):
            with self.subTest(case):
                checkpoint, x, stages = self.run_program(case, 2)
                model = models.build(case.split("/")[0], checkpoint["hyper_parameters"])
                model.load_state_dict(checkpoint["state_dict"])
                with torch.no_grad():
                    expected = model.eval().weights(x).double().numpy()
                rows = pandas.read_csv(stages / "evaluate" / "attention.csv", index_col="origin")
                self.assertEqual([int(step) for step in rows], list(range(1 - WINDOW, 1)))
                np.testing.assert_allclose(rows.to_numpy(), expected, atol=1e-6, rtol=0)
                np.testing.assert_allclose(rows.sum(axis=1), 1, atol=1e-5)

    def test_the_picture_of_attention_reaches_tensorboard(self):
        case = "LSTMAttentionModel"
        self.run_program(case, 1, '[[loggers]]\ntype = "TensorBoardLogger"\n[stages.visualize]\nformats = ["png"]\n')
        version = next((self.folder / "logs" / f"{case}-1").glob("*/version_0"))
        events = event_accumulator.EventAccumulator(str(version), size_guidance={"images": 0}).Reload()
        (picture,) = events.Images("attention")
        png = (self.folder / "runs" / f"{case}-1" / "visualize" / "attention.png").read_bytes()
        self.assertEqual(picture.encoded_image_string, png)
        self.assertEqual((picture.width, picture.height), struct.unpack(">II", png[16:24]))


if __name__ == "__main__":
    unittest.main()
