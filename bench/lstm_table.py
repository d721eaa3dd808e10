#!/usr/bin/env python3
"""Trains an LSTM on ETTh1 at every point of a grid and keeps the validation losses: bench/lstm_table.json, on which search_quality.py compares samplers.

  lstm_table.py PROGRAM      the program itself searches, by GridSampler; about ten minutes on two cores
hidden_size x num_layers x lr x batch_size, three epochs each on four months of the oil temperature, 96 hours in, 24 ahead. ETTh1's licence
and source lie beside its data.
"""
import json, pathlib, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent
GRID = {"hidden_size": [8, 16, 32, 64], "num_layers": [1, 2], "lr": [3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2], "batch_size": [32, 64, 128]}
TABLES = {"hidden_size": "model", "num_layers": "model", "lr": "optimizer", "batch_size": "loader"}
POINTS = 1
for choices in GRID.values():
    POINTS *= len(choices)

WORKFLOW = f"""
extends = "{HERE.parent / "pipelines" / "quickstart.toml"}"
name = "lstm_table"
split = [2160, 720, 720]

[stages.optimize]
n_trials = {POINTS}
workers = 2
storage = "sqlite:///study.db"
save_top_k = 0
trainer.max_epochs = 3
sampler.type = "GridSampler"

[stages.optimize.search]
""" + "\n".join(f'"{TABLES[name]}.{name}" = {{ choices = {json.dumps(choices)}, name = "{name}" }}' for name, choices in GRID.items()) + "\n"


def main():
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "lstm_table.toml"
        file.write_text(WORKFLOW)
        subprocess.run([pathlib.Path(sys.argv[1]).resolve(), "run", file, "--until", "optimize"], cwd=folder, check=True)
        study = json.loads((pathlib.Path(folder) / "runs/lstm_table/optimize/study.json").read_text())
    rows = sorted([*(trial["parameters"][name] for name in GRID), trial["value"]] for trial in study["trials"] if trial["state"] == "complete")
    assert len(rows) == len({tuple(row[:-1]) for row in rows}) == POINTS, len(rows)
    lines = ",\n ".join(json.dumps(row) for row in rows)
    (HERE / "lstm_table.json").write_text(f'{{"columns": {json.dumps([*GRID, "val_loss"])},\n "rows": [\n {lines}]}}\n')


if __name__ == "__main__":
    main()
