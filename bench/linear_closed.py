#!/usr/bin/env python3
"""Least squares of the linear models on ETTh1 (pipelines/data), beside NumPy and PyTorch: 336 hours to 96, seven columns, splits of 8,640,
2,880 and 2,880 rows, errors on the scaled series.

  linear_closed.py [--build DIR] [--threads N] [--no-peers] [--gradient EPOCHS]
Seconds are those of the stage `train` with its start and its validation; of the peers, of the solution alone. --gradient trains LinearModel
and DLinearModel with Adam too. Python needs numpy and torch, without --no-peers.
"""
import argparse, csv, json, os, pathlib, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "pipelines" / "data" / "etth1" / "ETTh1.csv"
COLUMNS = ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"]
WINDOW, HORIZON, ROWS = 336, 96, [8640, 2880, 2880]
WORKFLOW = f"""
name = "etth1"
threads = {{threads}}
split = {ROWS}
[stages.preprocess]
source = "{DATA}"
time_column = "date"
features = {json.dumps(COLUMNS)}
target = {json.dumps(COLUMNS)}
[stages.slice_windows]
window = {WINDOW}
horizon = {HORIZON}
[model]
type = "LinearModel"
solver = "closed"
[optimizer]
lr = 0.002
[scheduler]
type = "CosineAnnealingLR"
T_max = 0
interval = "step"
[stages.train]
[stages.evaluate]
splits = ["train", "test"]
predictions = "none"
"""


def run(program, folder, *words):
    """Seconds of a run of the program, and of all processors in it."""
    log, start = folder / "log.txt", time.monotonic()
    with open(log, "w") as out:
        process = subprocess.Popen([program, "run", "workflow.toml", *words], cwd=folder, stdout=out, stderr=out)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(log.read_text())
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime


def tell(name, train, test, mae, seconds, processor):
    print(f"{name:36} {train:9.5f} {test:9.5f} {mae:9.5f} {seconds:9.2f} {processor:9.2f}", flush=True)


def measure(program, folder, name, *model, epochs=1):
    words = [f"model={{ {', '.join(model)} }}", "--set", f"trainer.max_epochs={epochs}"]
    seconds = run(program, folder, "--stage", "train", "--force", "--set", *words)
    run(program, folder, "--stage", "evaluate", "--set", *words)
    metrics = json.loads((folder / "runs" / "etth1" / "evaluate" / "metrics.json").read_text())
    tell(name, metrics["train_mse"], metrics["test_mse"], metrics["test_mae"], *seconds)


def windows(numpy):
    """The windows and their targets of train and test, [windows x columns, rows]: one layer serves all columns."""
    with open(DATA) as file:
        rows = numpy.array([[float(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]])[: sum(ROWS)]
    rows = ((rows - rows[: ROWS[0]].mean(0)) / rows[: ROWS[0]].std(0)).astype(numpy.float32).astype(float)

    def cut(first, end):
        starts = range(max(first, WINDOW), end - HORIZON + 1)
        x = numpy.stack([rows[i - WINDOW : i] for i in starts]).transpose(0, 2, 1).reshape(-1, WINDOW)
        y = numpy.stack([rows[i : i + HORIZON] for i in starts]).transpose(0, 2, 1).reshape(-1, HORIZON)
        return numpy.hstack([x, numpy.ones((len(x), 1))]), y

    return cut(0, ROWS[0]), cut(sum(ROWS[:2]), sum(ROWS))


def measure_peers(threads):
    import numpy
    import torch

    torch.set_num_threads(threads)
    (x, y), (test_x, test_y) = windows(numpy)
    solvers = {"numpy.linalg.lstsq": lambda: numpy.linalg.lstsq(x, y, rcond=None)[0],
               "numpy.linalg.solve, normal equations": lambda: numpy.linalg.solve(x.T @ x, x.T @ y),
               "torch.linalg.lstsq": lambda: torch.linalg.lstsq(torch.from_numpy(x), torch.from_numpy(y)).solution.numpy()}
    for name, solve in solvers.items():
        start, processor = time.monotonic(), time.process_time()
        weights = solve()
        seconds, processor = time.monotonic() - start, time.process_time() - processor
        error = test_x @ weights - test_y
        tell(name, ((x @ weights - y) ** 2).mean(), (error**2).mean(), abs(error).mean(), seconds, processor)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--gradient", type=int, default=0, metavar="EPOCHS")
    chosen = parser.parse_args()
    os.environ.update({name: str(chosen.threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")})
    program = chosen.build.resolve() / "bin" / "pipeline"
    print(f"{'':36} train MSE  test MSE  test MAE   seconds  all cores")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "workflow.toml").write_text(WORKFLOW.format(threads=chosen.threads))
        run(program, folder, "--until", "slice_windows")
        for model in ("LinearModel", "NLinearModel", "DLinearModel", "RLinearModel"):
            for individual in ("false", "true"):
                measure(program, folder, f"{model}, closed" + (", individual" if individual == "true" else ""), f'type = "{model}"',
                        'solver = "closed"', f"individual = {individual}")
        measure(program, folder, "LinearModel, closed, alpha = 100", 'type = "LinearModel"', 'solver = "closed"', "alpha = 100.0")
        for model in ("LinearModel", "DLinearModel") if chosen.gradient else ():
            measure(program, folder, f"{model}, {chosen.gradient} epochs of Adam", f'type = "{model}"', epochs=chosen.gradient)
    if not chosen.no_peers:
        measure_peers(chosen.threads)


if __name__ == "__main__":
    main()
