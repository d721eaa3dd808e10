"""Options of [trainer] mean what Lightning's do: `trainer_options_test.py build/bin/pipeline`."""

import csv
import sys
import unittest
from pathlib import Path

import lightning.pytorch as pl
import torch
from lightning.pytorch.loggers import CSVLogger
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from workflow import WorkflowTest, head, slow_wave, toml

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()

TABLES = """
log_every_n_steps = 1
[model]
type = "LinearModel"
[[loggers]]
type = "CSVLogger"
[stages.train]
"""


class LinearModel(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 1)

    def training_step(self, batch, _):
        return self.linear(batch[0]).square().mean()

    def validation_step(self, batch, _):
        self.log("val_loss", self.linear(batch[0]).square().mean())

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.01)


def rows_of(file):
    with open(file, newline="") as lines:
        return list(csv.DictReader(lines))


class TrainerOptions(WorkflowTest):
    series = slow_wave()

    def train(self, case, trainer, shuffle=False, callbacks=""):
        """Rows of metrics.csv, and train.json."""
        options = "\n".join(["[loader]", toml({"batch_size": 4, "shuffle": shuffle}), "[trainer]", toml(trainer)])
        self.run_workflow(PROGRAM, head(case, ["load"], top={"log_dir": f"logs/{case}"}, slices={"window": 4}) + options + TABLES + callbacks)
        report = self.json(f"runs/{case}/train/train.json")
        return rows_of(Path(report["version_dir"]) / "metrics.csv"), report

    def test_validations_come_when_lightnings_do(self):
        cases = [{"val_check_interval": 0.5}, {"val_check_interval": 3}, {"val_check_interval": 0.4, "check_val_every_n_epoch": 2},
                 {"val_check_interval": 2, "accumulate_grad_batches": 2}, {"val_check_interval": 1}]
        for i, options in enumerate(cases):
            with self.subTest(options):
                rows, _ = self.train(f"interval-{i}", {"max_epochs": 3, "limit_train_batches": 7, "limit_val_batches": 1, **options})
                trainer = pl.Trainer(accelerator="cpu", max_epochs=3, log_every_n_steps=1, logger=CSVLogger(self.folder / f"lightning-{i}"),
                                     enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False, **options)
                data = TensorDataset(torch.randn(28, 4))
                trainer.fit(LinearModel(), DataLoader(data, 4), DataLoader(data, 28))
                theirs = [row["step"] for row in rows_of(Path(trainer.logger.log_dir) / "metrics.csv") if row["val_loss"]]
                self.assertGreater(len(theirs), 2)
                self.assertEqual([row["step"] for row in rows if row["val_loss"]], theirs)

    def test_callbacks_follow_every_validation_of_an_epoch(self):
        stopping = '[[callbacks]]\ntype = "EarlyStopping"\nmonitor = "val_loss"\nmode = "max"\npatience = 2'
        rows, report = self.train("stopping", {"max_epochs": 3, "min_epochs": 0, "limit_train_batches": 8, "val_check_interval": 2}, callbacks=stopping)
        self.assertEqual(report["steps"], 6)  # the second validation is no better than the first, nor is the third
        self.assertEqual(len([row for row in rows if row["val_loss"]]), 3)

    def test_overfitting_goes_over_the_same_few_batches_in_order(self):
        options = {"max_epochs": 4, "overfit_batches": 2}
        shuffled, report = self.train("overfit-shuffled", options, shuffle=True)
        in_order, _ = self.train("overfit", options)
        self.assertEqual(report["steps"], 8)
        self.assertEqual(shuffled, in_order)

    def test_the_time_limit_ends_the_training(self):
        _, report = self.train("time", {"max_epochs": 4, "min_epochs": 0, "max_time": "00:00:00:00"})
        self.assertEqual(report["steps"], 1)
        self.assertIn("Time limit reached", report["stopped_by"])

    def test_the_norm_of_gradients_is_lightnings(self):
        rows, _ = self.train("norm", {"max_epochs": 1, "gradient_clip_val": 1e-9}, callbacks='[[callbacks]]\ntype = "GradientNormMonitor"')
        norms = [float(row["grad_2.0_norm_total"]) for row in rows if row.get("grad_2.0_norm_total")]
        self.assertGreater(len(norms), 10)
        self.assertGreater(min(norms), 1e-6)  # norms before clipping


if __name__ == "__main__":
    unittest.main()
