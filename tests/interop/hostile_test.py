"""A damaged or hostile checkpoint ends in a sentence and exit status 5, and no code in it is run: `hostile_test.py build/bin/pipeline`."""

import copy
import io
import pickle
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import warnings
import zipfile
from pathlib import Path

import torch

from recipe import Recipe

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
# Runs a command and prints the most memory that it took, in KiB.
MEASURED = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], capture_output=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
SANITIZED = b"__asan_init" in PROGRAM.read_bytes()


def stored(pickled, records=(), compression=zipfile.ZIP_STORED):
    """A checkpoint with this pickle, in the layout of torch.save."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr("a/data.pkl", pickled)
        archive.writestr("a/byteorder", "little")
        archive.writestr("a/version", "3\n")
        for name, content in records:
            archive.writestr(f"a/{name}", content)
    return out.getvalue()


def torch_saved(content):
    out = io.BytesIO()
    torch.save(content, out)
    return out.getvalue()


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.filterwarnings("ignore")
        cls.scratch = tempfile.TemporaryDirectory()
        cls.recipe = Recipe(PROGRAM, cls.scratch.name)
        cls.folder = Path(cls.scratch.name)
        cls.file = Path(cls.recipe.train("trainer.max_epochs=1")["last"])
        cls.bytes = cls.file.read_bytes()
        cls.content = torch.load(cls.file, weights_only=True)
        cls.proof = cls.folder / "was_run"

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def call(self, *words):
        # Absurd sizes must be recognised, not allocated. AddressSanitizer maps terabytes itself.
        limited = ("" if SANITIZED else "ulimit -v 12000000; ") + f"exec {PROGRAM} \"$@\""
        return subprocess.run(["bash", "-c", limited, "pipeline", *map(str, words)], cwd=self.folder, capture_output=True, text=True)

    def peak(self, *words):
        """The most memory that the program took, in MiB."""
        done = subprocess.run([sys.executable, "-c", MEASURED, PROGRAM, *map(str, words)], cwd=self.folder, capture_output=True, text=True)
        return int(done.stdout) / 1024

    def check(self, done, name):
        self.assertEqual(done.returncode, 5, f"{name}: {done.stderr}")
        self.assertIn("error:", done.stderr, name)
        self.assertNotIn("Exception raised from", done.stderr, name)
        self.assertLess(len(done.stderr), 4000, name)
        self.assertFalse(self.proof.exists(), name)

    def refused(self, name, content):
        """Checks that the program refuses to forecast with it."""
        (self.folder / "bad.ckpt").write_bytes(content)
        self.check(self.call("predict", "--checkpoint", "bad.ckpt", "--input", "small.csv"), name)

    def changed(self, change):
        content = copy.deepcopy(self.content)
        change(content)
        return torch_saved(content)

    def test_cut_short_at_many_places(self):
        places = [0, 1, 29, 100, len(self.bytes) - 1, len(self.bytes) - 22, *random.Random(1).sample(range(len(self.bytes)), 6)]
        for place in places:
            self.refused(f"cut at {place}", self.bytes[:place])

    def test_flipped_bits_in_what_is_read(self):
        weights = self.bytes.index(self.content["state_dict"]["fc.weight"].numpy().tobytes())
        with zipfile.ZipFile(self.file) as archive:
            described = archive.getinfo(next(n for n in archive.namelist() if n.endswith("data.pkl"))).header_offset + 100
        entry = self.bytes.index(b"PK\x01\x02")  # in the table of contents: checksum, length, name
        for place in (weights + 1, described + 40, described + 400, entry + 16, entry + 24, self.bytes.index(b"data.pkl", entry)):
            flipped = bytearray(self.bytes)
            flipped[place] ^= 0x40
            self.refused(f"bit at {place}", bytes(flipped))

    def test_code_in_every_disguise(self):
        command = f"touch {self.proof}"
        text = b"X" + struct.pack("<I", len(command)) + command.encode()
        short = b"\x8c" + bytes([len(command)]) + command.encode()

        class Reduced:
            def __reduce__(self):
                return __import__("os").system, (command,)

        cases = {
            "reduce": pickle.dumps({"state_dict": Reduced()}, protocol=2),
            "protocol 0": pickle.dumps(Reduced(), protocol=0),
            "protocol 4": pickle.dumps(Reduced(), protocol=4),
            "global": b"\x80\x02cposix\nsystem\n(" + text + b"tR.",
            "stack global": b"\x80\x04\x8c\x05posix\x8c\x06system\x93" + short + b"\x85R.",
            "inst": b"(" + text + b"iposix\nsystem\n.",
            "obj": b"(cposix\nsystem\n" + text + b"o.",
            "newobj": b"\x80\x02cbuiltins\neval\n(" + text + b"t\x81.",
            "build": b"\x80\x02ccollections\nOrderedDict\n)Rcposix\nsystem\nb.",
            "extension": b"\x80\x02\x82\x01.",
            "persistent": b"\x80\x02" + text + b"Q.",
            "getattr": b"\x80\x02c__builtin__\ngetattr\n.",
            "dotted": b"\x80\x02ctorch\nos.system\n(" + text + b"tR.",
        }
        for name, pickled in cases.items():
            self.refused(name, stored(pickled))

    def test_bombs_and_absurd_sizes(self):
        bomb = stored(b"\x80\x02" + b"\0" * 50_000_000, compression=zipfile.ZIP_DEFLATED)
        self.refused("compressed", bomb)
        overlapping = bytearray(self.bytes)  # every entry of the table of contents claims the whole file
        at = overlapping.find(b"PK\x01\x02")
        while at >= 0:
            overlapping[at + 20 : at + 28] = struct.pack("<II", len(self.bytes), len(self.bytes))
            at = overlapping.find(b"PK\x01\x02", at + 4)
        self.refused("overlapping", bytes(overlapping))
        tensor = b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpu%stQK\0%s%s\x89ccollections\nOrderedDict\n)RtR"
        huge = b"\x8a\x08" + struct.pack("<q", 2**62)
        for name, pickled in {
            "storage": tensor % (huge, b"K\x01\x85", b"K\x01\x85"),
            "shape": tensor % (b"K\x01", huge + b"\x85", b"K\0\x85"),
            "stride": tensor % (b"K\x01", b"K\x02\x85", huge + b"\x85"),
            "product": tensor % (b"K\x01", huge + huge + b"\x86", b"K\0K\0\x86"),
        }.items():
            self.refused(name, stored(b"\x80\x02}X\x0a\0\0\0state_dict}X\x01\0\0\0w" + pickled + b"ss.", [("data/0", b"\0\0\0\0")]))
        self.refused("long", stored(b"\x80\x02\x8b\xff\xff\xff\x7f."))

    def test_endless_structures(self):
        self.refused("a list in itself", stored(b"\x80\x02]q\0h\0a."))
        self.refused("a dict in itself", stored(b"\x80\x02}q\0X\x01\0\0\0ah\0s."))
        self.refused("deep", stored(b"\x80\x02" + b"(" * 100_000 + b"t" * 100_000 + b"."))
        doubling = b"\x80\x02]q\0" + b"".join(b"](h%ch%ceq%c" % (n, n, n + 1) for n in range(60))
        self.refused("doubling", stored(doubling + b"."))

    def test_weights_that_do_not_fit(self):
        def put(name, value):
            return lambda content: content["state_dict"].__setitem__(name, value)

        cases = {
            "shape": put("fc.bias", torch.zeros(7)),
            "dimensions": put("fc.bias", torch.zeros(3, 1)),
            "type": put("fc.bias", torch.zeros(3, dtype=torch.int64)),
            "no tensor": put("fc.bias", "zeros"),
            "unknown": put("more", torch.zeros(1)),
            "missing": lambda content: content["state_dict"].pop("fc.bias"),
            "no weights": lambda content: content.pop("state_dict"),
            "weights as a list": lambda content: content.__setitem__("state_dict", [1, 2]),
        }
        for name, change in cases.items():
            self.refused(name, self.changed(change))

    def test_a_description_that_lies(self):
        def put(*path_and_value):
            *path, last, value = path_and_value

            def change(content):
                for key in path:
                    content = content[key]
                content[last] = value

            return change

        cases = {
            "model": put("pipeline", "model", "NoSuchModel"),
            "model type": put("pipeline", "model", 7),
            "option": put("pipeline", "options", "hidden_size", -1),
            "huge option": put("pipeline", "options", "hidden_size", 10**6),
            "huge count": put("pipeline", "options", "num_layers", 10**9),
            "options": put("pipeline", "options", [1]),
            "window": put("pipeline", "window", 0),
            "huge window": put("pipeline", "window", 2**62),
            "horizon": put("pipeline", "horizon", 10**15),
            "features": put("pipeline", "features", ["load"] * 50),
            "target column": put("pipeline", "target_columns", [10**12]),
            "series column": put("pipeline", "series", "target_columns", [-5]),
            "series": put("pipeline", "series", "columns", []),
            "source": put("pipeline", "series", "source", {}),
            "window_norm": put("pipeline", "window_norm", "twice"),
            "all": put("pipeline", [1, 2, 3]),
        }
        for name, change in cases.items():
            self.refused(name, self.changed(change))

    def test_a_model_larger_than_its_weights_is_not_made(self):
        """Each size alone is one that a model may have; together they ask for GiBs, of a file of some KiB."""
        (self.folder / "good.ckpt").write_bytes(self.bytes)
        usual = self.peak("predict", "--checkpoint", "good.ckpt", "--input", "small.csv")
        sizes = [{"hidden_size": 4096, "num_layers": 64}, {"hidden_size": 4096, "num_layers": 4096}, {"hidden_size": 2048, "num_layers": 1000}]
        for options in sizes:
            content = self.changed(lambda content, options=options: content["pipeline"]["options"].update(options))
            self.refused(f"{options}", content)
            more = self.peak("predict", "--checkpoint", "bad.ckpt", "--input", "small.csv") - usual
            self.assertLess(more, 400, f"{options}")

    def test_states_that_training_cannot_go_on_from(self):
        def go_on(name, change):
            (self.folder / "bad.ckpt").write_bytes(self.changed(change))
            self.check(self.call("run", "workflow.toml", "--until", "train", "--set", "stages.train.ckpt_path=bad.ckpt"), name)

        state = lambda content: content["optimizer_states"][0]
        go_on("no optimizer", lambda content: content.pop("optimizer_states"))
        go_on("another optimizer", lambda content: state(content)["state"].__setitem__(0, {"momentum_buffer": None}))
        go_on("moments", lambda content: state(content)["state"][0].__setitem__("exp_avg", torch.zeros(3)))
        go_on("indices", lambda content: state(content)["param_groups"][0].__setitem__("params", [0]))
        go_on("rate", lambda content: state(content)["param_groups"][0].__setitem__("lr", "fast"))
        go_on("callback", lambda content: content.__setitem__("callbacks", {key: 3 for key in content["callbacks"]}))
        go_on("loops", lambda content: content["loops"]["fit_loop"].__setitem__("epoch_progress", {"current": {"started": "x"}}))
        (self.folder / "bad.ckpt").write_bytes(self.bytes[:500])
        self.check(self.call("run", "workflow.toml", "--until", "train", "--set", "stages.train.from_checkpoint=bad.ckpt"), "from_checkpoint")
        self.check(self.call("checkpoint", "show", "bad.ckpt"), "show")
        self.check(self.call("checkpoint", "convert", "bad.ckpt", "good.pt"), "convert")
        self.assertFalse((self.folder / "good.pt").exists())


if __name__ == "__main__":
    unittest.main()
