"""Python Lightning and torch.load use our checkpoints, and we use Lightning's: `checkpoint_test.py build/bin/pipeline`."""

import json
import math
import pickle
import subprocess
import sys
import tempfile
import unittest
import warnings
import zipfile
from pathlib import Path

import lightning.pytorch as pl
import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from workflow import WorkflowTest, head, run, waves

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
WINDOW, HORIZON, HIDDEN, LAYERS = 24, 3, 8, 2

TABLES = f"""
[model]
type = "LSTMModel"
hidden_size = {HIDDEN}
num_layers = {LAYERS}
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 2
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
save_top_k = 1
[stages.train]
[stages.evaluate]
"""
WORKFLOW = head("small", ["load", "heat"], ["load"], preprocess={"time_column": "time"}, slices={"window": WINDOW, "horizon": HORIZON, "export": True}) + TABLES


class LSTMModel(pl.LightningModule):
    """The recipe's class, with the attributes lstm and fc and the recipe's arguments."""

    def __init__(self, input_size=5, hidden_size=128, num_layers=5, output_size=1, lr=0.001):
        super().__init__()
        self.save_hyperparameters()
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])

    def training_step(self, batch, _):
        return nn.functional.mse_loss(self(batch[0]), batch[1])

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)


def quiet_trainer(**options):
    return pl.Trainer(accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False, **options)


class Checkpoints(WorkflowTest):
    series = waves()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_workflow(PROGRAM, WORKFLOW)
        cls.stages = cls.folder / "runs" / "small"
        cls.train = cls.json("runs/small/train/train.json")
        cls.best = cls.train["best"]
        cls.x = torch.from_numpy(np.load(cls.stages / "slice_windows" / "X.npy"))
        cls.y = torch.from_numpy(np.load(cls.stages / "slice_windows" / "y.npy")).reshape(len(cls.x), -1)

    def test_torch_load_opens_it_as_plain_data(self):
        content = torch.load(self.best, weights_only=True)
        self.assertIs(type(content), dict)
        self.assertEqual(content["state_dict"]["lstm.weight_ih_l0"].shape, (4 * HIDDEN, 2))
        given = content["hyper_parameters"]
        self.assertEqual({k: given[k] for k in ("input_size", "hidden_size", "num_layers", "output_size", "lr")},
                         {"input_size": 2, "hidden_size": HIDDEN, "num_layers": LAYERS, "output_size": HORIZON, "lr": 0.01})
        self.assertEqual(content["pipeline"]["window"], WINDOW)
        self.assertEqual(content["pipeline"]["series"]["features"], ["load", "heat"])

    def test_lightning_loads_it_and_forecasts_the_same(self):
        model = LSTMModel.load_from_checkpoint(self.best, weights_only=True).eval()
        metrics = json.loads((self.stages / "evaluate" / "metrics.json").read_text())
        test = metrics["test_windows"]
        with torch.no_grad():
            error = model(self.x[-test:]).double() - self.y[-test:].double()
        self.assertAlmostEqual(metrics["test_mse"], error.square().mean().item(), delta=1e-6)
        self.assertAlmostEqual(metrics["test_mae"], error.abs().mean().item(), delta=1e-6)

    def test_lightning_trains_on_from_it(self):
        saved = torch.load(self.train["last"], weights_only=True)
        model = LSTMModel(2, HIDDEN, LAYERS, HORIZON, 0.01)
        data = DataLoader(TensorDataset(self.x[:64], self.y[:64]), 32)
        trainer = quiet_trainer(max_epochs=3)
        trainer.fit(model, data, ckpt_path=self.train["last"], weights_only=True)
        self.assertEqual(trainer.current_epoch, 3)
        self.assertEqual(trainer.global_step, saved["global_step"] + 2)
        steps = [int(s["step"]) for s in trainer.optimizers[0].state.values()]
        self.assertEqual(set(steps), {saved["global_step"] + 2})

    def test_lightnings_checkpoint_is_a_start_for_training(self):
        torch.manual_seed(7)
        model = LSTMModel(2, HIDDEN, LAYERS, HORIZON, 0.01)
        trainer = quiet_trainer(max_epochs=1)
        trainer.fit(model, DataLoader(TensorDataset(self.x[:64], self.y[:64]), 32))
        trainer.save_checkpoint(self.folder / "lightning.ckpt")
        done = run(PROGRAM, self.folder, "--until", "train", "--set", "stages.train.from_checkpoint=lightning.ckpt", "--set", "optimizer.lr=1e-12",
                   "--set", "trainer.max_epochs=1", "--set", "run_dir=runs_on")
        self.assertEqual(done.returncode, 0, done.stderr)
        last = json.loads((self.folder / "runs_on" / "small" / "train" / "train.json").read_text())["last"]
        ours = torch.load(last, weights_only=True)["state_dict"]
        for name, weight in model.state_dict().items():
            torch.testing.assert_close(ours[name], weight, atol=1e-6, rtol=0)

    def lightnings_checkpoint(self):
        """A checkpoint of the real program, and the model in it."""
        torch.manual_seed(7)
        model = LSTMModel(2, HIDDEN, LAYERS, HORIZON, 0.01)
        trainer = quiet_trainer(max_epochs=1)
        trainer.fit(model, DataLoader(TensorDataset(self.x[:64], self.y[:64]), 32))
        trainer.save_checkpoint(self.folder / "theirs.ckpt")
        return model.eval()

    def test_lightnings_checkpoint_is_evaluated_and_predicted_with(self):
        model = self.lightnings_checkpoint()
        done = run(PROGRAM, self.folder, "--stage", "evaluate", "--set", "stages.evaluate.checkpoint=theirs.ckpt", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        metrics = json.loads((self.stages / "evaluate" / "metrics.json").read_text())
        test = metrics["test_windows"]
        with torch.no_grad():
            error = model(self.x[-test:]).double() - self.y[-test:].double()
        self.assertAlmostEqual(metrics["test_mse"], error.square().mean().item(), delta=1e-6)
        self.assertEqual(run(PROGRAM, self.folder, "--stage", "evaluate").returncode, 0)

        words = [PROGRAM, "predict", "--checkpoint", "theirs.ckpt", "--input", "small.csv"]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("--workflow", done.stderr)
        done = subprocess.run([*words, "--workflow", "workflow.toml"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        said = [float(line.split(",")[3]) for line in done.stdout.splitlines()[1:]]
        series = np.load(self.stages / "preprocess" / "series.npy")
        scale = json.loads((self.stages / "preprocess" / "transform.json").read_text())["columns"][0]
        with torch.no_grad():
            ours = model(torch.from_numpy(series[None, -WINDOW:])).squeeze(0).double() * scale["scale"] + scale["center"]
        np.testing.assert_allclose(said, ours, atol=1e-4)

    def test_safetensors_and_plain_weights_open_in_python(self):
        for name in ("ours.safetensors", "ours.pt"):
            done = subprocess.run([PROGRAM, "checkpoint", "convert", self.best, name], cwd=self.folder, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
        weights = torch.load(self.best, weights_only=True)["state_dict"]
        plain = torch.load(self.folder / "ours.pt", weights_only=True)
        with safe_open(self.folder / "ours.safetensors", "pt") as opened:
            self.assertEqual(set(opened.keys()), set(weights))
            self.assertEqual(json.loads(opened.metadata()["pipeline"])["window"], WINDOW)
            for name, weight in weights.items():
                torch.testing.assert_close(opened.get_tensor(name), weight, atol=0, rtol=0)
                torch.testing.assert_close(plain[name], weight, atol=0, rtol=0)
        LSTMModel(2, HIDDEN, LAYERS, HORIZON).load_state_dict(plain)

    def test_safetensors_from_python_are_a_start_for_training(self):
        torch.manual_seed(8)
        model = LSTMModel(2, HIDDEN, LAYERS, HORIZON, 0.01)
        save_file(model.state_dict(), self.folder / "start.safetensors")
        done = run(PROGRAM, self.folder, "--until", "train", "--set", "stages.train.from_checkpoint=start.safetensors", "--set", "optimizer.lr=1e-12",
                   "--set", "trainer.max_epochs=1", "--set", "run_dir=runs_st")
        self.assertEqual(done.returncode, 0, done.stderr)
        last = json.loads((self.folder / "runs_st" / "small" / "train" / "train.json").read_text())["last"]
        ours = torch.load(last, weights_only=True)["state_dict"]
        for name, weight in model.state_dict().items():
            torch.testing.assert_close(ours[name], weight, atol=1e-6, rtol=0)

    def test_a_model_of_arrays_knows_no_columns(self):
        folder = self.folder / "given"
        folder.mkdir()
        np.save(folder / "X.npy", self.x.numpy())
        np.save(folder / "y.npy", self.y.numpy())
        (folder / "workflow.toml").write_text('name = "given"\n[stages.slice_windows]\nfeature_path = "X.npy"\ntarget_path = "y.npy"' + TABLES)
        done = run(PROGRAM, folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        metrics = json.loads((folder / "runs/given/evaluate/metrics.json").read_text())
        self.assertNotIn("original", metrics)
        self.assertNotIn("naive_mse", metrics)
        train = json.loads((folder / "runs/given/train/train.json").read_text())
        done = subprocess.run([PROGRAM, "predict", "--checkpoint", train["best"], "--input", "../small.csv"], cwd=folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("trained on windows made elsewhere", done.stderr)

    def test_code_in_a_checkpoint_is_never_run(self):
        class Code:
            def __reduce__(self):
                return Path.touch, (Path(proof),)

        proof = self.folder / "was_run"
        with zipfile.ZipFile(self.folder / "evil.ckpt", "w") as archive:
            archive.writestr("evil/data.pkl", pickle.dumps({"state_dict": Code()}, protocol=2))
            archive.writestr("evil/version", "3\n")
        done = subprocess.run([PROGRAM, "predict", "--checkpoint", "evil.ckpt", "--input", "small.csv"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("nothing of it was run", done.stderr)
        self.assertFalse(proof.exists())

    def test_damage_is_a_sentence(self):
        content = bytearray(Path(self.best).read_bytes())
        weights = torch.load(self.best, weights_only=True)["state_dict"]["fc.weight"].numpy().tobytes()
        content[content.index(weights) + 1] ^= 1
        (self.folder / "damaged.ckpt").write_bytes(content)
        (self.folder / "short.ckpt").write_bytes(content[: len(content) // 2])
        for name in ("damaged.ckpt", "short.ckpt"):
            done = subprocess.run([PROGRAM, "predict", "--checkpoint", name, "--input", "small.csv"], cwd=self.folder, capture_output=True, text=True)
            self.assertEqual(done.returncode, 5, done.stderr)
            self.assertIn(name, done.stderr)


if __name__ == "__main__":
    unittest.main()
