"""Two processes with batch_size B train as one process with 2 B does: their weights are equal but for rounding."""

import math
import sys
import unittest
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import workflow

PROGRAM = Path(sys.argv.pop(1)).resolve()
LSTM = {"type": "LSTMModel", "hidden_size": 8, "num_layers": 1, "dropout": 0.0}


class Equality(workflow.WorkflowTest):
    series = workflow.waves()

    def weights(self, name, tables, batch_size, world, *words, preprocess={}):
        text = workflow.head(name, ["load", "heat"], ["load"], slices={"window": 24, "horizon": 3}, preprocess=preprocess)
        for table, options in tables.items():
            text += f"\n[{table}]\n{workflow.toml(options)}\n"
        text += f"\n[loader]\nbatch_size = {batch_size}\n[stages.train]\n"
        (self.folder / "workflow.toml").write_text(text)
        workflow.run_ranks(PROGRAM, self.folder, *words, world=world)
        record = self.json(f"runs/{name}/train/train.json")
        return torch.load(record["last"], weights_only=True)["state_dict"], record

    def check(self, name, tables, tolerance, ranks=2, batch_size=16, **more):
        alone, record_alone = self.weights(name + "_alone", tables, ranks * batch_size, 1, **more)
        together, record = self.weights(name, tables, batch_size, ranks, **more)
        start, _ = self.weights(name + "_start", {**tables, "trainer": tables["trainer"] | {"limit_train_batches": 0}}, 16, 1, **more)
        self.assertEqual(record_alone["steps"], record["steps"])
        for entry, expected in alone.items():
            self.assertGreater((expected - start[entry]).abs().max().item(), 100 * tolerance, f"{entry} was hardly trained")
            torch.testing.assert_close(together[entry], expected, rtol=tolerance, atol=tolerance, msg=lambda m: f"{entry}: {m}")
        for one, two in zip(record_alone["history"], record["history"], strict=True):
            self.assertAlmostEqual(one["train_loss"], two["train_loss"], delta=10 * tolerance)
            for metric, value in one["val"].items():
                self.assertTrue(math.isclose(value, two["val"][metric], rel_tol=100 * tolerance, abs_tol=100 * tolerance), metric)
        return record

    def test_sgd_after_50_steps(self):
        tables = {"model": LSTM, "optimizer": {"type": "SGD", "lr": 0.05}, "trainer": {"max_steps": 50, "max_epochs": -1}}
        self.assertEqual(self.check("sgd", tables, 1e-6)["steps"], 50)

    def test_adam_after_an_epoch(self):
        self.check("adam", {"model": LSTM, "optimizer": {"type": "Adam", "lr": 0.01}, "trainer": {"max_epochs": 1}}, 1e-5)

    def test_batches_that_three_processes_cannot_share_evenly(self):
        tables = {"model": LSTM, "optimizer": {"type": "SGD", "lr": 0.05}, "trainer": {"max_epochs": 2}}
        record = self.check("uneven", tables, 1e-6, ranks=3, batch_size=7)
        windows = 280 - 26  # of the training rows; no multiple of 3
        self.assertNotEqual(windows % 3, 0)
        self.assertEqual(record["steps"], 2 * math.ceil(windows / 21))

    def test_accumulated_batches_with_clipping_and_momentum(self):
        tables = {"model": LSTM, "optimizer": {"type": "SGD", "lr": 0.05, "momentum": 0.9},
                  "trainer": {"max_epochs": 2, "accumulate_grad_batches": 3, "gradient_clip_val": 0.5}}
        self.check("accumulated", tables, 1e-6)

    def test_the_last_batch_may_be_dropped(self):
        tables = {"model": LSTM, "optimizer": {"type": "SGD", "lr": 0.05}, "trainer": {"max_epochs": 2}}
        self.check("dropped", tables, 1e-6, ranks=2, batch_size=24)


class EqualityWithGaps(Equality):
    """Half of the targets of some windows are unknown, so that the processes' batches weigh differently."""
    series = workflow.waves() | {"load": ["" if 100 <= i < 140 or i % 37 == 36 else f"{10 + 3 * math.sin(i * math.pi / 12):.4f}" for i in range(400)]}

    def check(self, name, tables, tolerance, **more):
        return super().check(name, tables, tolerance, preprocess={"missing": "interpolate"}, **more)


if __name__ == "__main__":
    unittest.main()
