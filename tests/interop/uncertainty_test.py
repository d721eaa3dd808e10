"""NumPy, PyTorch and, where it is installed, utilsforecast recompute losses, metrics and intervals: `uncertainty_test.py build/bin/pipeline`."""

import importlib.util
import sys
import unittest
from pathlib import Path

import numpy as np
import pandas
import torch
from torch import distributions

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from workflow import WorkflowTest, head, toml

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
SEASON, HORIZON, VAL, TEST = 7, 3, 40, 30
LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

PANEL = f"""name = "panel"
threads = 1
season_length = {SEASON}
split = {{ val = {VAL}, test = {TEST} }}
[stages.preprocess]
source = "panel.csv"
time_column = "ds"
series_column = "unique_id"
features = ["y"]
target = ["y"]
[stages.slice_windows]
window = 14
horizon = {HORIZON}
[stages.baselines]
models = ["SeasonalNaive", "Theta"]
[stages.evaluate]
intervals = {{ levels = [80, 95], by = "%s", quantile = "%s" }}
"""

NETWORK = head("counts", ["n"], preprocess={"scaler": "none"}, slices={"window": 12, "horizon": 2, "window_norm": "mean_abs"}) + """
[model]
type = "LSTMModel"
hidden_size = 8
num_layers = 1
[optimizer]
lr = 0.01
[trainer]
max_epochs = 3
[stages.train]
[stages.evaluate]
checkpoint = "last"
[loss]
"""


def panel():
    random = np.random.default_rng(7)
    rows = []
    for s, (length, level) in enumerate(((200, 10.0), (160, 100.0), (180, -5.0))):
        t = np.arange(length)
        y = level + level / 5 * np.sin(2 * np.pi * t / SEASON) + random.normal(scale=abs(level) / 10, size=length)
        rows.append(pandas.DataFrame({"unique_id": f"s{s}", "ds": pandas.date_range("2024-01-01", periods=length), "y": y.round(4)}))
    return pandas.concat(rows)


class Uncertainty(WorkflowTest):
    def measure(self, by="step", quantile="finite"):
        """metrics.json, and predictions of Theta by series: truth [n], forecast [n], quantiles [n, Q], ends by level."""
        data = panel()
        data.to_csv(self.folder / "panel.csv", index=False)
        self.run_workflow(PROGRAM, PANEL % (by, quantile))
        said = self.json("runs/panel/evaluate/metrics.json")
        rows = pandas.read_csv(self.folder / "runs/panel/evaluate" / said["models"]["baselines/Theta"]["files"]["predictions"]["test"])
        return data, said["models"]["baselines/Theta"]["original"]["all"], rows

    def close(self, said, expected):
        self.assertAlmostEqual(said, expected, delta=1e-9 * max(1, abs(expected)))

    def scales(self, data):
        """Mean absolute seasonal change of each series before its test rows."""
        return {name: np.abs(y[SEASON:-TEST] - y[: -TEST - SEASON]).mean() for name, y in ((n, g["y"].to_numpy()) for n, g in data.groupby("unique_id"))}

    def test_metrics_equal_their_formulas(self):
        data, said, rows = self.measure()
        y, scale = rows["y"].to_numpy(), rows["unique_id"].map(self.scales(data)).to_numpy()
        quantiles = rows[[f"y_q{q}" for q in LEVELS]].to_numpy()
        q = np.array(LEVELS)
        pinball = 2 * np.maximum(q * (y[:, None] - quantiles), (q - 1) * (y[:, None] - quantiles)).mean(axis=1)
        self.close(said["wql"], pinball.sum() / np.abs(y).sum())
        self.close(said["crps"], pinball.mean())
        self.close(said["sql"], (pinball / scale).mean())
        ids = rows["unique_id"].to_numpy()
        of_series = [ids == name for name in np.unique(ids)]
        self.close(said["scrps"], np.mean([pinball[of].sum() / np.abs(y[of]).sum() for of in of_series]))
        shares = (y[:, None] <= quantiles).mean(axis=0)
        self.close(said["calibration"], np.abs(shares - q).mean())
        for level, share in zip(LEVELS, shares):
            self.close(said[f"calibration_{level}"], share)
        for level, alpha in ((80, 0.2), (95, 0.05)):
            low, high = rows[f"y_lo_{level}"].to_numpy(), rows[f"y_hi_{level}"].to_numpy()
            winkler = high - low + 2 / alpha * np.maximum(low - y, 0) + 2 / alpha * np.maximum(y - high, 0)
            self.close(said[f"coverage_{level}"], ((low <= y) & (y <= high)).mean())
            self.close(said[f"winkler_{level}"], winkler.mean())
            self.close(said[f"width_{level}"], (high - low).mean())
            if level == 95:
                self.close(said["msis"], (winkler / scale).mean())
        error = np.abs(y - rows["y_pred"].to_numpy())
        self.close(said["mase"], np.mean([error[of].mean() / scale[of][0] for of in of_series]))
        squares = {name: ((v[SEASON:-TEST] - v[: -TEST - SEASON]) ** 2).mean() for name, v in ((n, g["y"].to_numpy()) for n, g in data.groupby("unique_id"))}
        self.close(said["rmsse"], np.mean([np.sqrt((error[of] ** 2).mean() / squares[ids[of][0]]) for of in of_series]))
        self.close(said["smape"], np.mean([(2 * error / (np.abs(y) + np.abs(rows["y_pred"])))[of].mean() for of in of_series]))
        self.close(said["mape"], (error / np.abs(y)).mean())

    def test_the_last_season_is_repeated(self):
        data, said, rows = self.measure()
        values = {name: group["y"].to_numpy() for name, group in data.groupby("unique_id")}
        start = pandas.Timestamp("2024-01-01")
        at = [(pandas.Timestamp(t) - start).days for t in rows["time"]]
        repeated = np.array([values[name][i - SEASON] for name, i in zip(rows["unique_id"], at)])
        self.close(said["seasonal_mae"], np.abs(rows["y"] - repeated).mean())

    def test_conformal_distances_are_those_of_numpy(self):
        for by, method in (("step", "finite"), ("target", "higher"), ("series", "linear")):
            with self.subTest(by):
                data, _, rows = self.measure(by, method)
                self.run_workflow(PROGRAM, PANEL % (by, method), "--stage", "evaluate", "--set", 'stages.evaluate.splits=["test", "val"]')
                files = self.json("runs/panel/evaluate/metrics.json")["models"]["baselines/Theta"]["files"]["predictions"]
                val = pandas.read_csv(self.folder / "runs/panel/evaluate" / files["val"])
                before = {n: np.abs(v[SEASON : -TEST - VAL] - v[: -TEST - VAL - SEASON]).mean() for n, v in ((n, g["y"].to_numpy()) for n, g in data.groupby("unique_id"))}
                unit_val = 1 if by == "series" else val["unique_id"].map(before)
                unit_test = 1 if by == "series" else rows["unique_id"].map(self.scales(data))
                score = np.abs(val["y"] - val["y_pred"]) / unit_val
                key = {"step": "step", "series": "unique_id"}.get(by)
                groups = val[key] if key else pandas.Series("all", index=val.index)
                own = rows[key] if key else pandas.Series("all", index=rows.index)
                for level in (80, 95):
                    def distance(scores):
                        ordered = np.sort(scores)
                        if method == "finite":
                            return ordered[int(np.ceil((len(ordered) + 1) * level / 100 - 1e-9)) - 1]
                        return np.quantile(ordered, level / 100, method=method)
                    reach = own.map(score.groupby(groups).apply(distance)) * unit_test
                    np.testing.assert_allclose(rows[f"y_hi_{level}"], rows["y_pred"] + reach, rtol=1e-9)
                    np.testing.assert_allclose(rows[f"y_lo_{level}"], rows["y_pred"] - reach, rtol=1e-9)

    @unittest.skipUnless(importlib.util.find_spec("utilsforecast"), "utilsforecast is not installed")
    def test_metrics_are_utilsforecasts(self):
        from utilsforecast import losses

        data, said, rows = self.measure()
        frame = rows.rename(columns={"y_pred": "Theta", "time": "ds", "origin": "cutoff"})
        for level in (80, 95):
            frame = frame.rename(columns={f"y_lo_{level}": f"Theta-lo-{level}", f"y_hi_{level}": f"Theta-hi-{level}"})
        of_quantiles = {"Theta": [f"y_q{q}" for q in LEVELS]}
        pooled = frame.drop(columns="cutoff")
        self.close(said["scrps"], losses.scaled_crps(pooled, models=of_quantiles, quantiles=np.array(LEVELS))["Theta"].mean())
        weights = pooled.groupby("unique_id").size().to_numpy() / len(pooled)
        self.close(said["coverage_80"], (losses.coverage(pooled, ["Theta"], 80)["Theta"] * weights).sum())
        self.close(said["winkler_80"], (losses.winkler_score(pooled, ["Theta"], 80)["Theta"] * weights).sum())
        train = pandas.concat(group.iloc[:-TEST] for _, group in data.groupby("unique_id"))
        self.close(said["mase"], losses.mase(pooled, ["Theta"], SEASON, train)["Theta"].mean())

    def test_densities_are_pytorchs(self):
        random = np.random.default_rng(3)
        counts = random.poisson(5 + 3 * np.sin(np.arange(300) / 4))
        pandas.DataFrame({"n": counts}).to_csv(self.folder / "small.csv", index=False)
        for norm in ("none", "mean_abs"):
            for name in ("NormalLoss", "LaplaceLoss"):
                with self.subTest(f"{name}, {norm}"):
                    self.run_workflow(PROGRAM, NETWORK + toml({"type": name}), "--set", f"stages.slice_windows.window_norm={norm}")
                    said = self.json("runs/counts/evaluate/metrics.json")["test_loss"]
                    rows = pandas.read_csv(self.folder / "runs/counts/evaluate/predictions.csv")
                    middle, upper = (torch.tensor(rows[f"n_q{q}"].to_numpy()) for q in (0.5, 0.9))
                    unit = distributions.Normal(0, 1).icdf(torch.tensor(0.9)).item() if name == "NormalLoss" else -np.log(2 * 0.1)
                    family = distributions.Normal if name == "NormalLoss" else distributions.Laplace
                    expected = -family(middle, (upper - middle) / unit).log_prob(torch.tensor(rows["n"].to_numpy(dtype=float))).mean().item()
                    self.assertAlmostEqual(said, expected, delta=1e-4 * abs(expected))

    def test_quantiles_of_counts_cover_as_they_say(self):
        random = np.random.default_rng(3)
        pandas.DataFrame({"n": random.poisson(5, size=600)}).to_csv(self.folder / "small.csv", index=False)
        for name in ("PoissonLoss", "NegativeBinomialLoss"):
            with self.subTest(name):
                self.run_workflow(PROGRAM, NETWORK + toml({"type": name}), "--set", "trainer.max_epochs=30")
                said = self.json("runs/counts/evaluate/metrics.json")["original"]["all"]
                self.assertAlmostEqual(said["calibration_0.9"], 0.9, delta=0.1)  # counts: at least 0.9
                self.assertLess(said["wql"], 0.45)


if __name__ == "__main__":
    unittest.main()
