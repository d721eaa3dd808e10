"""One of two processes that train the recipe's model with Lightning's DDP on Gloo: `lightning_ddp.py FOLDER EPOCHS`. LOCAL_RANK, MASTER_ADDR and
MASTER_PORT say where. The folder holds sets.pt, with the windows; rank 0 writes curve.json, the losses of every epoch."""

import json
import os
import sys
import warnings
from pathlib import Path

import lightning.pytorch as pl
import torch
from torch import nn
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "interop"))
from recipe import BATCH, LR, SEED, Curve, LSTMModel

HIDDEN = 32


class Synchronised(LSTMModel):
    """Logs the mean over both processes."""

    def training_step(self, batch, _):
        loss = nn.functional.mse_loss(self(batch[0]), batch[1])
        self.log("train_loss", loss, on_step=True, on_epoch=True, sync_dist=True)
        return loss

    def validation_step(self, batch, _):
        self.log("val_loss", nn.functional.mse_loss(self(batch[0]), batch[1]), sync_dist=True)


def main(folder, epochs):
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    train, val = (TensorDataset(*arrays) for arrays in torch.load(folder / "sets.pt"))
    pl.seed_everything(SEED, verbose=False)
    model = Synchronised(2, HIDDEN, 2, train[0][1].numel(), LR)
    curve = Curve()
    trainer = pl.Trainer(max_epochs=epochs, accelerator="cpu", devices=2, strategy="ddp", logger=False, enable_progress_bar=False,
                         enable_model_summary=False, enable_checkpointing=False, callbacks=[curve], use_distributed_sampler=False)
    # Lightning's own choice would shuffle the training windows, whatever the loader says.
    train_loader, val_loader = (DataLoader(part, BATCH, sampler=DistributedSampler(part, 2, int(os.environ["LOCAL_RANK"]), shuffle=False))
                                for part in (train, val))
    trainer.fit(model, train_loader, val_loader)
    if os.environ["LOCAL_RANK"] == "0":
        (folder / "curve.json").write_text(json.dumps(curve.rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
