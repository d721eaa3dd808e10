"""Our pruners decide as Optuna's do, report by report."""
import math
import random
import sys

from peer import Ours, optuna

SPACE = {"x": optuna.distributions.FloatDistribution(0, 1)}


def compare(ours_name, ours_options, pruner, minimize, seed):
    """Sixty noisy curves of up to 27 epochs, some with NaN or without every second epoch; returns how many were pruned."""
    draw = random.Random(seed)
    study = optuna.create_study(direction="minimize" if minimize else "maximize", pruner=pruner, sampler=optuna.samplers.RandomSampler(seed=seed), study_name="curves")
    ours = Ours(SPACE, pruner=ours_name, pruner_options=ours_options, seed=seed, name="curves", minimize=minimize)
    pruned = 0
    for number in range(60):
        trial = study.ask(SPACE)
        ours.ask()
        level, ended = draw.random(), False
        for step in range(0, 27, 1 + number % 2):
            value = level + 1 / (step + 1) + draw.gauss(0, 0.05)
            if number % 17 == 9 and step > 3:
                value = math.nan
            value = value if minimize else -value
            trial.report(value, step)
            theirs, mine = trial.should_prune(), ours.report(value, step)
            assert theirs == mine, f"{ours_name} {ours_options}, trial {number}, step {step}: Optuna {theirs}, ours {mine}"
            if theirs:
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)
                ours.tell("pruned")
                pruned += 1
                ended = True
                break
        if not ended and math.isnan(value):
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            ours.tell("fail")
        elif not ended:
            study.tell(trial, value)
            ours.tell("complete", value)
    ours.close()
    return pruned


def main():
    p = optuna.pruners
    cases = [
        ("MedianPruner", {}, p.MedianPruner),
        ("MedianPruner", {"n_startup_trials": 3, "n_warmup_steps": 4, "interval_steps": 3, "n_min_trials": 4}, p.MedianPruner),
        ("PercentilePruner", {"percentile": 70.0, "n_startup_trials": 2}, p.PercentilePruner),
        ("SuccessiveHalvingPruner", {}, p.SuccessiveHalvingPruner),
        ("SuccessiveHalvingPruner", {"min_resource": 2, "reduction_factor": 3, "min_early_stopping_rate": 1, "bootstrap_count": 2}, p.SuccessiveHalvingPruner),
        ("HyperbandPruner", {}, p.HyperbandPruner),
        ("HyperbandPruner", {"min_resource": 2, "max_resource": 27, "reduction_factor": 2}, p.HyperbandPruner),
    ]
    for name, options, make in cases:
        for minimize in (True, False):
            counts = [compare(name, options, make(**options), minimize, seed) for seed in range(3)]
            assert sum(counts) > 0, f"{name} {options} pruned nothing: the comparison says nothing"
            print(name, options, "minimize" if minimize else "maximize", "pruned", counts)


if __name__ == "__main__":
    sys.exit(main())
