#!/usr/bin/env python3
"""Training steps a second by threads, for LSTMs of several sizes on ETTh1; with --busy also while every processor has other work.

  threads.py [--build DIR] [--busy] [--threads N ...]
LibTorch's threads wait for each other in a loop after every operation: what one loses that finds no processor, all lose.
"""
import argparse, contextlib, os, pathlib, re, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIZES = [(8, 1), (32, 1), (64, 1), (128, 1), (64, 3), (128, 3)]


@contextlib.contextmanager
def other_work(busy):
    """A process for each processor that only counts."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() if busy else 0)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def steps_per_second(program, folder, hidden, layers, threads):
    words = [program, "run", "quickstart.toml", "--stage", "train", "--force", "--set", f"threads={threads}",
             "--set", f"model.hidden_size={hidden}", "--set", f"model.num_layers={layers}", "--set", "trainer.max_epochs=1",
             "--set", "trainer.limit_train_batches=60", "--set", "trainer.limit_val_batches=1"]
    run = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return float(re.search(r"([0-9.]+) it/s", run.stderr).group(1))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    p.add_argument("--busy", action="store_true")
    p.add_argument("--threads", type=int, nargs="+", default=[1, os.cpu_count()])
    a = p.parse_args()
    program = (a.build / "bin" / "pipeline").resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        source = ROOT / "pipelines"
        (folder / "data").symlink_to(source / "data")
        (folder / "quickstart.toml").write_text((source / "quickstart.toml").read_text())
        subprocess.run([program, "run", "quickstart.toml", "--until", "slice_windows"], cwd=folder, check=True, capture_output=True)
        print("| LSTM, 32 windows of 96 rows | " + " | ".join(f"threads = {t}" for t in a.threads) + " |")
        print("|---|" + "---|" * len(a.threads))
        with other_work(a.busy):
            for hidden, layers in SIZES:
                cells = [f"{steps_per_second(program, folder, hidden, layers, t):.1f}" for t in a.threads]
                print(f"| {layers} x {hidden} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
