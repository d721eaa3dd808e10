"""Lets each call that writes fail, one after the other and from there on: a full disk, an error of the disk, a signal in between, too many
open files, a short write. The program ends with a sentence that names the cause, or it was no matter; the
same command again gives what a run without a fault gives.

usage: faults.py PIPELINE NTH_CALL [--every N] [--calls KIND]   (N: only each Nth call; KIND: write, open, ...)"""

import re
import tempfile
from pathlib import Path

from breaker import Program, Table, arguments_of, differences, leftovers, make_project, picture, restore

FAULTS = {  # calls -> what happens to them
    "write": ["ENOSPC", "ENOSPC+", "EIO", "EINTR", "short", "EDQUOT"],
    "sync": ["EIO", "ENOSPC"],
    "name": ["EIO", "ENOSPC"],
    "room": ["ENOSPC"],
    "folder": ["ENOSPC", "EACCES"],
    "open": ["ENOSPC", "EMFILE", "EACCES"],
}
SAID = {"ENOSPC": "No space left|disk is full|disk I/O", "EIO": "Input/output error|disk I/O|I/O error", "EMFILE": "[Tt]oo many open files|too many files are open",
        "EACCES": "Permission denied|unable to open|readonly", "EDQUOT": "quota|disk I/O|full"}
HARMLESS = {"EINTR", "short"}
LOST_LOGS = "the training goes on without"  # what a logger says that cannot write: it never ends a training
LOGS = ("metrics.csv", "events", "hparams.yaml")
WORDS = ["run", "workflow.toml", "--resume", "--quiet"]
VERBS = {"a first run": WORDS, "predict": ["predict", "--workflow", "workflow.toml", "--input", "small.csv", "--output", "out.csv", "--all"]}


def failure_of(done, act, hit):
    """What is wrong with how the program took the fault; empty: nothing."""
    act = act.rstrip("+")
    if done.returncode < 0 or done.returncode > 125: return f"ended by signal {done.returncode}"
    if done.returncode == 0: return ""
    if act in HARMLESS: return f"exit {done.returncode}: {done.stderr[-300:]}"
    if done.returncode != 1: return f"exit {done.returncode}: {done.stderr[-300:]}"
    said = "".join(re.findall("error:.*", done.stderr))
    return "" if re.search(SAID[act], said) else f"a sentence without the cause: {said[-300:] or done.stderr[-300:]}"


def break_and_go_on(program, words, at, act, calls, want, table):
    once = act.rstrip("+")
    done, _, hit = program.broken(f"{at}{'+' if act.endswith('+') else ''}", once, calls, *words)
    if not hit: return
    kind = f"{calls} {act}"
    failure = failure_of(done, act, hit)
    if not failure:
        again = program.run(*words)
        if again.returncode != 0: failure = f"the same command again: {again.stderr[-300:]}"
        elif different := differences(want, picture(program.folder), LOGS if LOST_LOGS in done.stderr else ()): failure = f"not equal: {different}"
        elif left := leftovers(program.folder): failure = f"left over: {left}"
    table.add(kind, f"call {at}, {hit}: {failure}" if failure else "")


def main():
    given = arguments_of(__doc__, list(FAULTS))
    table = Table()
    with tempfile.TemporaryDirectory() as scratch:
        folder, base = Path(scratch).resolve() / "project", Path(scratch).resolve() / "base"
        make_project(base)
        program = Program(given.pipeline, given.nth_call, folder)
        for verb, words in VERBS.items():
            restore(folder, base)
            totals = {calls: program.count(calls, *words) for calls in FAULTS if not restore(folder, base)}
            restore(folder, base)
            assert program.run(*words).returncode == 0
            want = picture(folder)
            after = folder.with_name(f"after {verb}")
            restore(after, folder)
            print(f"{verb}: {totals}", flush=True)
            for calls, acts in FAULTS.items():
                for act in acts if given.calls in (None, calls) else ():
                    for at in range(1, totals[calls] + 1, given.every):
                        restore(folder, base)
                        break_and_go_on(program, words, at, act, calls, want, table)
            base = after  # the next verb begins where this one ended
    return table.close()


if __name__ == "__main__":
    raise SystemExit(main())
