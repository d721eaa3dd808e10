"""Kills a whole run at every call that writes, one after the other, and runs the same command again: what comes out must equal a run that
nobody killed, and nothing may be left over.

usage: kills.py PIPELINE NTH_CALL [--every N]   (N: only each Nth call)"""

import json
import tempfile
from pathlib import Path

from breaker import Program, Table, arguments_of, differences, leftovers, make_project, picture, restore

CALLS = "write,sync,name,room,folder,open"
WORDS = ["run", "workflow.toml", "--resume", "--quiet"]


def whole_manifests(folder):
    """What a reader may find at any moment: a whole manifest or none."""
    for manifest in (folder / "runs").rglob("manifest.json"):
        if not manifest.parent.name.endswith(".part"): json.loads(manifest.read_text())


def kill_and_go_on(program, at, want, table):
    killed, _, hit = program.broken(at, "kill", CALLS, *WORDS)
    if not hit: return
    try:
        if (program.folder / "runs").exists(): whole_manifests(program.folder)
        again = program.run(*WORDS)
        if again.returncode != 0: return table.add("the same command again succeeds", f"call {at}, {hit}: {again.stderr[-400:]}")
        different = differences(want, picture(program.folder))
        left = leftovers(program.folder)
    except Exception as error:
        return table.add("what lies there can be read", f"call {at}, {hit}: {error!r}")
    table.add("killed, run again: equal to a run without a kill", f"call {at}, {hit}: {different}" if different else "")
    table.add("killed, run again: nothing is left over", f"call {at}, {hit}: {left}" if left else "")


def main():
    given = arguments_of(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        base, folder = Path(scratch).resolve() / "base", Path(scratch).resolve() / "project"
        make_project(base)
        program = Program(given.pipeline, given.nth_call, folder)
        restore(folder, base)
        total = program.count(CALLS, *WORDS)
        want = picture(folder)
        print(f"a whole run has {total} calls that write", flush=True)
        table = Table()
        for at in range(1, total + 1, given.every):
            restore(folder, base)
            kill_and_go_on(program, at, want, table)
        return table.close()


if __name__ == "__main__":
    raise SystemExit(main())
