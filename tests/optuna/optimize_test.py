"""The real Optuna (5 and 4) and the real optuna-dashboard read the study of `pipeline run`: optimize_test.py PROGRAM OPTUNA_4."""
import contextlib
import json
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from postgresql import PostgreSQL, free_port
from workflow import head, waves, write_csv

warnings.simplefilter("ignore")
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
PROGRAM, OPTUNA_4 = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()

WORKFLOW = head("small", ["load"], preprocess={"time_column": "time"}, slices={"window": 12}) + """
[model]
type = "LSTMModel"
hidden_size = 4
num_layers = 1
[loader]
batch_size = 64
[trainer]
max_epochs = 2
[[loggers]]
type = "TensorBoardLogger"
[stages.train]
[stages.optimize]
n_trials = 6
[stages.optimize.search]
"model.hidden_size" = { low = 2, high = 8, step = 2, name = "hidden_size" }
"optimizer.lr" = { low = 1e-3, high = 1e-1, log = true, name = "lr" }
"loader.shuffle" = { choices = [true, false] }
"""

# A worker of Optuna: the same parameters, another objective.
OBJECTIVE = """
def objective(trial):
    trial.suggest_int("hidden_size", 2, 8, step=2)
    trial.suggest_categorical("loader.shuffle", [True, False])
    value = trial.suggest_float("lr", 1e-3, 1e-1, log=True)
    trial.report(value, 0)
    return 1 + value
"""
exec(OBJECTIVE)


def search(folder, n_trials, *sets, code=0):
    """Runs the search; returns study.json, or the messages if another exit code is expected."""
    words = [PROGRAM, "run", "workflow.toml", "--until", "optimize", "--set", f"stages.optimize.n_trials={n_trials}"]
    done = subprocess.run([*words, *(word for value in sets for word in ("--set", value))], cwd=folder, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done.stderr if code else json.loads((folder / "runs/small/optimize/study.json").read_text())


def results(study):
    return [t for t in study.trials if t.state.name in ("COMPLETE", "PRUNED")]


def optuna_reads_ours(storage, left):
    study = optuna.load_study(study_name="small", storage=storage)
    best = left["best"]
    assert study.best_trial.number == best["number"] and study.best_value == best["value"]
    assert study.best_params == {"hidden_size": best["values"]["model.hidden_size"], "lr": best["values"]["optimizer.lr"],
                                 "loader.shuffle": best["values"]["loader.shuffle"]}
    assert all(t.datetime_start and t.datetime_complete and sorted(t.intermediate_values) == [0, 1] for t in study.trials)
    ours, theirs = left["importances"], optuna.importance.get_param_importances(study)
    assert all(math.isclose(ours[name], theirs[name], abs_tol=1e-6) for name in ours) and sorted(ours) == sorted(theirs), (ours, theirs)
    drawn = optuna.visualization
    for plot in (drawn.plot_optimization_history, drawn.plot_param_importances, drawn.plot_slice, drawn.plot_parallel_coordinate, drawn.plot_timeline,
                 drawn.plot_intermediate_values):
        assert plot(study).to_dict()["data"], plot.__name__
    return study


def optuna_4(folder, code):
    script = f"import optuna, sys\nassert optuna.__version__.startswith('4.'), optuna.__version__\noptuna.logging.set_verbosity(40)\n{OBJECTIVE}\n{code}"
    environment = {**os.environ, "PYTHONPATH": str(OPTUNA_4), "TZ": "UTC"}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def answer(url):
    with urllib.request.urlopen(url) as reply:
        return json.load(reply)


def listens(port, server):
    """Whether the server comes up; false if it ended, for example because another program took the port."""
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return True
        except ConnectionRefusedError:
            time.sleep(0.1)
    return False


def started_dashboard(storage):
    while True:
        port = free_port()
        program = [sys.executable, "-c", "from optuna_dashboard._cli import main; main()", storage, "--host", "127.0.0.1", "--port", str(port)]
        server = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if listens(port, server):
            return server, port
        said = server.communicate()[1]
        assert "Address already in use" in said, said


def dashboard_serves(storage, study):
    server, port = started_dashboard(storage)
    try:
        listed = answer(f"http://127.0.0.1:{port}/api/studies")["study_summaries"]
        mine = next(s for s in listed if s["study_name"] == study.study_name)
        detail = answer(f"http://127.0.0.1:{port}/api/studies/{mine['study_id']}")
        assert len(detail["trials"]) == len(study.trials)
        assert detail["best_trials"][0]["number"] == study.best_trial.number
        importance = answer(f"http://127.0.0.1:{port}/api/studies/{mine['study_id']}/param_importances")
        assert {p["name"] for p in importance["param_importances"][0]} == {"hidden_size", "lr", "loader.shuffle"}
    finally:
        server.terminate()
        server.wait()


def hparams_of(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    events = EventAccumulator(str(folder))
    events.Reload()
    return events


def trials_of(storage, name):
    try:
        return optuna.load_study(study_name=name, storage=storage).trials
    except KeyError:  # not made yet
        return []


def running_worker(trials, after):
    """The process of a running trial once `after` trials are done; the storage holds its name: boot, namespace, process, start."""
    if sum(t.state.is_finished() for t in trials) < after:
        return None
    return next((int(t.user_attrs["worker"].split()[2]) for t in trials if t.state.name == "RUNNING" and "worker" in t.user_attrs), None)


def workers_on_postgresql(folder):
    """Two programs with two workers each on one study; one worker is killed in the middle of a trial."""
    server = PostgreSQL(folder)
    storage = optuna.storages.RDBStorage(server.address)
    try:
        sets = [f"stages.optimize.storage={server.address}", "stages.optimize.study_name=shared", "stages.optimize.workers=2", "stages.optimize.n_trials=24"]
        words = [PROGRAM, "run", "workflow.toml", "--until", "optimize", *(word for value in sets for word in ("--set", value))]
        programs = [subprocess.Popen([*words, "--set", f"run_dir={name}"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                    for name in ("one", "two")]
        while (worker := running_worker(trials_of(storage, "shared"), after=3)) is None and any(p.poll() is None for p in programs):
            pass
        if worker is not None:  # else all trials ended between two looks
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        for program in programs:
            said, _ = program.communicate()
            assert program.returncode == 0, said
        trials = trials_of(storage, "shared")
        assert [t.number for t in trials] == list(range(len(trials)))
        assert len([t for t in trials if t.state.name in ("COMPLETE", "PRUNED")]) == 24, [t.state for t in trials]
        assert all(t.state.is_finished() for t in trials)
        lost = [t for t in trials if t.user_attrs.get("reason") == "the process that ran it is gone"]
        assert len(lost) <= 1, lost  # none if the worker ended between our look and the signal
    finally:
        storage.engine.dispose()
        server.stop()
    lost = search(folder, 30, *sets[:2], code=1)
    assert f"postgresql+psycopg2://tuner@127.0.0.1:{server.port}/postgres cannot be used" in lost and "Connection refused" in lost, lost
    print("PostgreSQL: two programs with two workers each, one killed: 24 results, none lost; a server that is gone is named")


def points_of(trials):
    """What must repeat, in the order of draws: nothing was lost, so that is the order of numbers."""
    return [(t.number, t.state.name, t.value, t.params, t.intermediate_values) for t in trials]


def lag_on_postgresql(folder):
    """With a lag, two programs with two workers each make the study that one worker makes alone."""
    (folder / "lag").mkdir()
    server = PostgreSQL(folder / "lag")
    storage = optuna.storages.RDBStorage(server.address)
    try:
        sets = ["stages.optimize.lag=4", "stages.optimize.n_trials=14", "stages.optimize.sampler.n_startup_trials=3"]
        words = [PROGRAM, "run", "workflow.toml", "--until", "optimize", "--set", f"stages.optimize.storage={server.address}", "--set", "stages.optimize.study_name=lag",
                 "--set", "stages.optimize.workers=2", *(word for value in sets for word in ("--set", value))]
        programs = [subprocess.Popen([*words, "--set", f"run_dir={name}"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                    for name in ("three", "four")]
        for program in programs:
            said, _ = program.communicate()
            assert program.returncode == 0, said
        shared = trials_of(storage, "lag")
    finally:
        storage.engine.dispose()
        server.stop()
    search(folder, 14, *sets, "stages.optimize.workers=1", "stages.optimize.study_name=alone")
    alone = trials_of(f"sqlite:///{folder}/runs/small/optimize/study.db", "alone")
    assert points_of(shared) == points_of(alone), (shared, alone)
    print("PostgreSQL: with a lag, two programs with two workers each make the study that one worker makes alone")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_csv(folder / "small.csv", waves())
        (folder / "workflow.toml").write_text(WORKFLOW)
        storage = f"sqlite:///{folder}/runs/small/optimize/study.db"

        left = search(folder, 6)
        study = optuna_reads_ours(storage, left)
        events = hparams_of(folder / "lightning_logs/small/trial_0")
        assert math.isclose(events.Scalars("hp_metric")[-1].value, left["trials"][0]["value"], rel_tol=1e-6)
        dashboard_serves(storage, study)

        study.optimize(objective, n_trials=3)  # Optuna 5 continues our study, then we continue it
        assert len([t for t in search(folder, 11)["trials"] if t["state"] == "complete"]) == 11
        print("Optuna 5 and the dashboard read, plot and continue our study")

        optuna_4(folder, f"s = optuna.load_study(study_name='small', storage='{storage}')\nassert len(s.trials) == 11\ns.optimize(objective, n_trials=3)")
        search(folder, 16)
        assert len(results(optuna.load_study(study_name="small", storage=storage))) == 16
        print("Optuna 4 goes on with our study, and we after it")

        theirs = f"sqlite:///{folder}/theirs.db"
        optuna_4(folder, f"optuna.create_study(study_name='theirs', storage='{theirs}').optimize(objective, n_trials=5)")
        left = search(folder, 9, f"stages.optimize.storage={theirs}", "stages.optimize.study_name=theirs")
        assert left["name"] == "theirs" and len(left["trials"]) == 9
        assert left["best"]["number"] >= 5, "a trained LSTM is below 1, Optuna's objective here is above"
        print("we go on with a study that Optuna 4 began")
        workers_on_postgresql(folder)
        lag_on_postgresql(folder)


if __name__ == "__main__":
    sys.exit(main())
