"""Interrupts a whole run by SIGINT, SIGTERM and SIGHUP at moments spread over its time: it ends by itself, with the status of the signal, and the
same command again gives what an undisturbed run gives.

usage: signals.py PIPELINE NTH_CALL [--signals N]"""

import argparse
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from breaker import Program, Table, differences, leftovers, make_project, picture, restore

WORDS = ["run", "workflow.toml", "--resume", "--quiet"]
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def interrupted(program, number, seconds):
    """The exit status and messages of a run that gets a signal after so many seconds."""
    running = subprocess.Popen([program.pipeline, *WORDS], cwd=program.folder, env=program.environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    time.sleep(seconds)
    running.send_signal(number)
    _, said = running.communicate(timeout=60)
    return running.returncode, said


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("pipeline")
    arguments.add_argument("nth_call")
    arguments.add_argument("--signals", type=int, default=24)
    given = arguments.parse_args()
    table = Table()
    with tempfile.TemporaryDirectory() as scratch:
        base, folder = Path(scratch).resolve() / "base", Path(scratch).resolve() / "project"
        make_project(base)
        program = Program(given.pipeline, given.nth_call, folder)
        restore(folder, base)
        began = time.monotonic()
        assert program.run(*WORDS).returncode == 0
        whole = time.monotonic() - began
        want = picture(folder)
        for at in range(given.signals):
            number, seconds = SIGNALS[at % len(SIGNALS)], whole * (at + 1) / (given.signals + 1)
            restore(folder, base)
            status, said = interrupted(program, number, seconds)
            place = f"{number.name} after {seconds:.2f} s"
            ends = status in (0, 128 + number, -number)  # before the program has a handler, the system ends it
            table.add("ends with the signal's status, or was done", "" if ends else f"{place}: {status} {said[-300:]}")
            again = program.run(*WORDS)
            if again.returncode != 0:
                table.add("the same command again succeeds", f"{place}: {again.stderr[-300:]}")
                continue
            different, left = differences(want, picture(folder)), leftovers(folder)
            table.add("interrupted, run again: equal to a run without a signal", f"{place}: {different}" if different else "")
            table.add("interrupted, run again: nothing is left over", f"{place}: {left}" if left else "")
    return table.close()


if __name__ == "__main__":
    raise SystemExit(main())
