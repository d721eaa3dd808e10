"""Two processes of the program and two of Lightning's DDP, both on Gloo, have the same losses in every epoch."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "interop"), str(HERE.parent / "support")]
from recipe import Recipe
from workflow import free_port, run_ranks

from lightning_ddp import HIDDEN

PROGRAM = Path(sys.argv.pop(1)).resolve()
EPOCHS = 4


class Lightning(unittest.TestCase):
    def lightning(self, folder):
        places = os.environ | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "OMP_NUM_THREADS": "1"}
        ranks = [subprocess.Popen([sys.executable, HERE / "lightning_ddp.py", folder, str(EPOCHS)], env=places | {"LOCAL_RANK": str(rank)},
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for rank in range(2)]
        for rank in ranks:
            said, _ = rank.communicate(timeout=300)
            self.assertEqual(rank.returncode, 0, said)
        return json.loads((folder / "curve.json").read_text())

    def test_losses_of_every_epoch(self):
        with tempfile.TemporaryDirectory() as scratch:
            recipe = Recipe(PROGRAM, scratch, hidden=HIDDEN)
            for windows in (recipe.train_set, recipe.val_set):
                self.assertEqual(len(windows) % 2, 0, "Lightning would count a window twice")
            torch.save([recipe.train_set.tensors, recipe.val_set.tensors], recipe.folder / "sets.pt")
            theirs = self.lightning(recipe.folder)
            run_ranks(PROGRAM, recipe.folder, "--until", "train", "--set", f"trainer.max_epochs={EPOCHS}")
            history = json.loads((recipe.folder / "runs/small/train/train.json").read_text())["history"]
        ours = [(epoch["train_loss"], epoch["val"]["val_loss"]) for epoch in history]
        self.assertEqual(len(ours), EPOCHS)
        for epoch, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            for name, a, b in zip(("train_loss", "val_loss"), mine, other):
                self.assertLess(abs(a - b) / b, 1e-5, f"{name} of epoch {epoch}: {a} here, {b} in Lightning")


if __name__ == "__main__":
    unittest.main()
