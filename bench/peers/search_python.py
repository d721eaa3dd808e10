"""search_python.py LIBRARY STORAGE TRIALS: the same search as search_speed.cpp with Optuna or Rustuna (LIBRARY: optuna, rustuna); STORAGE is a file
for SQLite, or "memory". Prints seconds and the best value as JSON.
"""
import importlib, json, math, sys, time, warnings

warnings.simplefilter("ignore")
library = importlib.import_module(sys.argv[1])


def objective(trial):
    lr, drop = trial.suggest_float("lr", 1e-5, 1e-1, log=True), trial.suggest_float("drop", 0, 0.5)
    size, layers = trial.suggest_int("size", 32, 128, step=16), trial.suggest_int("layers", 1, 5)
    kind = ["lstm", "gru", "cnn"].index(trial.suggest_categorical("kind", ["lstm", "gru", "cnn"]))
    return (math.log10(lr) + 3) ** 2 + drop + abs(size - 80) / 60 + layers / 9 + kind


def open_storage(file):
    if file == "memory":
        return None
    return library.storages.SQLite3Storage(file) if sys.argv[1] == "rustuna" else f"sqlite:///{file}"


if sys.argv[1] == "optuna":
    library.logging.set_verbosity(library.logging.ERROR)
start = time.perf_counter()
study = library.create_study(storage=open_storage(sys.argv[2]), study_name="bench", sampler=library.samplers.TPESampler(seed=1))
study.optimize(objective, n_trials=int(sys.argv[3]))
print(json.dumps({"seconds": time.perf_counter() - start, "best": study.best_trial.value}))
