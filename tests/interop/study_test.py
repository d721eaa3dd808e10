"""`pipeline study` on a study that the real Optuna made."""
import csv
import io
import json
import subprocess
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def pipeline(*words):
    done = subprocess.run([sys.argv[1], "study", *words], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def objective(trial):
    lr = trial.suggest_float("optimizer.lr", 1e-5, 1e-1, log=True)
    kind = trial.suggest_categorical("kind", ["a,b", 'say "c"', None])
    if trial.number % 6 == 5:
        raise optuna.TrialPruned
    return lr + (kind is None)


def main():
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/study.db"
        study = optuna.create_study(storage=f"sqlite:///{file}", study_name="recipe", sampler=optuna.samplers.RandomSampler(seed=0))
        study.optimize(objective, n_trials=30)

        status, out, _ = pipeline("show", file, "--json")
        shown = json.loads(out)
        assert status == 0 and shown["name"] == "recipe" and shown["trials"] == {"complete": 25, "pruned": 5}
        assert shown["best"] == {"number": study.best_trial.number, "state": "complete", "value": study.best_value, "parameters": study.best_params}
        for name, importance in optuna.importance.get_param_importances(study).items():
            assert abs(shown["importances"][name] - importance) < 1e-9

        status, out, _ = pipeline("show", f"sqlite:///{file}")
        assert status == 0 and f"best: trial {study.best_trial.number}," in out and "25 complete, 5 pruned" in out, out

        _, out, _ = pipeline("best", file)
        import tomllib

        assert tomllib.loads(out) == {k: v for k, v in study.best_params.items() if v is not None}, out

        _, out, _ = pipeline("export", file)
        rows = list(csv.DictReader(io.StringIO(out)))
        assert len(rows) == 30
        for row, trial in zip(rows, study.trials):
            assert float(row["optimizer.lr"]) == trial.params["optimizer.lr"] and row["kind"] == (trial.params["kind"] or "")
            assert (float(row["value"]) if row["value"] else None) == trial.value
        assert len(pipeline("trials", file)[1].splitlines()) == 31

        for words, said in (
            (("shwo", file), "the first word is show"),
            (("show", f"{folder}/no.db"), "no such file"),
            (("show", file, "--study-name", "other"), "it has recipe"),
            (("show", "mysql://db/x"), "begins with neither sqlite:/// nor postgresql://"),
        ):
            status, _, error = pipeline(*words)
            assert status == 2 and said in error, (words, status, error)
        status, _, error = pipeline("show", "postgresql://me:secret@127.0.0.1:1/x")
        assert status == 1 and "cannot be used" in error and "secret" not in error, error


if __name__ == "__main__":
    sys.exit(main())
