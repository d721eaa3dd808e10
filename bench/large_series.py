#!/usr/bin/env python3
"""Ten million rows by eight columns: preprocess, slice and train 100 steps, with the peak of anonymous memory (RssAnon, sampled every 20 ms).

  large_series.py [--build DIR] [--rows N] [--limit MIB]     exits 1 above the limit
Mapped pages can be dropped by the kernel at any time, so they are no part of it.
"""
import argparse, io, pathlib, subprocess, sys, tempfile, time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORKFLOW = """
name = "large"
[stages.preprocess]
source = "large.csv"
features = ["a", "b", "c", "d", "e", "f", "g", "h"]
target = ["a"]
[stages.slice_windows]
window = 96
horizon = 24
[model]
type = "LSTMModel"
hidden_size = 16
num_layers = 1
[trainer]
max_steps = 100
limit_val_batches = 10
[[loggers]]
type = "TensorBoardLogger"
[stages.train]
"""


def write_csv(path, rows, block=100_000):
    """One block of random rows, over and over: what is measured is memory, not the numbers."""
    text = io.StringIO()
    np.savetxt(text, np.random.default_rng(1).normal(10, 5, (block, 8)), fmt="%.3f", delimiter=",")
    with open(path, "w") as out:
        out.write("a,b,c,d,e,f,g,h\n")
        for _ in range(rows // block):
            out.write(text.getvalue())


def anonymous_mib(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon"):
                return int(line.split()[1]) / 1024
    except FileNotFoundError:
        pass
    return 0.0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    p.add_argument("--rows", type=int, default=10_000_000)
    p.add_argument("--limit", type=float, default=1024)
    a = p.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = pathlib.Path(name)
        (folder / "large.toml").write_text(WORKFLOW)
        write_csv(folder / "large.csv", a.rows)
        start, peak = time.perf_counter(), 0.0
        process = subprocess.Popen([(a.build / "bin" / "pipeline").resolve(), "run", "large.toml"], cwd=folder)
        while process.poll() is None:
            peak = max(peak, anonymous_mib(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"pipeline ended with {process.returncode}")
    print(f"{a.rows:,} rows: {seconds:.1f} s, at most {peak:.0f} MiB of anonymous memory")
    sys.exit(peak > a.limit)


if __name__ == "__main__":
    main()
