"""The first suggestions of our samplers equal those of Optuna's with the same seed."""
import math
import sys

from peer import Ours, difference, mixed_space, objective, optuna

TOLERANCE = 1e-6


def finish(trial_number, value, minimize):
    """How a trial ends: most are complete, some are pruned after a report or two, some fail."""
    if trial_number % 11 == 7:
        return "fail", None
    if trial_number % 5 == 3:
        return "pruned", value
    return "complete", value if minimize else -value


def run(sampler, ours, space, trials, minimize=True):
    study = optuna.create_study(direction="minimize" if minimize else "maximize", sampler=sampler)
    states = {"complete": optuna.trial.TrialState.COMPLETE, "pruned": optuna.trial.TrialState.PRUNED, "fail": optuna.trial.TrialState.FAIL}
    worst = 0.0
    for number in range(trials):
        trial = study.ask()
        for name, d in space.items():  # one by one, as an objective does
            trial._suggest(name, d)
        suggested = ours.ask()
        gap = difference(suggested, trial.params)
        assert gap <= TOLERANCE, f"trial {number}: ours {suggested}, Optuna's {trial.params}"
        worst = max(worst, gap)
        state, value = finish(number, objective(trial.params), minimize)
        if state == "pruned":
            for step in range(number % 3):
                trial.report(value, step)
                ours.report(value, step)
        study.tell(trial, value if state == "complete" else None, state=states[state])
        ours.tell(state, value if state == "complete" else None)
    ours.close()
    return worst


def main():
    space = mixed_space()
    worst = 0.0
    for seed in range(10):
        ours = Ours(space, sampler="TPESampler", pruner="MedianPruner", seed=seed)
        worst = max(worst, run(optuna.samplers.TPESampler(seed=seed), ours, space, 50))
    print(f"TPE, 10 seeds of 50 trials: largest relative difference {worst:.1e}")

    for options in ({"multivariate": False}, {"constant_liar": False, "n_ei_candidates": 10, "n_startup_trials": 4}):
        for minimize in (True, False):
            ours = Ours(space, sampler="TPESampler", pruner="MedianPruner", seed=3, minimize=minimize, options=options)
            worst = run(optuna.samplers.TPESampler(seed=3, **options), ours, space, 50, minimize)
            print(f"TPE {options}, {'minimize' if minimize else 'maximize'}: {worst:.1e}")

    ours = Ours(space, sampler="RandomSampler", pruner="MedianPruner", seed=5)
    print(f"random: {run(optuna.samplers.RandomSampler(seed=5), ours, space, 50):.1e}")

    d = optuna.distributions
    space = {"size": d.IntDistribution(32, 128, step=32), "layers": d.IntDistribution(1, 3), "kind": d.CategoricalDistribution(["a", "b"])}
    grid = {"size": [32, 64, 96, 128], "layers": [1, 2, 3], "kind": ["a", "b"]}
    ours = Ours(space, sampler="GridSampler", seed=7)
    sampler = optuna.samplers.GridSampler(grid, seed=7)
    study = optuna.create_study(sampler=sampler)
    seen = set()
    for number in range(24):
        trial = study.ask()
        for name, distribution in space.items():
            trial._suggest(name, distribution)
        suggested = ours.ask()
        assert suggested == trial.params, (suggested, trial.params)
        seen.add(tuple(suggested.values()))
        exhausted = ours.tell("complete", 1.0)
        assert exhausted == (number == 23), number
        if number < 23:
            study.tell(trial, 1.0)
    assert len(seen) == 24
    ours.close()
    print("grid: equal, each point once")

    # By default the draws follow from (seed, trial, parameter): two studies of one seed are equal, another seed differs.
    space = mixed_space()
    studies = []
    for seed in (1, 1, 2):
        ours = Ours(space, sampler="TPESampler", seed=seed, rng="keyed")
        points = []
        for _ in range(20):
            points.append(ours.ask())
            ours.tell("complete", objective(points[-1]))
        studies.append(points)
        ours.close()
    assert studies[0] == studies[1] and studies[0] != studies[2]
    assert not math.isinf(worst)


if __name__ == "__main__":
    sys.exit(main())
