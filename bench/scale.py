"""The measurement `scale` of run.py: what a second process costs and gains."""

import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests/support"))
import workflow

WINDOWS, EPOCHS, STEPS = 64, 40, 8
MODELS = ((1, 8), (1, 32), (2, 128))  # layers, hidden values
WAYS = ((1, 1), (1, 2), (2, 1))  # processes, threads of each


def write_workflow(folder, layers, hidden, world):
    tables = {"model": {"type": "LSTMModel", "num_layers": layers, "hidden_size": hidden, "dropout": 0.0}, "loader": {"batch_size": WINDOWS // world},
              "trainer": {"max_epochs": EPOCHS, "limit_train_batches": STEPS, "limit_val_batches": 1, "num_sanity_val_steps": 0}}
    head = workflow.head("scale", ["load", "heat"], ["load"], slices={"window": 96, "horizon": 12})
    text = head + "".join(f"\n[{name}]\n{workflow.toml(options)}\n" for name, options in tables.items()) + "\n[stages.train]\n"
    (folder / "workflow.toml").write_text(text)


def seconds_of_a_step(program, folder, layers, hidden, world, threads):
    """That of the fastest of many short epochs, as other programs may use the machine. A short validation belongs to each."""
    write_workflow(folder, layers, hidden, world)
    workflow.run_ranks(program, folder, "--until", "train", "--force", "--set", f"threads={threads}", world=world)
    record = json.loads((folder / "runs/scale/train/train.json").read_text())
    return min(epoch["seconds"] for epoch in record["history"]) / STEPS, record["last"]


def weights_in(checkpoint):
    import torch
    return sum(weight.numel() for weight in torch.load(checkpoint, weights_only=True)["state_dict"].values())


def scale(program, python, folder):
    folder, result = pathlib.Path(folder), {}
    workflow.write_csv(folder / "small.csv", workflow.slow_wave(2500) | {"heat": workflow.slow_wave(2500)["load"]})
    print(f"  {'':12} {'weights':>9} {'1 thread':>10} {'2 threads':>10} {'2 processes':>12}   ms of the fastest step of {WINDOWS} windows; sent by each of two")
    for layers, hidden in MODELS:
        times = {}
        for world, threads in WAYS:
            seconds, checkpoint = seconds_of_a_step(program, folder, layers, hidden, world, threads)
            times[f"{world} x {threads}"] = seconds * 1e3
        weights = weights_in(checkpoint)
        print(f"  LSTM {layers} x {hidden:<3} {weights:9,} " + " ".join(f"{ms:{width}.2f}" for ms, width in zip(times.values(), (10, 10, 12))) +
              f"   {4 * weights / 1e6:.3f} MB", flush=True)
        result[f"LSTM {layers} x {hidden}"] = {"weights": weights, "ms": times}
    return result
