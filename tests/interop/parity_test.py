"""Every epoch's losses are Lightning's, without and with shuffling: `parity_test.py build/bin/pipeline`."""

import sys
import tempfile
import unittest
import warnings
from pathlib import Path

import torch

from recipe import Recipe

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
EPOCHS = 5


class Parity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.filterwarnings("ignore")
        torch.set_num_threads(1)
        torch.set_float32_matmul_precision("highest")
        cls.scratch = tempfile.TemporaryDirectory()
        cls.recipe = Recipe(PROGRAM, cls.scratch.name, hidden=32)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def check(self, shuffle):
        report = self.recipe.train(f"trainer.max_epochs={EPOCHS}", f"loader.shuffle={str(shuffle).lower()}")
        ours = [(epoch["train_loss"], epoch["val"]["val_loss"]) for epoch in report["history"]]
        _, theirs = self.recipe.fit(self.recipe.model(), EPOCHS, shuffle=shuffle)
        self.assertEqual(len(ours), EPOCHS)
        for epoch, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            for name, a, b in zip(("train_loss", "val_loss"), mine, other):
                self.assertLess(abs(a - b) / b, 1e-5, f"{name} of epoch {epoch}: {a} here, {b} in Lightning")
        return ours

    def test_in_the_order_of_the_data(self):
        self.check(shuffle=False)

    def test_shuffled_as_pytorch_shuffles(self):
        self.assertNotEqual(self.check(shuffle=True), self.check(shuffle=False))


if __name__ == "__main__":
    unittest.main()
