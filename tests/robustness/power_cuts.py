"""Cuts the power: what a disk holds is read past the memory of the system, at the end of a run and in the middle of it, and the project goes on
from there. The disk is a file on a loop device, so this takes root.

usage: power_cuts.py PIPELINE NTH_CALL [--cuts N]"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from breaker import SKIPPED, Program, Table, differences, leftovers, make_project, picture

WORDS = ["run", "workflow.toml", "--resume", "--quiet"]
MIB = 128


def command(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


class Disk:
    """A file as a disk with a file system, mounted."""

    def __init__(self, image, place):
        self.image, self.place, self.device = image, place, command("losetup", "-f", "--show", str(image))
        place.mkdir(exist_ok=True)
        command("mount", self.device, str(place))

    def close(self):
        # The forecasting child of a killed run ends once it sees that, and holds the disk until then.
        deadline = time.monotonic() + 30
        while subprocess.run(["umount", str(self.place)], capture_output=True).returncode != 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        if os.path.ismount(self.place): command("umount", str(self.place))
        command("losetup", "-d", self.device)

    def content_without_memory(self, into):
        """What a power cut would leave now."""
        command("dd", f"if={self.device}", f"of={into}", "bs=1M", "iflag=direct", "status=none")


@contextlib.contextmanager
def mounted(image, place):
    disk = Disk(image, place)
    try:
        yield disk
    finally:
        disk.close()


def new_image(file):
    file.unlink(missing_ok=True)
    with open(file, "wb") as out: out.truncate(MIB << 20)
    command("mkfs.ext4", "-q", "-F", str(file))


def cut_power(program, scratch, seconds):
    """Starts a run, and cuts the power after so many seconds, or at its end if there are none; True where the run had ended."""
    image, after = scratch / "image", scratch / "after"
    new_image(image)
    with mounted(image, scratch / "disk") as disk:
        make_project(program.folder)
        os.sync()
        running = subprocess.Popen([program.pipeline, *WORDS], cwd=program.folder, env=program.environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        ended = False
        try:
            running.wait(seconds)
            ended = True
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGSTOP)
            time.sleep(0.02)  # for a call that the disk is busy with
        try:
            disk.content_without_memory(after)
        finally:
            running.kill()
            running.wait()
    return ended


def check(program, scratch, ended, want, table):
    with mounted(scratch / "after", scratch / "disk"):
        if ended:
            torn = differences(want, picture(program.folder))
            table.add("power cut after the end of a run: everything is there", str(torn) if torn else "")
        again = program.run(*WORDS)
        if again.returncode != 0: return table.add("power cut, run again", again.stderr[-400:])
        if ended:
            repeated = [line for line in again.stderr.splitlines() if line.startswith("[") and not line.endswith("up to date")]
            table.add("power cut after the end of a run: nothing runs again", str(repeated) if repeated else "")
        different = differences(want, picture(program.folder))
        table.add("power cut, run again: equal to a run without a cut", str(different) if different else "")
        left = leftovers(program.folder)
        table.add("power cut, run again: nothing is left over", str(left) if left else "")


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("pipeline")
    arguments.add_argument("nth_call")
    arguments.add_argument("--cuts", type=int, default=100)
    given = arguments.parse_args()
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists() or not all(map(shutil.which, ("mkfs.ext4", "losetup", "mount"))):
        print("skipped: it takes root, loop devices, mkfs.ext4, losetup and mount")
        return SKIPPED
    table = Table()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name).resolve()
        program = Program(given.pipeline, given.nth_call, scratch / "disk" / "project")
        program.environment |= {"XDG_CACHE_HOME": str(scratch / "cache")}
        new_image(scratch / "image")
        with mounted(scratch / "image", scratch / "disk"):
            make_project(program.folder)
            began = time.monotonic()
            assert program.run(*WORDS).returncode == 0
            whole = time.monotonic() - began
            want = picture(program.folder)
        for cut in range(given.cuts):
            seconds = None if cut % 5 == 0 else whole * (cut + 1) / given.cuts
            check(program, scratch, cut_power(program, scratch, seconds), want, table)
    return table.close()


if __name__ == "__main__":
    raise SystemExit(main())
