"""search_optuna.py STORAGE TRIALS: the same search as search_speed.cpp with Optuna; "memory" for none."""
import json, math, sys, time, warnings

warnings.simplefilter("ignore")
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial):
    lr, drop = trial.suggest_float("lr", 1e-5, 1e-1, log=True), trial.suggest_float("drop", 0, 0.5)
    size, layers = trial.suggest_int("size", 32, 128, step=16), trial.suggest_int("layers", 1, 5)
    kind = ["lstm", "gru", "cnn"].index(trial.suggest_categorical("kind", ["lstm", "gru", "cnn"]))
    return (math.log10(lr) + 3) ** 2 + drop + abs(size - 80) / 60 + layers / 9 + kind


start = time.perf_counter()
storage = None if sys.argv[1] == "memory" else sys.argv[1]
study = optuna.create_study(storage=storage, study_name="bench", sampler=optuna.samplers.TPESampler(seed=1))
study.optimize(objective, n_trials=int(sys.argv[2]))
print(json.dumps({"seconds": time.perf_counter() - start, "best": study.best_value}))
