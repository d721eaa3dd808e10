"""Every scheduler steps as PyTorch's does, at the times when Lightning steps it: `schedulers_test.py build/bin/pipeline`.

The program trains. Its LearningRateMonitor logs the rate of each step, and its checkpoint holds the scheduler's state."""

import csv
import json
import math
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

import lightning.pytorch as pl
import torch
from torch import nn
from torch.optim import lr_scheduler as schedulers
from torch.utils.data import DataLoader, TensorDataset

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from workflow import WorkflowTest, head, run, slow_wave, toml

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
STEPS, RATE = 200, 0.01

TABLES = """
[model]
type = "LinearModel"
[loader]
batch_size = 4
[[callbacks]]
type = "LearningRateMonitor"
logging_interval = "step"
log_momentum = true
[[loggers]]
type = "CSVLogger"
[stages.train]
"""

A_STEP_EACH = {"max_epochs": 5, "limit_train_batches": 50, "check_val_every_n_epoch": 5}  # 250 steps
AN_EPOCH_EACH = {"max_epochs": 201, "limit_train_batches": 1, "limit_val_batches": 1}


def pytorch_rates(make, steps=STEPS, optimizer=torch.optim.Adam, metrics=None):
    """The rate before each step, and the scheduler after the last."""
    parameter = nn.Parameter(torch.zeros(1))
    parameter.grad = torch.zeros(1)
    optimizer = optimizer([parameter], lr=RATE)
    scheduler, rates, momenta = make(optimizer), [], []
    for step in range(steps):
        group = optimizer.param_groups[0]
        rates.append(group["lr"])
        momenta.append(group["betas"][0] if "betas" in group else group["momentum"])
        optimizer.step()
        scheduler.step(*([] if metrics is None else [metrics[step]]))
    return rates, momenta, scheduler


def with_warmup(steps, factor, make):
    def sequence(optimizer):
        rise = schedulers.LinearLR(optimizer, start_factor=factor, total_iters=steps)
        return schedulers.SequentialLR(optimizer, [rise, make(optimizer)], milestones=[steps])

    return sequence


class LinearModel(pl.LightningModule):
    """A model that fits the program's checkpoints; it keeps the rate of every batch."""

    def __init__(self, make, config, lr=RATE, window=4, horizon=1):
        super().__init__()
        self.make, self.config, self.lr = make, config, lr
        self.linear = nn.Linear(window, horizon)
        self.rates = []

    def training_step(self, batch, _):
        self.rates.append(self.optimizers().param_groups[0]["lr"])
        return self.linear(batch[0]).square().mean()

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=self.lr)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": self.make(optimizer), **self.config}}


def lightning_trainer(**options):
    return pl.Trainer(accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False, **options)


def batches(count):
    return DataLoader(TensorDataset(torch.ones(count * 4, 4)), 4)


class Schedulers(WorkflowTest):
    series = slow_wave()

    def start(self, case, trainer, scheduler, optimizer="Adam"):
        first = head("rates", ["load"], top={"log_dir": f"logs/{case}"}, slices={"window": 4})
        tables = {"optimizer": {"type": optimizer, "lr": RATE}, "trainer": {"log_every_n_steps": 1, "num_sanity_val_steps": 0} | trainer, "scheduler": scheduler}
        options = "\n".join(f"[{table}]\n{toml(values)}" for table, values in tables.items())
        (self.folder / "workflow.toml").write_text(first + options + TABLES)
        return run(PROGRAM, self.folder, "--json")

    def train(self, case, trainer, scheduler, optimizer="Adam"):
        """The logged rates and momenta of the steps, the rows of metrics.csv and the last checkpoint's file."""
        done = self.start(case, trainer, scheduler, optimizer)
        self.assertEqual(done.returncode, 0, done.stderr)
        version = self.folder / "logs" / case / "LinearModel" / "version_0"
        with open(version / "metrics.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        rates = [float(row[f"lr-{optimizer}"]) for row in rows if row[f"lr-{optimizer}"]]
        momenta = [float(row[f"lr-{optimizer}-momentum"]) for row in rows if row[f"lr-{optimizer}-momentum"]]
        return rates, momenta, rows, version / "checkpoints" / "last.ckpt"

    def assert_close(self, ours, theirs):
        self.assertEqual(len(ours), len(theirs))
        for step, (a, b) in enumerate(zip(ours, theirs)):
            self.assertTrue(math.isclose(a, b, rel_tol=1e-7, abs_tol=1e-14), f"step {step}: {a} is not {b}")

    def assert_same_state(self, ours, theirs):
        self.assertEqual(ours.keys(), theirs.keys())
        for name, expected in theirs.items():
            given = ours[name]
            if name == "_schedulers":
                for a, b in zip(given, expected, strict=True):
                    self.assert_same_state(a, b)
            elif name in ("_last_lr", "base_lrs"):
                self.assert_close(given, expected)
            elif name != "_step_count" or "T_cur" not in ours:  # CosineAnnealingWarmRestarts does not count its steps
                self.assertEqual(given, expected, name)

    def check(self, name, options, make=None, optimizer="Adam"):
        make = make or (lambda optimizer: getattr(schedulers, name)(optimizer, **options))
        for interval, trainer, done in (("step", A_STEP_EACH, 250), ("epoch", AN_EPOCH_EACH, 201)):
            with self.subTest(scheduler=name, interval=interval):
                case = f"{self._testMethodName}-{interval}"
                rates, momenta, _, checkpoint = self.train(case, trainer, {"type": name, "interval": interval, **options}, optimizer)
                class_of = getattr(torch.optim, optimizer)
                expected, expected_momenta, scheduler = pytorch_rates(make, done, class_of)
                self.assertGreater(len(set(expected)), 1)
                self.assert_close(rates[:STEPS], expected[:STEPS])
                self.assert_close(momenta[:STEPS], expected_momenta[:STEPS])
                state = torch.load(checkpoint, weights_only=True)["lr_schedulers"]
                self.assertEqual(len(state), 1)
                self.assert_same_state(state[0], scheduler.state_dict())

    def test_step_lr(self):
        self.check("StepLR", {"step_size": 30, "gamma": 0.5})

    def test_multi_step_lr(self):
        self.check("MultiStepLR", {"milestones": [20, 50, 50, 120], "gamma": 0.3})

    def test_exponential_lr(self):
        self.check("ExponentialLR", {"gamma": 0.97})

    def test_linear_lr(self):
        self.check("LinearLR", {"start_factor": 0.2, "end_factor": 0.9, "total_iters": 70})

    def test_cosine_annealing_lr(self):
        self.check("CosineAnnealingLR", {"T_max": 60, "eta_min": 0.0005})

    def test_cosine_annealing_warm_restarts(self):
        self.check("CosineAnnealingWarmRestarts", {"T_0": 15, "T_mult": 2, "eta_min": 0.0001})

    def test_one_cycle_lr(self):
        self.check("OneCycleLR", {"max_lr": 0.05, "total_steps": 260})

    def test_one_cycle_lr_in_three_lines_with_momentum(self):
        options = {"max_lr": 0.05, "total_steps": 251, "pct_start": 0.25, "anneal_strategy": "linear", "three_phase": True, "base_momentum": 0.7}
        self.check("OneCycleLR", options, optimizer="SGD")

    def test_warmup_before_a_cosine(self):
        cosine = {"T_max": 100, "eta_min": 0.0005}
        self.check("CosineAnnealingLR", cosine | {"warmup_steps": 40, "warmup_start_factor": 0.05},
                   with_warmup(40, 0.05, lambda optimizer: schedulers.CosineAnnealingLR(optimizer, **cosine)))

    def test_warmup_before_restarts(self):
        restarts = {"T_0": 30, "eta_min": 0.0005}
        self.check("CosineAnnealingWarmRestarts", restarts | {"warmup_steps": 10, "warmup_start_factor": 0.1},
                   with_warmup(10, 0.1, lambda optimizer: schedulers.CosineAnnealingWarmRestarts(optimizer, **restarts)))

    def test_reduce_lr_on_plateau(self):
        for case, options in {"min": {"factor": 0.5, "patience": 3, "cooldown": 2, "min_lr": 1e-5},
                              "max": {"mode": "max", "factor": 0.8, "patience": 0, "threshold": 0.01, "threshold_mode": "abs"}}.items():
            with self.subTest(case):
                rates, _, rows, checkpoint = self.train(f"plateau-{case}", AN_EPOCH_EACH, {"type": "ReduceLROnPlateau", **options})
                metrics = [float(row["val_loss"]) for row in rows if row["val_loss"]]
                expected, _, scheduler = pytorch_rates(lambda o: schedulers.ReduceLROnPlateau(o, **options), 201, metrics=metrics)
                self.assertGreater(len(set(expected)), 3)
                self.assert_close(rates, expected)
                self.assert_same_state(torch.load(checkpoint, weights_only=True)["lr_schedulers"][0], scheduler.state_dict())

    def test_it_steps_where_lightning_does(self):
        """Accumulated batches, a smaller last group, and a frequency that does not divide the epoch."""
        for interval, frequency in (("step", 3), ("step", 1), ("epoch", 2)):
            with self.subTest(interval=interval, frequency=frequency):
                trainer = {"max_epochs": 5, "limit_train_batches": 7, "accumulate_grad_batches": 2}
                config = {"interval": interval, "frequency": frequency}
                rates, _, _, _ = self.train(f"lightning-{interval}-{frequency}", trainer, {"type": "ExponentialLR", "gamma": 0.9, **config})
                model = LinearModel(lambda o: schedulers.ExponentialLR(o, 0.9), config)
                lightning_trainer(max_epochs=5, accumulate_grad_batches=2).fit(model, batches(7))
                self.assert_close(rates, model.rates)

    def test_lightning_goes_on_with_it(self):
        cases = {"OneCycleLR": {"max_lr": 0.05, "total_steps": 120}, "StepLR": {"step_size": 7, "gamma": 0.7}, "CosineAnnealingLR": {"T_max": 25}}
        for name, options in cases.items():
            with self.subTest(name):
                make = lambda optimizer, name=name, options=options: getattr(schedulers, name)(optimizer, **options)
                trainer = {"max_epochs": 4, "limit_train_batches": 10}
                _, _, _, checkpoint = self.train(f"go-on-{name}", trainer, {"type": name, "interval": "step", **options})
                model = LinearModel(make, {"interval": "step"})
                lightning_trainer(max_epochs=12).fit(model, batches(10), ckpt_path=checkpoint, weights_only=True)
                expected, _, _ = pytorch_rates(make, 120)
                self.assert_close(model.rates, expected[40:])

    def test_lengths_follow_from_the_training(self):
        rates, _, _, _ = self.train("length", {"max_epochs": 4, "limit_train_batches": 10}, {"type": "OneCycleLR", "max_lr": 0.05})
        expected, _, _ = pytorch_rates(lambda o: schedulers.OneCycleLR(o, max_lr=0.05, total_steps=40), 40)
        self.assert_close(rates, expected)

    def test_mistakes_are_named_before_training(self):
        cases = [({"type": "OneCycleLR", "max_lr": 0.1, "total_steps": 9}, "the training has 10"),
                 ({"type": "ReduceLROnPlateau", "monitor": "val_los"}, 'did you mean "val_loss"?'),
                 ({"type": "StepLR"}, "step_size"),
                 ({"type": "CosineLR"}, 'unknown scheduler "CosineLR"')]
        for scheduler, words in cases:
            with self.subTest(words):
                done = self.start("mistake", {"max_epochs": 1, "limit_train_batches": 10}, scheduler)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
