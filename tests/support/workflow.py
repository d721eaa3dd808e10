"""Shared by the Python tests: small series, workflows over them, and a folder in which the real program runs them."""

import json
import math
import os
import socket
import subprocess
import tempfile
import unittest
import warnings
from pathlib import Path


def toml(options):
    """`key = value` a line; a key with dots sets a value of an inner table."""
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in options.items())


def head(name, features, targets=None, *, top={}, preprocess={}, slices={}):
    """A workflow's first tables; others follow. It reads these columns of small.csv, and computes on one CPU thread in full float32: with
    less precision, processors with bfloat16 give numbers that depend on the size of the batch."""
    return "\n".join([toml({"name": name, "threads": 1, "device": "cpu", "matmul_precision": "highest"} | top),
                      "[stages.preprocess]", toml({"source": "small.csv", "features": features, "target": targets or features} | preprocess),
                      "[stages.slice_windows]", toml(slices), ""])


def waves(rows=400):
    """Hours of a daily wave with a week's steps in it (load), and of another wave (heat)."""
    hours = range(rows)
    return {"time": [f"2024-01-{1 + i // 24:02d} {i % 24:02d}:00:00" for i in hours],
            "load": [10 + 3 * math.sin(i * math.pi / 12) + i % 7 * 0.1 for i in hours],
            "heat": [20 - math.cos(i * math.pi / 12) for i in hours]}


def slow_wave(rows=400):
    """A column without times."""
    return {"load": [math.sin(i / 5) + i % 7 * 0.1 for i in range(rows)]}


def write_csv(file, columns):
    rows = (",".join(value if isinstance(value, str) else f"{value:.4f}" for value in row) for row in zip(*columns.values()))
    file.write_text("\n".join([",".join(columns), *rows]) + "\n")


def run(program, folder, *words):
    """`pipeline run workflow.toml` in a folder."""
    return subprocess.run([program, "run", "workflow.toml", *words], cwd=folder, capture_output=True, text=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_ranks(program, folder, *words, world=2, address="127.0.0.1", prefixes=None):
    """`pipeline run workflow.toml` in several processes, with the variables of a PyTorchJob; `prefixes`: words before each rank's program."""
    places = {"WORLD_SIZE": str(world), "MASTER_ADDR": address, "MASTER_PORT": str(free_port())}
    return [subprocess.Popen([*(prefixes[rank] if prefixes else []), program, "run", "workflow.toml", *words], cwd=folder, text=True,
                             env=os.environ | places | {"RANK": str(rank)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for rank in range(world)]


def finish(process, timeout=300):
    """The status and stderr of a process that was started with start_ranks()."""
    _, err = process.communicate(timeout=timeout)
    return process.returncode, err


def run_ranks(program, folder, *words, world=2):
    """The same to the end of all; raises an error if one fails."""
    for status, err in [finish(process) for process in start_ranks(program, folder, *words, world=world)]:
        assert status == 0, err


class WorkflowTest(unittest.TestCase):
    """A folder for all tests of a class, with small.csv in it where the class names `series`."""

    series = None

    @classmethod
    def setUpClass(cls):
        warnings.filterwarnings("ignore")
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        if cls.series:
            write_csv(cls.folder / "small.csv", cls.series)

    @classmethod
    def run_workflow(cls, program, text, *words):
        """Writes workflow.toml and runs it; raises an error if the run fails."""
        (cls.folder / "workflow.toml").write_text(text)
        done = run(program, cls.folder, *words)
        assert done.returncode == 0, done.stderr
        return done

    @classmethod
    def json(cls, file):
        return json.loads((cls.folder / file).read_text())
