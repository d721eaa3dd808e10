"""What a second process costs and gains: `bench/scale.py build/bin/pipeline`. Prints, for several LSTMs, the time of a step of 64 windows in one process and in
two processes of 32 windows each, and the bytes that a process sends in a step."""

import sys
import tempfile
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/support"))
import workflow

PROGRAM = str(Path(sys.argv[1]).resolve())
WINDOWS, EPOCHS, STEPS = 64, 40, 8
MODELS = ((1, 8), (1, 32), (2, 128))  # layers, hidden values


def head():
    return workflow.head("scale", ["load", "heat"], ["load"], slices={"window": 96, "horizon": 12})


def seconds_of_a_step(folder, layers, hidden, world, threads):
    """That of the fastest of many short epochs, as other programs may use the machine. A short validation belongs to each."""
    tables = {"model": {"type": "LSTMModel", "num_layers": layers, "hidden_size": hidden, "dropout": 0.0}, "loader": {"batch_size": WINDOWS // world},
              "trainer": {"max_epochs": EPOCHS, "limit_train_batches": STEPS, "limit_val_batches": 1, "num_sanity_val_steps": 0}}
    text = head() + "".join(f"\n[{name}]\n{workflow.toml(options)}\n" for name, options in tables.items()) + "\n[stages.train]\n"
    (folder / "workflow.toml").write_text(text)
    workflow.run_ranks(PROGRAM, folder, "--until", "train", "--force", "--set", f"threads={threads}", world=world)
    record = workflow.json.loads((folder / "runs/scale/train/train.json").read_text())
    parameters = sum(weight.numel() for weight in torch.load(record["last"], weights_only=True)["state_dict"].values())
    return min(epoch["seconds"] for epoch in record["history"]) / STEPS, parameters


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        workflow.write_csv(folder / "small.csv", workflow.slow_wave(2500) | {"heat": workflow.slow_wave(2500)["load"]})
        print("| LSTM | parameters | 1 process, 1 thread | 1 process, 2 threads | 2 processes, 1 thread each | sent in a step |")
        print("|---|---|---|---|---|---|")
        for layers, hidden in MODELS:
            cells = []
            for world, threads in ((1, 1), (1, 2), (2, 1)):
                seconds, parameters = seconds_of_a_step(folder, layers, hidden, world, threads)
                cells.append(f"{seconds * 1000:.2f} ms")
            print(f"| {layers} x {hidden} | {parameters:,} | {' | '.join(cells)} | {4 * parameters / 1e6:.3f} MB |", flush=True)


if __name__ == "__main__":
    main()
