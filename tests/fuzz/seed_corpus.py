#!/usr/bin/env python3
"""Writes the first inputs of tests/fuzz/corpus, files as real programs write them: `.deps/venv/bin/python tests/fuzz/seed_corpus.py RUN CACHE`,
with the folder of a run of pipelines/quickstart.toml and the cache of plugins (~/.cache/pipeline/plugins.json). Beside them lie inputs with which libFuzzer reached more code, and those with which it found a mistake."""

import io
import json
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import torch

CORPUS = Path(__file__).parent / "corpus"


def put(target, name, content):
    file = CORPUS / target / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())


def saved(content):
    out = io.BytesIO()
    torch.save(content, out)
    return out.getvalue()


def checkpoints():
    shared = torch.arange(6, dtype=torch.float32)
    model = torch.nn.Linear(2, 1)
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    contents = {
        "weights": model.state_dict(),
        "views": {"state_dict": {"a": shared.reshape(2, 3), "b": shared.reshape(2, 3).t(), "c": shared[2:]}},
        "types": {"state_dict": {str(t): torch.ones(2).to(t) for t in (torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.bool)}},
        "training": {"epoch": 1, "state_dict": model.state_dict(), "optimizer_states": [optimizer.state_dict()], "loss": -1e-300, "none": None,
                     "many": [10**k for k in range(0, 19, 3)], "pair": (True, "ö")},
        "parameter": {"state_dict": {"w": torch.nn.Parameter(torch.ones(1))}},
    }
    for name, content in contents.items():
        file = saved(content)
        put("torch_file", name, file)
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            put("pickle", name, archive.read(next(n for n in archive.namelist() if n.endswith("data.pkl"))))
    header = {"w": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}, "b": {"dtype": "I64", "shape": [], "data_offsets": [8, 16]},
              "__metadata__": {"format": "pt", "epoch": "3", "hyper_parameters": '{"lr": 0.1}'}}
    text = json.dumps(header).encode()
    put("safetensors", "weights", struct.pack("<Q", len(text)) + text + bytes(16))
    put("safetensors", "empty", struct.pack("<Q", 2) + b"{}")


def arrays():
    for name, array in {"cube": np.zeros((2, 3, 4)), "single": np.float32([1, 2]), "fortran": np.asfortranarray(np.ones((2, 2))),
                        "times": np.array(["2016-07-01"], "M8[ns]"), "text": np.array(["a"]), "scalar": np.float64(3)}.items():
        out = io.BytesIO()
        np.save(out, array)
        put("npy", name, out.getvalue())


def tables():
    times = [f"2016-07-01 {hour:02}:00:00" for hour in range(24)]
    rows = "".join(f"{time},{i},{i * 0.5 + 1}\n" for i, time in enumerate(times))
    put("csv", "hours", "\x08date,load,OT\n" + rows)
    put("csv", "gap", "\x08date,load,OT\n" + rows.replace(times[7], "2016-07-03 07:00:00").split(times[8])[0])
    put("csv", "missing", "\x18date,a,b\n2016-07-01,1,2\n2016-07-02,,NaN\n2016-07-03,3,NA\n2016-07-04,4,5\n")
    put("csv", "quotes", '\x00"a ""b""",c\r\n"1",2\r\n\r\n"3" , +4e-2\r\n')
    put("csv", "semicolons", "\x05x;y\n1,5;2\n-3,25;4\n")
    forms = "# note\nReport\na,b\nm/s,C\n" + ",,\n<1,\"1,234\"\nx,5%\n999,$7\n" * 3
    put("csv", "forms", b"\x90\x3b" + forms.encode())  # above 127: the second byte says more
    put("csv", "utf16", b"\x98\x80" + ("date,load\n" + "".join(f"{time},{i}\n" for i, time in enumerate(times))).encode("utf-16"))
    put("csv", "blanks", b"\x93\x44" + "1.5  2.36M\r-7   \u22123\r".encode())
    put("csv", "numbers", "\x00a,b\n1e308,-1e308\n1e-400,0x1\n123456789012345678901,.5\n")


def times():
    for name, text in {"iso": "\n2016-07-01T12:30:00.5+02:00", "format": "%d.%m.%Y %H:%M\n01.07.2016 00:15", "epoch": "epoch_ms\n1467331200000",
                       "month": "1mo\n2016-01-31", "days": "business_day\n2016-07-01", "hours": "15min\n2261-12-31 23:59:59",
                       "names": "%a, %d %b %Y %I:%M:%S %p\nFri, 09 June 2023 12:05:06 a.m.", "quarter": "%YQ%q\n2023Q2", "excel": "excel\n44197.041667",
                       "interval": "%d.%m.%Y %H:%M\n01.01.2023 23:45 - 24:00", "week": "business_month_end\n2020-W53-5",
                       "old": "%Y\n1620", "hour_25": "2quarter_end\n2024-11-03 25", "composite": "%c %z\nFri Jun  9 14:05:06 2023 +0330"}.items():
        put("time", name, text)


def shortened(value):
    """The value with a list's first two items, and without the paths of this machine."""
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shortened(item) for item in value[:2]]
    if isinstance(value, str):
        return "/p/" + Path(value).name if value.startswith("/") else value[:40]
    return value


def records(run):
    def of(*path):
        return json.loads(run.joinpath(*path).read_text())

    series = of("preprocess", "columns.json") | {"columns": of("preprocess", "transform.json")["columns"]}
    study = {"best": {"number": 3, "value": 0.5, "values": {"model.hidden_size": 32}}}
    history = json.loads((run / "history.jsonl").read_text().splitlines()[0])
    contents = [("manifest", of("slice_windows", "manifest.json")), ("history", history), ("training", of("train", "train.json")),
                ("metrics", of("evaluate", "metrics.json")), ("study", study), ("series", series), ("windows", of("slice_windows", "windows.json"))]
    for kind, (name, content) in enumerate(contents):
        put("records", name, chr(kind) + json.dumps(shortened(content)))


def libraries(cache):
    for library in json.loads(cache.read_text())["libraries"]:
        if Path(library["path"]).stem in ("libnaive", "liblinear", "libevaluate"):
            put("plugin_cache", Path(library["path"]).stem, json.dumps(shortened(library)))


def studies():
    whole = '{"name": "IntDistribution", "attributes": {"log": false, "step": 16, "low": 16, "high": 128}}'
    real = '{"name": "FloatDistribution", "attributes": {"log": true, "step": null, "low": 1e-05, "high": 0.1}}'
    words = '{"name": "CategoricalDistribution", "attributes": {"choices": ["a", 1, null, true, 0.5]}}'
    for name, kind, key, value in (("whole", whole, "fixed_params", '{"x": 32}'), ("real", real, "grid_id", "3"),
                                   ("words", words, "tpe:relative_params:0", '"{\\"x\\": 1}"'), ("queue", whole, "failed_trial", "NaN")):
        put("study_rows", name, "\n".join(["COMPLETE", "2026-09-04 12:00:00.000000", "2026-09-04 12:00:01.5", "0.25", kind, "FINITE", "3", key,
                                           value, '"pruned"']))


def workflows():
    put("workflow", "sound", """name = "w"
seed = 1
split = [0.7, 0.2, 0.1]
[stages.slice_windows]
whole = 3
[model]
type = "M"
real = 0.5
[optimizer]
type = "Adam"
[[callbacks]]
type = "C"
counts = [1, 2]
[trainer]
flag = true
[stages.optimize]
search = { "model.whole" = { low = 1, high = 3 }, "optimizer.real" = { low = 0.001, high = 0.1, log = true } }
enqueue = [{ "model.whole" = 2 }]
[stages.train]
inputs = { windows = "slice_windows" }
[stages.train.model]
whole = 4
""")
    put("workflow", "wrong", """name = 3
unknown = "${env:HOME}"
[plugins]
path = ["p", 1]
[stages.train]
needs = ["train", "x"]
whole = -1
word = "c"
file = "none.csv"
secret = "${env:none}"
[stages.x]
type = "tran"
[[callbacks]]
type = "C"
[model]
""")
    put("workflow", "dotted", 'stages.a.type = "train"\nstages.b = {type = "slice_windows", whole = 0x10, any = inf}\n"model".type = \'M\'\n')


if __name__ == "__main__":
    checkpoints()
    arrays()
    tables()
    times()
    records(Path(sys.argv[1]))
    libraries(Path(sys.argv[2]))
    studies()
    workflows()
