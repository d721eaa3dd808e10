#!/usr/bin/env python3
"""Writes reference.json: made-up series with the forecasts of statsforecast 2.1.1, for the unit tests beside the forecasters.

  python3 -m venv VENV && VENV/bin/pip install statsforecast==2.1.1 && VENV/bin/python make_reference.py
"""
import json, pathlib, warnings

import numpy as np
from statsforecast.models import (AutoCES, AutoETS, DynamicOptimizedTheta, Naive, RandomWalkWithDrift, SeasonalNaive,
                                  SimpleExponentialSmoothingOptimized, Theta, WindowAverage)

HORIZON, LEVEL = 8, 95
warnings.filterwarnings("ignore")


def made_series(random):
    """36 series of every kind that the forecasters tell apart: trend, season, level around 0, few values."""
    out = []
    for season, count in [(1, 20), (1, 60), (4, 30), (4, 64), (12, 50), (12, 120)]:
        time = np.arange(count)
        wave = np.sin(2 * np.pi * time / season) if season > 1 else np.zeros(count)
        walk = random.normal(size=count).cumsum()
        noise = random.normal(size=count)
        for values in (100 + 2 * walk, 50 + 1.5 * time + 3 * noise, 200 + 30 * wave + 5 * noise + time,
                       (300 + 4 * time) * (1 + 0.3 * wave) * (1 + 0.05 * noise), 5 * wave + 2 * noise, 1000 * 1.01**time + 20 * noise):
            out.append((season, [float(f"{value:.4g}") for value in values]))
    return out


def models(season):
    return {"Naive": Naive(), "SeasonalNaive": SeasonalNaive(season), "Drift": RandomWalkWithDrift(), "WindowAverage": WindowAverage(max(season, 3)),
            "SES": SimpleExponentialSmoothingOptimized(), "Theta": Theta(season_length=season),
            "DynamicOptimizedTheta": DynamicOptimizedTheta(season_length=season), "AutoETS": AutoETS(season_length=season),
            "CES": AutoCES(season_length=season)}


def numbers(values):
    return [float(f"{value:.8g}") for value in values]


def forecasts(name, model, y):
    """The means, and for models whose intervals have a formula their upper bounds."""
    exact = name in ("Naive", "SeasonalNaive", "Drift", "AutoETS")
    made = model.fit(y).predict(HORIZON, level=[LEVEL]) if exact else model.forecast(y, HORIZON)
    out = {"mean": numbers(made["mean"])}
    if exact:
        out["upper"] = numbers(made[f"hi-{LEVEL}"])
    if name == "AutoETS":
        out["form"] = model.model_["method"]
        out["criterion"] = float(model.model_["aicc"])
        alpha, beta = model.model_["par"][:2]
        out["steep"] = bool(beta > alpha)
    return out


def main():
    series = []
    for season, values in made_series(np.random.default_rng(7)):
        y = np.array(values)
        series.append({"season": season, "y": values, "forecasts": {name: forecasts(name, model, y) for name, model in models(season).items()}})
    text = json.dumps({"made by": "make_reference.py with statsforecast 2.1.1", "series": series}, separators=(",", ":"))
    text = text.replace('{"season"', '\n{"season"')  # a line a series
    pathlib.Path(__file__).with_name("reference.json").write_text(text + "\n")


main()
