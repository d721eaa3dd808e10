#!/usr/bin/env python3
"""Compares the runs that README.md and pipelines/*.toml tell of with real ones, or writes their numbers anew.

    tour.py PROGRAM --check          runs the commands of README.md's tour and the short workflows; exit status 1 names what differs
    tour.py PROGRAM                  writes the numbers of these runs into README.md and the workflows
    tour.py PROGRAM [--check] --all  the workflows that train for minutes too

A block of README.md that begins with `$ build/bin/pipeline ...` shows some lines of that command's output, and the beginnings of others. Their words
must stand in the output, in this order; their numbers to 2 %, a percentage to three points. Times are not compared. A TOML block before a command is the file
that the command names. What a comment of a workflow says of its results is compared with metrics.json by COMMENTS."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from itertools import chain

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOLERANCE, POINTS = 0.02, 3.0
NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w:.-]*\d)")
UNIT_OF_TIME = re.compile(r" (?:s|ms|it/s|MB/s)\b")

# Sentences of the comments, with the place of each number in metrics.json, in train.json after "train:", or the percentage by which one lies under another.
# "percent:" makes a share a percentage.
COMMENTS = {
    "quickstart": ["its MAE is {share:original.OT.mae:original.OT.naive_mae} % under repeating the last value, and its 80 % intervals cover {percent:original.OT.coverage_80} % of the values"],
    "etth1": ["{train:epochs} epochs; test MSE {test_mse} and MAE {test_mae} beside {naive_mse} and {naive_mae} of the naive forecast"],
    "compare": ["test MSE {models.train_linear.test_mse} (linear), {models.train.test_mse} (LSTM), {models.train_naive.test_mse} (last value)"],
    "sp500": [
        "{train:epochs} epochs; test MSE {test_mse} (scaled) beside {naive_mse} of the naive forecast, "
        "mean error {original.close.mae} points beside {original.close.naive_mae}"
    ],
    "recipe": ["early stopping after {train:epochs} epochs", "val_loss {train:score}, test MSE {test_mse} where repeating the last close gives {naive_mse}"],
}
LONG = {"sp500", "recipe"}

# Processors with wider vectors round otherwise, and two trials of the tour's search lie half a percent apart.
SAME_EVERYWHERE = {"PIPELINE_CPU_CAPABILITY": "avx2", "ATEN_CPU_CAPABILITY": "avx2", "MKL_CBWR": "AVX2"}


class Differences:
    def __init__(self):
        self.sentences = []

    def add(self, where, sentence):
        self.sentences.append(f"{where}: {sentence}")


def workspace(folder):
    """A folder in which the commands run as they are written."""
    (folder / "pipelines").symlink_to(ROOT / "pipelines")
    quickstart = (ROOT / "pipelines/quickstart.toml").read_text().split("\n", 2)[2]  # without its first comment
    (folder / "mine.toml").write_text(quickstart.replace('"LSTMModel"', '"LSTMModl"', 1).replace("patience", "patiense", 1))


def run(program, words, folder):
    environment = {name: value for name, value in os.environ.items() if name != "PIPELINE_PLUGIN_PATH"} | SAME_EVERYWHERE
    done = subprocess.run([program, *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    output = done.stdout
    for absolute in (folder, folder.resolve(), ROOT):
        output = output.replace(f"{absolute}/", "")
    return output.splitlines()


def words_of(line):
    """A line without numbers and with any space as one: what must be equal."""
    return re.sub(r"\s+", " ", NUMBER.sub("#", line)).strip()


def columns(line):
    return re.split(r"\s{2,}", line.strip())


def is_time(line, number, heading):
    """Whether a number of a line is a time: by the unit after it, or in the column "seconds" of a table with this heading."""
    if UNIT_OF_TIME.match(line[number.end() :]):
        return True
    cells = columns(line)
    return "seconds" in heading and len(cells) == len(heading) and cells[heading.index("seconds")] == number[0]


def near(said, found, percent):
    a, b = (float(text.replace(",", "")) for text in (said, found))
    return abs(a - b) <= (POINTS if percent else TOLERANCE * max(abs(a), abs(b)))


def difference(shown, real, heading):
    """What differs in the numbers of two lines with the same words; None: nothing."""
    for a, b in zip(NUMBER.finditer(shown), NUMBER.finditer(real)):
        percent = shown[a.end() :].startswith(" %")
        if not is_time(shown, a, heading) and not near(a[0], b[0], percent):
            return f'"{a[0]}" where a run gives "{b[0]}"'
    return None


def beginning(real, shown):
    """As much of a line as another one shows: up to the same number of words."""
    count = len(words_of(shown).split(" "))
    parts = list(re.finditer(r"\S+", real))
    if not parts:
        return real
    text = real[: parts[min(count, len(parts)) - 1].end()]
    return text if shown[-1:] != "," and not text.endswith(",") else text.rstrip(",") + ("," if shown.endswith(",") else "")


def follow(shown_lines, output, where, differences):
    """The lines as a run gives them; a line without its like in the output is told and kept."""
    at, heading, written = 0, [], []
    for shown in shown_lines:
        wanted = words_of(shown)
        likes = [i for i in range(at, len(output)) if words_of(beginning(output[i], shown)).rstrip(",") == wanted.rstrip(",")]
        equal = (i for i in likes if difference(shown, output[i], heading) is None)
        same_row = (i for i in likes if output[i].split()[0] == shown.split()[0])  # of a table whose numbers have changed
        match = next(chain(equal, same_row, likes), None)
        if match is None:
            differences.add(where, f'no line of the run is "{shown}"')
            written.append(shown)
            continue
        at = match + 1
        real = beginning(output[match], shown)
        if wrong := difference(shown, real, heading):
            differences.add(where, f'"{shown}" says {wrong}')
        if "#" not in wanted and len(columns(shown)) > 2:
            heading = columns(shown)
        written.append(real)
    return written


def tour(program, folder, differences):
    """README.md with the numbers of real runs."""
    text = (ROOT / "README.md").read_text()
    blocks = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
    toml = None

    def replace(block):
        nonlocal toml
        language, body = block[1], block[2]
        if language == "toml":
            toml = body
        command, *lines = body.splitlines()
        if not command.startswith("$ build/bin/pipeline "):
            return block[0]
        words = command.split()[2:]
        named = next(word for word in words if word.endswith(".toml"))
        if not (folder / named).exists():
            (folder / named).write_text(toml)
        output = run(program, words, folder)
        return "\n".join(["```" + language, command, *follow(lines, output, "README.md", differences), "```"])

    return blocks.sub(replace, text)


def value_at(folder, name, path):
    file, _, path = path.partition(":") if ":" in path else ("", "", path)
    if file == "percent":
        return 100 * value_at(folder, name, path)
    if file == "share":
        part, whole = (value_at(folder, name, of) for of in path.split(":"))
        return 100 * (1 - part / whole)
    value = json.loads((folder / "runs" / name / ("train/train.json" if file == "train" else "evaluate/metrics.json")).read_text())
    for part in path.split("."):
        value = value[part]
    return value


def like(number, text):
    """A number with as many digits as a text shows."""
    decimals = len(text.partition(".")[2])
    return f"{number:.{decimals}f}"


def comment(program, folder, name, differences):
    """A workflow's text with the numbers of a real run."""
    file = ROOT / f"pipelines/{name}.toml"
    text = file.read_text()
    output = run(program, ["run", f"pipelines/{name}.toml", "--until", "evaluate"], folder)
    if not (folder / "runs" / name / "evaluate/metrics.json").exists():
        differences.add(file.name, "its run fails: " + "; ".join(output[-3:]))
        return text
    for sentence in COMMENTS[name]:
        paths = re.findall(r"\{(.*?)\}", sentence)
        pattern = re.compile(r"(\d+(?:\.\d+)?)".join(re.escape(part) for part in re.split(r"\{.*?\}", sentence)))
        said = pattern.search(text)
        if not said:
            differences.add(file.name, f'it does not say "{sentence}"')
            continue
        numbers = [value_at(folder, name, path) for path in paths]
        for old, new in zip(said.groups(), numbers):
            if not near(old, like(new, old), said[0][said.end(1) - said.start() :].startswith(" %")):
                differences.add(file.name, f'"{said[0]}" says "{old}" where a run gives {new:.6g}')
        filled = iter([like(new, old) for old, new in zip(said.groups(), numbers)])
        text = text.replace(said[0], re.sub(r"\{.*?\}", lambda _: next(filled), sentence))
    return text


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--check", action="store_true")
    arguments.add_argument("--all", action="store_true")
    given = arguments.parse_args()
    program, differences, texts = str(pathlib.Path(given.program).resolve()), Differences(), {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        workspace(folder)
        texts[ROOT / "README.md"] = tour(program, folder, differences)
        for name in COMMENTS:
            if given.all or name not in LONG:
                texts[ROOT / f"pipelines/{name}.toml"] = comment(program, folder, name, differences)
    if not given.check:
        for file, text in texts.items():
            file.write_text(text)
    for sentence in differences.sentences:
        print(sentence, file=sys.stderr)
    sys.exit(1 if given.check and differences.sentences else 0)


if __name__ == "__main__":
    main()
