"""Our studies and Optuna's are the same: each program reads and continues the other's, on SQLite and on a real PostgreSQL."""
import math
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from datetime import datetime, timedelta

from postgresql import PostgreSQL

warnings.simplefilter("ignore")
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
WORKER = sys.argv[1]
State = optuna.trial.TrialState


def work(storage, name, budget, hang_at=0):
    return subprocess.Popen([WORKER, storage, name, str(budget), str(hang_at)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process):
    out, err = process.communicate()
    assert process.returncode == 0, err
    return [int(line) for line in out.split()]


def objective(trial):
    lr = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
    size = trial.suggest_int("size", 32, 128, step=16)
    trial.suggest_float("drop", 0, 0.5, step=0.1)
    trial.suggest_categorical("kind", ["lstm", "gru", None, True, 2.5])
    trial.report(math.nan if trial.number % 7 == 0 else lr, 0)
    trial.report(math.inf if trial.number % 5 == 0 else lr, 1)
    return abs(math.log10(lr) + 3) + size / 128


def tables(file):
    rows = sqlite3.connect(file).execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return sorted(re.sub(r"\s+", " ", re.sub(r"VARCHAR\(\d+\)", "VARCHAR", sql)).replace("( ", "(").replace(" )", ")") for (sql,) in rows)


def check_numbers(study, budget):
    trials = study.get_trials()
    assert [t.number for t in trials] == list(range(len(trials)))
    done = [t for t in trials if t.state in (State.COMPLETE, State.PRUNED)]
    assert len(done) == budget, len(done)
    assert not [t for t in trials if t.state in (State.RUNNING, State.WAITING)]
    return trials, done


def ours_first(folder):
    file = f"{folder}/ours.db"
    storage = f"sqlite:///{file}"
    began = datetime.now() - timedelta(seconds=1)
    numbers = finished(work(storage, "s", 40))
    ended = datetime.now() + timedelta(seconds=1)
    study = optuna.load_study(study_name="s", storage=storage)
    trials, done = check_numbers(study, 40)
    assert sorted(numbers) == [t.number for t in done]
    failed = [t for t in trials if t.state == State.FAIL]
    assert failed and all(t.user_attrs["reason"] == "diverged on purpose" for t in failed)
    assert any(t.state == State.PRUNED for t in trials)
    for t in done:
        assert t.params["size"] in range(32, 129, 16) and 1e-5 <= t.params["lr"] <= 1e-1 and t.params["kind"] in ["lstm", "gru", None, True, 2.5]
        assert t.distributions["drop"] == optuna.distributions.FloatDistribution(0, 0.5, step=0.1)
        assert t.value == t.intermediate_values[t.last_step]
        assert began <= t.datetime_start <= t.datetime_complete <= ended, (began, t, ended)
    study.optimize(objective, n_trials=10)
    assert len(optuna.visualization.plot_optimization_history(study).data) > 0
    assert finished(work(storage, "s", 60))
    check_numbers(optuna.load_study(study_name="s", storage=storage), 60)
    reference = f"{folder}/reference.db"
    optuna.create_study(storage=f"sqlite:///{reference}")
    assert tables(file) == tables(reference), [set(tables(file)) ^ set(tables(reference))]
    print("ours first: read, continued by Optuna, and by us again; the tables are Optuna's")


def theirs_first(folder):
    storage = f"sqlite:///{folder}/theirs.db"
    study = optuna.create_study(storage=storage, study_name="t")
    study.optimize(objective, n_trials=15)
    study.enqueue_trial({"lr": 0.003, "size": 64, "kind": None})
    running = study.ask()  # takes the enqueued trial, which runs on while our worker does the others
    study.enqueue_trial({"lr": 0.004, "size": 96, "kind": 2.5})
    worker = work(storage, "t", 31)
    for _ in range(15):
        assert worker.stdout.readline().strip()
    study.tell(running, 1.5)
    assert finished(worker) == []
    trials, _ = check_numbers(optuna.load_study(study_name="t", storage=storage), 31)
    queued = trials[running.number + 1].params
    assert (queued["lr"], queued["size"], queued["kind"]) == (0.004, 96, 2.5), queued
    assert set(queued) == {"lr", "size", "kind", "drop"}
    print("Optuna first: continued by us, its queue was served")


def many_workers(storage, budget, killed, name="many"):
    hanging = [work(storage, name, budget, hang_at=1 + i) for i in range(killed)]
    numbers = []
    for process in hanging:  # each in the middle of a trial before others could take it
        while (line := process.stdout.readline().strip()) != "hanging":
            assert line, process.communicate()
            numbers.append(int(line))
    others = [work(storage, name, budget) for _ in range(8 - killed)]
    seen = optuna.load_study(study_name=name, storage=storage)
    while len(seen.get_trials()) <= len(numbers) + killed:  # the others are at work
        assert any(process.poll() is None for process in others)
    for process in hanging:
        process.kill()
        _, message = process.communicate()
        assert process.returncode == -9, message
    for process in others:
        numbers += finished(process)
    trials, done = check_numbers(optuna.load_study(study_name=name, storage=storage), budget)
    assert sorted(numbers) == [t.number for t in done], "a trial was lost or run twice"
    lost = [t for t in trials if t.user_attrs.get("reason") == "the process that ran it is gone"]
    assert len(lost) >= killed, f"{len(lost)} trials failed by heartbeat"  # a slow machine may add a worker that was only late
    again = [t for t in trials if "failed_trial" in t.system_attrs]
    # The last of the history: the second killed worker may have lost a repetition too.
    assert sorted(t.system_attrs["retry_history"][-1] for t in again) == sorted(t.number for t in lost), (again, lost)
    by_number = {t.number: t for t in trials}
    assert all(t.params == by_number[t.system_attrs["failed_trial"]].params for t in again), "retried with other values"
    print(f"{storage.split(':')[0]}: 8 workers, {killed} killed, {budget} trials, none lost, none twice")


def on_postgresql(folder):
    server = PostgreSQL(folder)
    try:
        storage = server.address
        many_workers(storage, 200, killed=2)
        study = optuna.load_study(study_name="many", storage=storage)
        study.optimize(objective, n_trials=3)
        theirs = optuna.create_study(storage=storage, study_name="theirs")
        theirs.optimize(objective, n_trials=12)
        assert finished(work(storage, "theirs", 20))
        check_numbers(optuna.load_study(storage=storage, study_name="theirs"), 20)
    finally:
        server.stop()


def main():
    with tempfile.TemporaryDirectory() as folder:
        ours_first(folder)
        theirs_first(folder)
        many_workers(f"sqlite:///{folder}/many.db", 100, killed=1)
        on_postgresql(folder)
        missing = work("sqlite:////no/such/folder/study.db", "s", 1)
        _, message = missing.communicate()
        assert missing.returncode == 1 and "/no/such/folder/study.db" in message, message


if __name__ == "__main__":
    sys.exit(main())
