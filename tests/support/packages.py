"""Packages of Python that single tests compare with. They lie in folders of their own, beside the environment that the other tests share."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def put_on_path(name, packages, folder):
    """Puts the packages that a file of pip's lists on Python's path: from .deps/`name`, where `./dev` keeps them, else fetched into `folder`.
    False if there is no way to them."""
    kept = ROOT / ".deps" / name
    if not kept.is_dir():
        kept = folder
        done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--target", kept, "-r", packages],
                              capture_output=True, text=True)
        if done.returncode:
            print(f"skipped: cannot fetch the packages of {packages}\n{done.stderr}", file=sys.stderr)
            return False
    sys.path.append(str(kept))  # after the environment's own packages
    return True
