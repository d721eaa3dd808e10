"""Shared by the scripts that break the program on purpose: a small project, one call of the program that something happens to, and what
must be equal to a run to which nothing happened."""

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
from support.workflow import head, waves, write_csv

MODEL = """
[model]
type = "LSTMModel"
hidden_size = 4
num_layers = 1
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 2
log_every_n_steps = 3
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
save_top_k = 2
save_last = true
filename = "m-{epoch:02d}-{val_loss:.4f}"
[[loggers]]
type = "TensorBoardLogger"
[[loggers]]
type = "CSVLogger"
"""
SEARCH = """
[stages.optimize]
n_trials = 3
trainer.max_epochs = 1
save_top_k = 2
sampler.type = "RandomSampler"
[stages.optimize.search]
"optimizer.lr" = { low = 1e-3, high = 1e-1, log = true }
"""
STAGES = """
[stages.train]
resume_every_n_seconds = 0.02
[stages.evaluate]
[stages.visualize]
"""


SKIPPED = 77  # as CMake counts it


def arguments_of(usage, kinds=()):
    """The command line of a script that breaks each Nth call; `kinds`: of calls, among which it may choose."""
    arguments = argparse.ArgumentParser(usage=usage)
    arguments.add_argument("pipeline")
    arguments.add_argument("nth_call")
    arguments.add_argument("--every", type=int, default=1)
    if kinds:
        arguments.add_argument("--calls", choices=kinds)
    return arguments.parse_args()


def make_project(folder, search=True):
    """A project whose whole run takes half a second."""
    folder.mkdir(parents=True)
    write_csv(folder / "small.csv", waves(240))
    (folder / "workflow.toml").write_text(
        head("w", ["load", "heat"], ["load"], slices={"window": 12, "horizon": 2, "export": True}) + MODEL + (SEARCH if search else "") + STAGES)


class Program:
    """The program in one project, alone or below nth_call."""

    def __init__(self, pipeline, nth_call, folder):
        self.pipeline, self.nth_call, self.folder = str(Path(pipeline).resolve()), str(Path(nth_call).resolve()), folder
        self.report = folder.parent / "report"
        self.environment = os.environ | {"OMP_NUM_THREADS": "1", "NO_COLOR": "1", "XDG_CACHE_HOME": str(folder.parent / "cache")}

    def run(self, *words, below=()):
        done = subprocess.run([*below, self.pipeline, *words], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", timeout=600)
        return done

    def broken(self, at, act, calls, *words):
        """Runs it while something happens to the call `at`: (result, number of calls, the call that was hit, or "")."""
        # AddressSanitizer's search for leaks would trace a process that nth_call traces already.
        no_leaks = "ASAN_OPTIONS=" + ":".join(filter(None, [os.environ.get("ASAN_OPTIONS"), "detect_leaks=0"]))
        done = self.run(*words, below=["env", no_leaks, self.nth_call, str(self.folder), str(self.report), str(at), act, calls])
        if done.returncode == 125:  # nth_call's own
            print(f"skipped: no process may trace another here ({done.stderr.strip()})")
            raise SystemExit(SKIPPED)
        count, hit = self.report.read_text().split("\n")[:2]
        return done, int(count), hit

    def count(self, calls, *words):
        done, count, _ = self.broken(0, "kill", calls, *words)
        assert done.returncode == 0, done.stderr
        return count


def restore(folder, base):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder, symlinks=True)


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def events_of(file):
    """The records of a TensorBoard file without their wall time. Raises an error where one is torn."""
    data, at, records = file.read_bytes(), 0, []
    while at < len(data):
        if at + 12 > len(data): raise ValueError(f"{file.name} is torn at {at}")
        size, = struct.unpack_from("<Q", data, at)
        if at + 16 + size > len(data): raise ValueError(f"{file.name} is torn at {at}")
        body = data[at + 12:at + 12 + size]
        records.append(body[9:] if body[:1] == b"\x09" else body)
        at += 16 + size
    return records


def kept_records(version):
    """What TensorBoard shows of a training: without the file version and the hyper-parameters, which hold times."""
    records = [record for file in sorted(version.glob("events*")) for record in events_of(file)]
    return [record for record in records if b"brain.Event" not in record and b"_hparams_" not in record]


def study_of(folder, logs):
    """The study in a stage's folder. A killed trial counts as failed, and is run again under the next number: so numbers are compared with what
    the files say, and the trials that are complete with those of another run."""
    with contextlib.closing(sqlite3.connect(f"file:{folder}/study.db?mode=ro", uri=True)) as study:
        trials = study.execute("select number, state, (select value from trial_values v where v.trial_id = t.trial_id), "
                               "(select param_value from trial_params p where p.trial_id = t.trial_id) from trials t order by number").fetchall()
        sound = study.execute("pragma integrity_check").fetchone()[0]
    complete = [(value, number, parameter) for number, state, value, parameter in trials if state == "COMPLETE"]
    best = sorted(complete)[:2]
    return {"integrity": sound, "complete trials": [(value, parameter) for value, _, parameter in complete],
            "other trials": {state for _, state, _, _ in trials} - {"COMPLETE", "FAIL"},
            "numbers": [trial[0] for trial in trials] == list(range(len(trials))),
            "trials.csv": (folder / "trials.csv").read_text().count("\n") - len(trials),
            "best.toml": (folder / "best.toml").read_text().split("\n", 1)[1],
            "checkpoints of trials": {file.name for file in folder.glob("checkpoints/*/*.ckpt")} == {f"trial-{number}.ckpt" for _, number, _ in best},
            "logs of trials": {f"trial_{number}" for _, number, _ in complete} - {file.name for file in logs.glob("trial_*")}}


def picture(folder):
    """All that must be equal, by name."""
    seen = {}
    for manifest in sorted((folder / "runs/w").glob("*/manifest.json")):
        stage, said = manifest.parent, json.loads(manifest.read_text())
        for name, promised in said["outputs"].items():
            if not (stage / name).exists() or sha256(stage / name) != promised: seen[f"torn: {stage.name}/{name}"] = promised
        if stage.name in ("preprocess", "slice_windows", "evaluate"): seen[stage.name] = said["output_hash"]
        seen[f"{stage.name} status"] = said["status"]
    if (folder / "runs/w/optimize/study.db").exists(): seen |= study_of(folder / "runs/w/optimize", folder / "lightning_logs/w")
    if (folder / "out.csv").exists(): seen["forecast"] = sha256(folder / "out.csv")
    record = folder / "runs/w/train/train.json"
    if record.exists():
        said = json.loads(record.read_text())
        version = Path(said["version_dir"])
        seen["version"] = version.name
        for file in sorted((version / "checkpoints").iterdir()): seen[f"checkpoint {file.name}"] = sha256(file)
        seen["metrics.csv"] = (version / "metrics.csv").read_text()
        seen["hparams.yaml"] = (version / "hparams.yaml").read_text()
        seen["events"] = kept_records(version)
        seen["curve"] = [{k: v for k, v in epoch.items() if k != "seconds"} for epoch in said["history"]]
    for line in (folder / "runs/w/history.jsonl").read_text().splitlines(): json.loads(line)
    return seen


def differences(want, got, but=()):
    """Names and short values of what differs. A training that began anew, since it was stopped before its first resume point, lies in the
    next version folder, whose name is in its checkpoints and in what evaluate says of them. `but`: names that may differ."""
    moved = want.get("version") != got.get("version")
    of_place = re.compile("checkpoint |version|evaluate$")
    return {name: f"{str(want.get(name))[:200]} | {str(got.get(name))[:200]}" for name in want.keys() | got.keys()
            if want.get(name) != got.get(name) and name not in but and not (moved and of_place.match(name))}


def leftovers(folder):
    """Names that no finished run should leave."""
    mark = re.compile(r"\.part|\.tmp|\.partial|-journal$|-wal$|^\.scratch|\.old$")
    return [str(file.relative_to(folder)) for file in folder.rglob("*") if mark.search(file.name)]


class Table:
    """Counts what was tried and what failed, by kind; a failure is printed at once."""

    def __init__(self):
        self.counts = {}

    def add(self, kind, failure=""):
        tried, failed = self.counts.get(kind, (0, 0))
        self.counts[kind] = tried + 1, failed + bool(failure)
        if failure: print(f"FAIL [{kind}] {failure}", flush=True)

    def close(self):
        """Prints the table; the exit status."""
        for kind, (tried, failed) in self.counts.items(): print(f"{kind:50} {tried:6} tried {failed:6} failed")
        return any(failed for _, failed in self.counts.values()) or not self.counts
