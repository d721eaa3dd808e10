"""Lightning continues our trainings and we continue Lightning's: `continue_test.py build/bin/pipeline`."""

import sys
import tempfile
import unittest
import warnings
from pathlib import Path

import lightning.pytorch as pl
import torch

from recipe import LR, Recipe

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()


class Continuing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.filterwarnings("ignore")
        torch.set_num_threads(1)
        cls.scratch = tempfile.TemporaryDirectory()
        cls.recipe = Recipe(PROGRAM, cls.scratch.name)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def check_same(self, weights, expected):
        self.assertEqual(set(weights), set(expected))
        for name, weight in expected.items():
            torch.testing.assert_close(weights[name], weight, atol=1e-5, rtol=0)

    def ours(self, *sets):
        report = self.recipe.train(*sets)
        return report, torch.load(report["last"], weights_only=True)["state_dict"]

    def both_ways(self, gamma, *tables):
        _, whole = self.ours(*tables)
        theirs = self.recipe.model(gamma=gamma)
        self.recipe.fit(theirs, 4)
        self.check_same(theirs.state_dict(), whole)

        half, _ = self.ours("trainer.max_epochs=2", *tables)
        for file in (half["last"], str(Path(half["version_dir"]) / "checkpoints" / "epoch=1.ckpt")):
            model = self.recipe.model(gamma=gamma)
            trainer, _ = self.recipe.fit(model, 4, ckpt_path=file)
            self.assertEqual((trainer.current_epoch, trainer.global_step), (4, 4 * half["steps"] // 2))
            self.check_same(model.state_dict(), whole)

        folder = Path(self.recipe.folder) / f"theirs{gamma}"
        trainer, _ = self.recipe.fit(self.recipe.model(gamma=gamma), 2, checkpoints=folder)
        trainer.save_checkpoint(folder / "end.ckpt")
        for file in ("end.ckpt", "epoch=1.ckpt"):
            report, weights = self.ours(f"stages.train.ckpt_path={folder / file}", *tables)
            self.assertEqual((report["epochs"], report["steps"]), (4, 4 * half["steps"] // 2))
            self.check_same(weights, whole)

    def test_a_training_is_handed_over_both_ways(self):
        self.both_ways(1.0)

    def test_a_training_with_a_scheduler_is_handed_over(self):
        self.both_ways(0.5, "scheduler={type=\"StepLR\", step_size=1, gamma=0.5}")

    def test_a_training_with_milestones_is_handed_over(self):  # PyTorch keeps milestones in a collections.Counter
        def model():
            model = self.recipe.model()
            optimizer = torch.optim.Adam(model.parameters(), lr=LR)
            schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 3], gamma=0.5)
            model.configure_optimizers = lambda: ([optimizer], [schedule])
            return model

        ours = "scheduler={type=\"MultiStepLR\", milestones=[1, 3], gamma=0.5}"
        _, whole = self.ours(ours)
        folder = Path(self.recipe.folder) / "milestones"
        self.recipe.fit(model(), 2, checkpoints=folder)
        _, weights = self.ours(f"stages.train.ckpt_path={folder / 'epoch=1.ckpt'}", ours)
        self.check_same(weights, whole)

    def test_a_training_that_averages_its_weights_is_handed_over(self):
        ours = ("callbacks=[{type=\"EMAWeightAveraging\", decay=0.9, update_every_n_steps=2, update_starting_at_epoch=1}, "
                "{type=\"ModelCheckpoint\", monitor=\"val_loss\", save_top_k=-1, filename=\"{epoch}\"}]",)
        average = lambda: pl.callbacks.EMAWeightAveraging(decay=0.9, update_every_n_steps=2, update_starting_at_epoch=1)
        whole_report, whole = self.ours(*ours)
        theirs = self.recipe.model()
        _, curve = self.recipe.fit(theirs, 4, callbacks=[average()])
        self.check_same(theirs.state_dict(), whole)
        for mine, (train_loss, val_loss) in zip(whole_report["history"], curve, strict=True):
            self.assertAlmostEqual(mine["train_loss"] / train_loss, 1, delta=1e-5)
            self.assertAlmostEqual(mine["val"]["val_loss"] / val_loss, 1, delta=1e-5)

        half, _ = self.ours("trainer.max_epochs=2", *ours)
        model = self.recipe.model()
        self.recipe.fit(model, 4, ckpt_path=str(Path(half["version_dir"]) / "checkpoints" / "epoch=1.ckpt"), callbacks=[average()])
        self.check_same(model.state_dict(), whole)

        folder = Path(self.recipe.folder) / "averaged"
        self.recipe.fit(self.recipe.model(), 2, checkpoints=folder, callbacks=[average()])
        report, weights = self.ours(f"stages.train.ckpt_path={folder / 'epoch=1.ckpt'}", *ours)
        self.assertEqual(report["epochs"], 4)
        self.check_same(weights, whole)

    def test_a_checkpoint_of_the_middle_of_an_epoch_goes_on_there(self):
        _, whole = self.ours()
        often = "callbacks=[{type=\"ModelCheckpoint\", every_n_train_steps=11, save_top_k=-1, filename=\"{step}\"}]"
        half, _ = self.ours("trainer.max_epochs=2", often)
        middle = Path(half["version_dir"]) / "checkpoints" / "step=11.ckpt"
        report, weights = self.ours(f"stages.train.ckpt_path={middle}")
        self.assertEqual(report["epochs"], 4)
        self.check_same(weights, whole)

    def test_what_lightning_saved_behind_a_batch_is_not_trained_again(self):
        _, whole = self.ours()
        folder = Path(self.recipe.folder) / "often"
        often = pl.callbacks.ModelCheckpoint(folder, filename="{step}", every_n_train_steps=11, save_top_k=-1)
        self.recipe.fit(self.recipe.model(), 2, checkpoints=folder, callbacks=[often])
        report, weights = self.ours(f"stages.train.ckpt_path={folder / 'step=11.ckpt'}")
        self.assertEqual(report["epochs"], 4)
        self.check_same(weights, whole)


if __name__ == "__main__":
    unittest.main()
