"""Shared by the tests: a small workflow, the recipe's model in Lightning, and a way to run both."""

import json
import sys
from pathlib import Path

import lightning.pytorch as pl
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from workflow import head, run, waves, write_csv

SEED, BATCH, LR = 3407, 32, 0.003

WORKFLOW = head("small", ["load", "heat"], ["load"], top={"seed": SEED}, preprocess={"time_column": "time"},
                slices={"window": 24, "horizon": 3, "export": True}) + """
[model]
type = "LSTMModel"
hidden_size = {hidden}
num_layers = 2
[optimizer]
type = "Adam"
lr = {lr}
[loader]
batch_size = {batch}
shuffle = false
[trainer]
max_epochs = 4
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
save_top_k = -1
filename = "{{epoch}}"
[stages.train]
"""


class LSTMModel(pl.LightningModule):
    """The recipe's class; `gamma` below 1 lowers the rate by that factor every epoch."""

    def __init__(self, input_size=5, hidden_size=128, num_layers=5, output_size=1, lr=0.001, gamma=1.0):
        super().__init__()
        self.save_hyperparameters()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])

    def training_step(self, batch, _):
        loss = nn.functional.mse_loss(self(batch[0]), batch[1])
        self.log("train_loss", loss, on_step=True, on_epoch=True)
        return loss

    def validation_step(self, batch, _):
        self.log("val_loss", nn.functional.mse_loss(self(batch[0]), batch[1]))

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
        if self.hparams.gamma == 1.0:
            return optimizer
        return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=self.hparams.gamma)]


class Curve(pl.Callback):
    def __init__(self):
        self.rows = []

    def on_train_epoch_end(self, trainer, _):
        self.rows.append((float(trainer.callback_metrics["train_loss_epoch"]), float(trainer.callback_metrics["val_loss"])))


class Recipe:
    """The workflow in a folder, its windows, and Lightning on the same windows."""

    def __init__(self, program, folder, hidden=8):
        self.program, self.folder, self.hidden = program, Path(folder), hidden
        write_csv(self.folder / "small.csv", waves())
        (self.folder / "workflow.toml").write_text(WORKFLOW.format(hidden=hidden, lr=LR, batch=BATCH))
        self.run("--until", "slice_windows")
        windows = self.folder / "runs" / "small" / "slice_windows"
        x, y = (torch.from_numpy(np.load(windows / f"{name}.npy")) for name in "Xy")
        counts = {split: sum(r["count"] for r in json.loads((windows / "windows.json").read_text())["ranges"] if r["split"] == split)
                  for split in ("train", "val")}
        first, second = counts["train"], counts["train"] + counts["val"]
        y = y.reshape(len(y), -1)
        self.train_set, self.val_set = TensorDataset(x[:first], y[:first]), TensorDataset(x[first:second], y[first:second])

    def run(self, *words):
        done = run(self.program, self.folder, *words)
        assert done.returncode == 0, done.stderr
        return done

    def train(self, *sets):
        """Trains with the program and these --set; returns train.json."""
        self.run("--until", "train", "--force", *(word for s in sets for word in ("--set", s)))
        return json.loads((self.folder / "runs" / "small" / "train" / "train.json").read_text())

    def model(self, **options):
        pl.seed_everything(SEED, verbose=False)
        return LSTMModel(2, self.hidden, 2, self.train_set[0][1].numel(), LR, **options)

    def fit(self, model, epochs, shuffle=False, ckpt_path=None, checkpoints=None, callbacks=()):
        """Trains with Lightning on the same windows; returns the trainer and the curve."""
        curve, callbacks = Curve(), [*callbacks]
        if checkpoints:
            callbacks.append(pl.callbacks.ModelCheckpoint(checkpoints, filename="{epoch}", save_top_k=-1, monitor="val_loss"))
        trainer = pl.Trainer(max_epochs=epochs, accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False,
                             enable_checkpointing=bool(checkpoints), callbacks=[*callbacks, curve])
        trainer.fit(model, DataLoader(self.train_set, BATCH, shuffle=shuffle), DataLoader(self.val_set, BATCH), ckpt_path=ckpt_path, weights_only=True)
        return trainer, curve.rows
