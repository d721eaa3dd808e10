"""Best values after equal numbers of trials: our TPE, with lags too, beside Optuna's, both with their defaults and 30 seeds of their own.

  branin        two floats                                    60 trials
  hartmann6     six floats                                   100 trials
  conditional   a type decides which parameters there are    100 trials
  lstm          validation losses of an LSTM on ETTh1 (lstm_table.json: 168 points, trained by lstm_table.py)  40 trials
Prints median and quartiles of the best value less the optimum (the regret). `search_quality.py build/bin/ask_and_tell`
"""
import concurrent.futures
import functools
import json
import math
import os
import pathlib
import subprocess
import sys
import warnings

warnings.simplefilter("ignore")
import numpy
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
SEEDS = 30


def branin(p):
    x, y = p["x"], p["y"]
    return (y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


HARTMANN_A = numpy.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
HARTMANN_P = 1e-4 * numpy.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991], [2348, 1451, 3522, 2883, 3047, 6650],
                                 [4047, 8828, 8732, 5743, 1091, 381]])


def hartmann6(p):
    x = numpy.array([p[f"x{i}"] for i in range(6)])
    return float(-numpy.array([1, 1.2, 3, 3.2]) @ numpy.exp(-(HARTMANN_A * (x - HARTMANN_P) ** 2).sum(1)))


def conditional(p):
    """Three kinds of model, each with a best point of its own; the second holds the best of all."""
    if p["kind"] == "linear":
        return 0.5 + (p["ridge"] - 0.3) ** 2
    if p["kind"] == "tree":
        return 0.1 * (p["depth"] - 6) ** 2 + (math.log10(p["rate"]) + 2) ** 2
    return 0.3 + abs(p["width"] - 64) / 64 + 2 * (p["dropout"] - 0.2) ** 2


TABLE = json.loads(pathlib.Path(__file__).with_name("lstm_table.json").read_text())
GRID = {name: sorted({row[i] for row in TABLE["rows"]}) for i, name in enumerate(TABLE["columns"][:-1])}
LOSSES = {tuple(row[:-1]): row[-1] for row in TABLE["rows"]}


def lstm(p):
    """By place on the grid, whose steps are even in the logarithm (nearly so for lr)."""
    return LOSSES[tuple(GRID[name][p[name]] for name in GRID)]


D = optuna.distributions
# space: name -> (distribution, condition); optimum; trials
PROBLEMS = {
    "branin": (branin, {"x": (D.FloatDistribution(-5, 10), None), "y": (D.FloatDistribution(0, 15), None)}, 0.39788735772973816, 60),
    "hartmann6": (hartmann6, {f"x{i}": (D.FloatDistribution(0, 1), None) for i in range(6)}, -3.322368011391339, 100),
    "conditional": (conditional, {"kind": (D.CategoricalDistribution(["linear", "tree", "network"]), None),
                                  "ridge": (D.FloatDistribution(0, 1), ("kind", "linear")), "depth": (D.IntDistribution(1, 12), ("kind", "tree")),
                                  "rate": (D.FloatDistribution(1e-4, 1, log=True), ("kind", "tree")), "width": (D.IntDistribution(8, 128, step=8), ("kind", "network")),
                                  "dropout": (D.FloatDistribution(0, 0.9), ("kind", "network"))}, 0.0, 100),
    "lstm": (lstm, {name: (D.IntDistribution(0, len(values) - 1), None) for name, values in GRID.items()}, min(LOSSES.values()), 40),
}


def described(distribution):
    if isinstance(distribution, D.CategoricalDistribution):
        return {"kind": "categorical", "choices": list(distribution.choices)}
    kind = "int" if isinstance(distribution, D.IntDistribution) else "float"
    return {"kind": kind, "low": distribution.low, "high": distribution.high, "step": distribution.step or 0, "log": distribution.log}


def ours(name, seed, lag=0):
    objective, space, _, trials = PROBLEMS[name]
    with subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        def send(request):
            print(json.dumps(request), file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())
        send({"sampler": "TPESampler", "options": {}, "pruner": "", "pruner_options": {}, "seed": seed, "rng": "keyed", "name": name, "minimize": True,
              "lag": lag, "space": [[k, described(d), *([{when[0]: [when[1]]}] if when else [])] for k, (d, when) in space.items()]})
        best = math.inf
        for _ in range(trials):
            value = objective(send({"ask": True}))
            send({"tell": "complete", "value": value})
            best = min(best, value)
        process.stdin.close()
    return best


def theirs(name, seed):
    objective, space, _, trials = PROBLEMS[name]

    def run(trial):
        drawn = {}
        for key, (distribution, when) in space.items():
            if when is None or drawn[when[0]] == when[1]:
                drawn[key] = trial._suggest(key, distribution)
        return objective(drawn)

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(run, n_trials=trials)
    return study.best_value


def main():
    print(f"  {'regret after':24} {'':9} {'first quartile':>15} {'median':>12} {'third quartile':>15}")
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        for name, (_, _, optimum, trials) in PROBLEMS.items():
            lags = [(f"lag {lag}", functools.partial(ours, lag=lag)) for lag in (2, 4, 8)]
            for label, peer in (("pipeline", ours), *lags, ("Optuna " + optuna.__version__, theirs)):
                regrets = [best - optimum for best in pool.map(peer, [name] * SEEDS, range(SEEDS))]
                low, middle, high = numpy.quantile(regrets, [0.25, 0.5, 0.75])
                print(f"  {f'{trials} trials of {name}':24} {label:14} {low:12.6f} {middle:12.6f} {high:15.6f}", flush=True)


if __name__ == "__main__":
    main()
