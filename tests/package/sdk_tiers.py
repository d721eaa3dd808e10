"""Checks the numbers of the SDK's tiers.

    sdk_tiers.py              checks: changed headers have a new number, and a header of an unnamed tier does not compile
    sdk_tiers.py --record     records the present headers, if the numbers allow it

sdk_tiers.txt holds a line for each tier: its name, its number, `draft` or `frozen`, and a hash of its headers without comments and spaces.
The headers of a draft may change under one number: no outside plugin uses it yet. Those of a frozen tier need a new number."""
import argparse
import hashlib
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parents[1] / "core/include"
RECORD = HERE / "sdk_tiers.txt"
FOLDERS = {"author": ["pipeline", "pipeline/torch"], "data": ["pipeline/data"], "search": ["pipeline/search"], "train": ["pipeline/train"],
           "host": ["pipeline/host"]}
TOKEN = re.compile(r'(?:\s+|//[^\n]*|/\*.*?\*/)+|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def meaning(text):
    """A header without its comments, with any space reduced to one."""
    return TOKEN.sub(lambda found: found[0] if found[0].startswith('"') else " ", text)


def headers(tier):
    return sorted(file for folder in FOLDERS[tier] for file in (INCLUDE / folder).glob("*.h"))


def hash_of(tier):
    digest = hashlib.sha256()
    for file in headers(tier):
        text = file.read_text()
        if file.name == "plugin.h":  # its numbers are compared
            text = re.sub(r"(?m)^#define PIPELINE_API_[A-Z]+ \d+$", "", text)
        digest.update(f"{file.relative_to(INCLUDE)}\n{meaning(text)}\n".encode())
    return digest.hexdigest()


def number_of(tier):
    return int(re.search(rf"(?m)^#define PIPELINE_API_{tier.upper()} (\d+)$", (INCLUDE / "pipeline/plugin.h").read_text())[1])


def now():
    return {tier: (number_of(tier), hash_of(tier)) for tier in FOLDERS}


def recorded():
    lines = [line.split() for line in RECORD.read_text().splitlines()] if RECORD.exists() else []
    return {tier: (int(number), state, digest) for tier, number, state, digest in lines}


def record():
    before, lines = recorded(), []
    for tier, (number, digest) in now().items():
        old_number, state, old_digest = before.get(tier, (number, "draft", digest))
        if state == "frozen" and digest != old_digest and number <= old_number:
            sys.exit(f"error: the headers of tier {tier} changed: raise PIPELINE_API_{tier.upper()} above {old_number} in pipeline/plugin.h")
        lines.append(f"{tier} {number} {state} {digest}\n")
    RECORD.write_text("".join(lines))


def check_numbers():
    before = recorded()
    for tier, (number, digest) in now().items():
        old_number, state, old_digest = before[tier]
        if (number, digest) == (old_number, old_digest):
            continue
        raise_it = f"raise PIPELINE_API_{tier.upper()} in pipeline/plugin.h, then " if state == "frozen" and number <= old_number else ""
        yield f"the headers of tier {tier} are not those that {RECORD.name} tells of: {raise_it}run tests/package/sdk_tiers.py --record"


def compiles(compiler, header, *flags):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "one.cpp"
        file.write_text(f'#include "{header}"\n')
        done = subprocess.run([compiler, "-std=c++20", "-fsyntax-only", f"-I{INCLUDE}", *flags, file], capture_output=True, text=True)
        return done.returncode == 0, done.stderr


def check_unnamed(compiler):
    samples = {"data": "pipeline/data/series.h", "search": "pipeline/search/study.h", "train": "pipeline/train/training.h",
               "host": "pipeline/host/predictor.h"}
    for tier, header in samples.items():
        good, said = compiles(compiler, header, f"-DPIPELINE_USES_{tier.upper()}")
        if not good:
            yield f"{header} does not compile although its tier is named: {said}"
        good, said = compiles(compiler, header)
        if good or f"Write pipeline_add_plugin(... USES {tier})" not in said:
            yield f"{header} of the tier {tier} that is not named gives no such error: {said or 'it compiles'}"
    for header in [file for tier in samples for file in headers(tier) if file.name != "tier.h"]:
        tier = header.parent.name
        if f'#include "pipeline/{tier}/tier.h"' not in header.read_text():
            yield f"{header.relative_to(INCLUDE)} does not include pipeline/{tier}/tier.h"


def check_author():
    files = headers("author")
    if len(files) > 15:
        yield f"the author tier has {len(files)} headers; 15 is what who writes a model, loss, callback, logger or stage has to know"
    for file in files:
        for other in re.findall(r'#include "pipeline/(data|search|train|host)/', file.read_text()):
            yield f"{file.relative_to(INCLUDE)} is of the author tier and includes the tier {other}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--compiler", default="g++")
    arguments = parser.parse_args()
    if arguments.record:
        return record()
    wrong = [*check_numbers(), *check_author(), *check_unnamed(arguments.compiler)]
    for sentence in wrong:
        print("error:", sentence)
    sys.exit(1 if wrong else 0)


main()
