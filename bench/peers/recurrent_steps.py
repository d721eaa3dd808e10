#!/usr/bin/env python3
"""Milliseconds of a training step of an LSTM or GRU in Lightning, without callbacks and loggers: `recurrent_steps.py CELL LAYERS HIDDEN STEPS`.

Batches of 32 windows of 60 rows with 5 features, held in memory; the second epoch counts."""
import json, logging, sys, time, warnings

warnings.filterwarnings("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
import torch
import lightning.pytorch as pl
from torch.utils.data import DataLoader, TensorDataset


class Model(pl.LightningModule):
    def __init__(self, cell, layers, hidden):
        super().__init__()
        self.cell = getattr(torch.nn, cell)(5, hidden, layers, batch_first=True)
        self.fc = torch.nn.Linear(hidden, 1)

    def training_step(self, batch, _):
        loss = torch.nn.functional.mse_loss(self.fc(self.cell(batch[0])[0][:, -1]), batch[1])
        self.log("train_loss", loss)
        return loss

    def on_train_epoch_start(self):
        self.start = time.perf_counter()

    def on_train_epoch_end(self):
        self.seconds = time.perf_counter() - self.start

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)


cell, layers, hidden, steps = sys.argv[1], *map(int, sys.argv[2:5])
torch.manual_seed(1)
data = TensorDataset(torch.randn(steps * 32, 60, 5), torch.randn(steps * 32, 1))
model = Model(cell, layers, hidden)
trainer = pl.Trainer(max_epochs=2, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False)
trainer.fit(model, DataLoader(data, 32, shuffle=True))
print(json.dumps({"ms": model.seconds / steps * 1e3}))
