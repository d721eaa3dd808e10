"""Our side of a study: the program ask_and_tell, and search spaces for it and for Optuna."""
import json
import math
import os
import subprocess
import sys

# The order of equal values in NumPy's argsort depends on the machine's vector instructions; its scalar code is the same everywhere.
os.environ["NPY_DISABLE_CPU_FEATURES"] = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"

import warnings

warnings.simplefilter("ignore")
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)


class Ours:
    def __init__(self, space, *, sampler="RandomSampler", pruner="", seed=0, rng="optuna", name="study", minimize=True, options=None, pruner_options=None):
        self.process = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.send({"sampler": sampler, "options": options or {}, "pruner": pruner, "pruner_options": pruner_options or {}, "seed": seed, "rng": rng,
                   "name": name, "minimize": minimize, "space": [[k, describe(d)] for k, d in space.items()]})

    def send(self, request):
        print(json.dumps(request), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        assert line, "ask_and_tell has ended"
        return json.loads(line)

    def ask(self):
        return self.send({"ask": True})

    def report(self, value, step):
        return self.send({"report": None if math.isnan(value) else value, "step": step})

    def tell(self, state, value=None):
        return self.send({"tell": state, "value": value})["exhausted"]

    def importances(self):
        return self.send({"importances": True})

    def close(self):
        self.process.stdin.close()
        assert self.process.wait() == 0


def describe(distribution):
    if isinstance(distribution, optuna.distributions.CategoricalDistribution):
        return {"kind": "categorical", "choices": list(distribution.choices)}
    kind = "int" if isinstance(distribution, optuna.distributions.IntDistribution) else "float"
    return {"kind": kind, "low": distribution.low, "high": distribution.high, "step": distribution.step or 0, "log": distribution.log}


def mixed_space():
    d = optuna.distributions
    return {"hidden_size": d.IntDistribution(32, 128, step=16), "lr": d.FloatDistribution(1e-5, 1e-1, log=True), "dropout": d.FloatDistribution(0, 0.5),
            "momentum": d.FloatDistribution(0.5, 0.95, step=0.05), "kind": d.CategoricalDistribution(["lstm", "gru", "cnn"]),
            "batch": d.IntDistribution(8, 256, log=True), "one": d.IntDistribution(3, 3)}


def objective(p):
    kind = {"lstm": 0.0, "gru": 0.1, "cnn": 0.3}[p["kind"]]
    return (math.log10(p["lr"]) + 3) ** 2 + abs(p["hidden_size"] - 90) / 60 + (p["dropout"] - 0.2) ** 2 + kind + p["momentum"] / 5 + math.log(p["batch"]) / 9


def difference(ours, theirs):
    """The largest difference between two suggestions, relative for numbers; infinite for another choice."""
    assert ours.keys() == theirs.keys(), (ours, theirs)
    worst = 0.0
    for name, value in theirs.items():
        if isinstance(value, str):
            worst = max(worst, 0.0 if ours[name] == value else math.inf)
        else:
            worst = max(worst, abs(ours[name] - value) / max(1e-12, abs(value)))
    return worst
