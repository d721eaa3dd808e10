"""The real torchrun starts the program: its agent serves the store, and the stages around the training run once."""

import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import workflow

PROGRAM, KILL_AT = (Path(sys.argv.pop(1)).resolve() for _ in range(2))  # KILL_AT: the folder of a callback that kills a process
TORCHRUN = Path(sys.executable).parent / "torchrun"
TABLES = """
[model]
type = "LSTMModel"
hidden_size = 8
num_layers = 1
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 2
strategy = "ddp"
[collective]
type = "C10d"
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
[[callbacks]]
type = "ProgressBar"
[[loggers]]
type = "CSVLogger"
[stages.train]
[stages.evaluate]
[stages.visualize]
"""


@unittest.skipUnless(TORCHRUN.exists(), "torchrun is not installed")
class Torchrun(workflow.WorkflowTest):
    series = workflow.waves()

    def torchrun(self, *words, restarts=0):
        command = [TORCHRUN, "--no-python", "--nnodes", "1", "--nproc-per-node", "2", "--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0",
                   "--max-restarts", str(restarts), PROGRAM, "run", "workflow.toml", *words]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=300)

    def test_a_whole_workflow(self):
        (self.folder / "workflow.toml").write_text(
            workflow.head("small", ["load", "heat"], ["load"], slices={"window": 24, "horizon": 3}) + TABLES)
        done = self.torchrun()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count("[preprocess] done"), 1, done.stderr)
        self.assertEqual(done.stderr.count("[train] done"), 1, done.stderr)
        self.assertIn("in each of 2 processes", done.stderr)
        self.assertEqual(done.stdout.count("Results of small"), 1)
        self.assertEqual([p.name for p in (self.folder / "lightning_logs/LSTMModel").iterdir()], ["version_0"])
        self.assertIn("test_loss", self.json("runs/small/evaluate/metrics.json"))
        again = self.torchrun()
        self.assertEqual(again.returncode, 0, again.stderr)
        for stage in ("preprocess", "slice_windows", "train", "evaluate", "visualize"):
            self.assertIn(f"[{stage}] up to date", again.stderr)

    def test_torchrun_starts_a_lost_training_again(self):
        text = workflow.head("again", ["load", "heat"], ["load"], slices={"window": 24, "horizon": 3}) + TABLES
        (self.folder / "workflow.toml").write_text(f'plugins = {{ path = "{KILL_AT}" }}\n{text}[[callbacks]]\ntype = "KillAt"\n')
        histories = []
        for step in (-1, 5):  # of 8; the first training is not killed
            done = self.torchrun("--until", "train", "--resume", "--set", "log_dir=again", "--set", f"callbacks.KillAt.step={step}",
                                 "--set", "callbacks.KillAt.rank=1", "--set", "callbacks.KillAt.attempt=0",
                                 "--set", "stages.train.resume_every_n_seconds=0", restarts=1)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual("going on with" in done.stderr, step == 5, done.stderr)
            record = self.json("runs/again/train/train.json")
            histories.append([(epoch["train_loss"], epoch["val"]) for epoch in record["history"]])
            shutil.rmtree(self.folder / "runs/again/train")
            shutil.rmtree(self.folder / "runs/again/.train.lasting", ignore_errors=True)
        self.assertEqual(histories[0], histories[1])

    def test_a_mistake_ends_all_processes(self):
        (self.folder / "workflow.toml").write_text(
            workflow.head("wrong", ["load", "heat"], ["load"], slices={"window": 24, "horizon": 3}) + TABLES)
        done = self.torchrun("--set", "log_dir=elsewhere", "--set", "optimizer.lr=1e30", "--set", "optimizer.type=SGD")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("training loss became", done.stderr)


if __name__ == "__main__":
    unittest.main()
