"""Makes lstm_table.json: an LSTM's validation loss on ETTh1 (the quickstart) for every point of a grid, by the program's own grid search.
`make_lstm_table.py build/bin/pipeline`; about ten minutes on two cores."""
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
HIDDEN, LAYERS, RATES = (8, 32, 8), (1, 2, 1), [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03]

with tempfile.TemporaryDirectory() as scratch:
    folder = pathlib.Path(scratch)
    (folder / "grid.toml").write_text(f"""
extends = "{HERE.parent / 'pipelines/quickstart.toml'}"
name = "grid"
[stages.optimize]
n_trials = 1000
trainer.max_epochs = 2
sampler = {{ type = "GridSampler" }}
[stages.optimize.search]
"model.hidden_size" = {{ low = {HIDDEN[0]}, high = {HIDDEN[1]}, step = {HIDDEN[2]} }}
"model.num_layers" = {{ low = {LAYERS[0]}, high = {LAYERS[1]} }}
"optimizer.lr" = {{ choices = {RATES} }}
""")
    subprocess.run([pathlib.Path(sys.argv[1]).resolve(), "run", "grid.toml", "--until", "optimize", "--set", "threads=1", "--set", "stages.optimize.workers=1"],
                   cwd=folder, check=True)
    study = json.loads((folder / "runs/grid/optimize/study.json").read_text())

values = {}
for trial in study["trials"]:
    p = trial["parameters"]
    values[f"{p['model.hidden_size']},{p['model.num_layers']},{p['optimizer.lr']}"] = trial["value"]
table = {"hidden_size": HIDDEN, "num_layers": LAYERS, "lr": RATES, "values": values}
(HERE / "lstm_table.json").write_text(json.dumps(table, indent=1) + "\n")
