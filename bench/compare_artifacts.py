#!/usr/bin/env python3
"""Runs the same workflows with two builds and compares all that they write, byte for byte: bench/compare_artifacts.py BEFORE AFTER

BEFORE and AFTER are installations or build folders: each holds bin/pipeline. The workflows are those of this tree: quickstart as it is, recipe with
3 epochs, compare with 2 epochs a model, and a search of 6 trials of 2 epochs; all with one thread. Both builds run in a folder of the same path, so
that paths are equal. What must differ between two runs (times, hashes of the builds and what follows from them) is listed in LEFT_OUT. Exit status 1:
something else differs, and is printed field by field. `--only NAME` takes one workflow, `--keep FOLDER` keeps what was written.
"""
import argparse, csv, fnmatch, io, json, pathlib, pickletools, re, shutil, sqlite3, struct, subprocess, sys, tempfile, zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PIPELINES = ROOT / "pipelines"
SEARCH = f"""extends = "{PIPELINES}/quickstart.toml"
name = "search"
[stages.optimize]
n_trials = 6
direction = "minimize"
monitor = "val_loss"
trainer.max_epochs = 2
[stages.optimize.search]
"model.hidden_size" = {{ low = 8, high = 32, step = 8 }}
"optimizer.lr" = {{ low = 1e-4, high = 1e-2, log = true }}
"""
WORKFLOWS = {
    "quickstart": [],
    "recipe": ["trainer.max_epochs=3"],
    "compare": ["trainer.max_epochs=2"],
    "search": ["trainer.max_epochs=2"],
}

# "file:field" of what differs between two runs of one build already, and what follows from the builds' own bytes.
LEFT_OUT = {
    "*/manifest.json:builds.*": "libraries and their hashes",
    "*/manifest.json:command_line": "the program's path",
    "*/manifest.json:fields.build.*": "hashes of the builds",
    "*/manifest.json:fields.input.*": "follows from the outputs of the stage before",
    "*/manifest.json:finished": "time",
    "*/manifest.json:inputs.*.hash": "follows from the outputs of the stage before",
    "*/manifest.json:key": "follows from the fields above",
    "*/manifest.json:output_hash": "follows from the outputs",
    "*/manifest.json:outputs.*": "hashes of the files, which are compared themselves",
    "*/manifest.json:seconds": "time",
    "*/train.json:history.*.seconds": "time",
    "*/history.jsonl:*.seconds": "time",
    "*/history.jsonl:*.when": "time",
    "*/history.jsonl:*.command_line": "the program's path",
    "*/study.db:*.worker.value_json": "the process",
    "*/study.db:*.heartbeat": "time",
    "*/study.db:*.datetime_*": "time",
    "*/study.json:trials.*.started": "time",
    "*/study.json:trials.*.ended": "time",
    "*/trials.csv:*.datetime_*": "time",
    "*/trials.csv:*.duration": "time",
    "*.lock:*": "the process",
    "*.lasting/*.ckpt:.data/serialization_id": "follows from the seconds in data.pkl",
}

# What is replaced in text before it is compared, by file.
REPLACED = {
    "*/run.log": [
        (r"^\S+ \S+ ", "TIME "), (r"debug \S+/bin/pipeline", "debug PROGRAM"), (r"\d[\d.]* s\b", "N s"), (r"[\d.]+ it/s", "N it/s"),
        (r"(info +\d+  \w+ .* )[\d.]+(  +\S+  +\S+)$", r"\1N\2"),
    ],
    "*/report.html": [(r"[0-9a-f]{64}", "HASH"), (r"<code>\S+/bin/pipeline", "<code>PROGRAM"), (r'"(ended|started)":[\d.]+', r'"\1":TIME')],
}

EVENT_FILE = re.compile(r"events\.out\.tfevents\.\S+")  # time, host and process are in its name


def run(side, name, folder):
    """The files that the build `side` writes for a workflow, under `folder`."""
    workflow = PIPELINES / f"{name}.toml"
    if name == "search":
        workflow = folder / "search.toml"
        workflow.write_text(SEARCH)
    words = [side / "bin" / "pipeline", "run", workflow, "--quiet", "--set", "threads=1"]
    for change in WORKFLOWS[name]:
        words += ["--set", change]
    done = subprocess.run(list(map(str, words)), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))} ended with {done.returncode}:\n{done.stdout}")


def flat(value, place=""):
    """A tree of JSON as (field, value) pairs."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from flat(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from flat(inner, f"{place}.{index}" if place else str(index))
    else:
        yield place, value


def messages(data):
    """The fields of a protocol buffer as (number, value) pairs; None: these bytes are none."""
    fields, at = [], 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    try:
        while at < len(data):
            number, kind = divmod(varint(), 8)
            if kind == 0:
                fields.append((number, varint()))
            elif kind in (1, 5):
                size = 8 if kind == 1 else 4
                fields.append((number, data[at:at + size]))
                at += size
            elif kind == 2:
                size = varint()
                fields.append((number, data[at:at + size]))
                at += size
            else:
                return None
    except IndexError:
        return None
    return fields if at == len(data) else None


def pickled(data):
    """The operations of a pickle without what differs between two runs: seconds, names of event files, hashes of builds."""
    kept, before = [], ""
    for operation, argument, _ in pickletools.genops(data):
        if operation.name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
            continue
        if before != "seconds" and not before.startswith("build."):
            kept.append(f"{operation.name} {EVENT_FILE.sub('EVENTS', str(argument))}")
        before = str(argument)
    return kept


def without_times(payload):
    """An event's bytes without the doubles that are seconds since 1970, which the hparams plugin keeps inside."""
    at = 0
    while b"_hparams_/" in payload and at + 8 <= len(payload):
        if 1.5e9 < struct.unpack_from("<d", payload, at)[0] < 4e9:
            payload = payload[:at] + bytes(8) + payload[at + 8:]
        at += 1
    return payload


def fields_of(file, path):
    """What is compared of a file, as {field: value}: of a container what it holds, of any other file its bytes."""
    name, data = path.name, path.read_bytes()
    for pattern, replacements in REPLACED.items():
        if fnmatch.fnmatchcase(file, pattern):
            text = data.decode()
            for expression, replacement in replacements:
                text = re.sub(expression, replacement, text, flags=re.MULTILINE)
            return {f"line {number}": line for number, line in enumerate(text.splitlines(), 1)}
    if name.endswith(".json"):
        return dict(flat(json.loads(data, parse_float=str, parse_int=str)))  # numbers as they are written
    if name.endswith(".jsonl"):
        return dict(flat([json.loads(line, parse_float=str, parse_int=str) for line in data.splitlines()]))
    if name == "trials.csv":
        rows = list(csv.reader(io.StringIO(data.decode())))
        return {f"{i}.{title}": cell for i, row in enumerate(rows) for title, cell in zip(rows[0], row)}
    if name.endswith(".ckpt"):
        with zipfile.ZipFile(path) as archive:
            members = {member.split("/", 1)[-1]: archive.read(member) for member in archive.namelist()}
        whole = {} if ".lasting" in file else {"bytes": data}  # a resume point holds seconds
        return whole | {member: pickled(held) if member == "data.pkl" else held for member, held in members.items()}
    if name.startswith("events."):
        return events(data)
    if name.endswith(".db"):
        return study(path)
    return {"bytes": data}


def events(data):
    """TensorBoard's records without the time of each (field 1 of Event)."""
    found, at = {}, 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        record = messages(data[at + 12:at + 12 + length])
        for number, value in record or []:
            if number != 1:
                found[f"{len(found)}.field{number}"] = without_times(value) if isinstance(value, bytes) else value
        at += 12 + length + 4
    return found


def study(path):
    """Every row of an Optuna study, by table."""
    found = {}
    with sqlite3.connect(path) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
            rows = database.execute(f"SELECT * FROM {table} ORDER BY 1")
            titles = [column[0] for column in rows.description]
            for index, row in enumerate(rows):
                cells = dict(zip(titles, row))
                place = f"{table}.{index}.{cells['key']}" if "key" in cells else f"{table}.{index}"
                found.update({f"{place}.{title}": cell for title, cell in cells.items()})
    return found


def written(folder):
    """The files below a folder by a name that two runs share."""
    files, counts = {}, {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        name = str(path.relative_to(folder))
        if EVENT_FILE.match(path.name):
            parent = str(path.parent.relative_to(folder))
            counts[parent] = counts.get(parent, 0) + 1
            name = f"{parent}/events.{counts[parent]}"
        files[name] = path
    return files


def left_out(file, field):
    return any(fnmatch.fnmatchcase(f"{file}:{field}", pattern) for pattern in LEFT_OUT)


def said(value, other):
    """A value in few characters: the part of a long one that differs."""
    if isinstance(value, (bytes, list)) and isinstance(other, type(value)):
        first = next((i for i, (a, b) in enumerate(zip(value, other)) if a != b), min(len(value), len(other)))
        around = (20, 60) if isinstance(value, bytes) else (2, 4)
        return f"{len(value)} long, from {first}: {value[max(0, first - around[0]):first + around[1]]!r}"
    return repr(value)[:200]


def differences(before, after):
    a, b = written(before), written(after)
    for file in sorted(a.keys() | b.keys()):
        if left_out(file, ""):
            continue
        if file not in a or file not in b:
            yield f"{file}: only {'after' if file in b else 'before'}"
            continue
        one, two = fields_of(file, a[file]), fields_of(file, b[file])
        missing = object()
        for field in sorted(one.keys() | two.keys()):
            x, y = one.get(field, missing), two.get(field, missing)
            if x == y or left_out(file, field):
                continue
            if x is missing or y is missing:
                yield f"{file}: {field}: only {'after' if x is missing else 'before'}: {said(y if x is missing else x, None)}"
                continue
            yield f"{file}: {field}:\n    before {said(x, y)}\n    after  {said(y, x)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=pathlib.Path)
    parser.add_argument("after", type=pathlib.Path)
    parser.add_argument("--only", choices=WORKFLOWS, action="append")
    parser.add_argument("--keep", type=pathlib.Path)
    given = parser.parse_args()
    sides = {"before": given.before.resolve(), "after": given.after.resolve()}
    found = 0
    with tempfile.TemporaryDirectory() as folder:
        kept = given.keep.resolve() if given.keep else pathlib.Path(folder) / "kept"
        for name in given.only or WORKFLOWS:
            for side, build in sides.items():
                here = pathlib.Path(folder) / "run"
                here.mkdir()
                run(build, name, here)
                shutil.rmtree(kept / name / side, ignore_errors=True)
                (kept / name).mkdir(parents=True, exist_ok=True)
                shutil.move(here, kept / name / side)
            lines = list(differences(kept / name / "before", kept / name / "after"))
            print(f"{name}: {len(written(kept / name / 'after'))} files, {len(lines) or 'no'} differences", flush=True)
            for line in lines:
                print("  " + line)
            found += len(lines)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
