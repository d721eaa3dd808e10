"""GluonTS, utilsforecast and scoringrules measure one table that the program wrote, and NeuralForecast and Darts make its conformal intervals:
`oracles_test.py build/bin/pipeline`. Exit status 77 where the packages are not there and cannot be fetched.

Scales of several origins and of unequal horizons differ between these packages, so the table has one origin a series and equal horizons.
Darts needs more than its formula is worth: NumPy computes that, as Darts 0.48.1's conformal_models.py has it."""

import importlib.util
import sys
import unittest
from pathlib import Path

import numpy as np
import pandas

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from packages import put_on_path
from workflow import WorkflowTest

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
PACKAGES = Path(__file__).with_name("oracles.txt")
SEASON, HORIZON, VAL = 7, 12, 60
LEVELS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
ENDS = [0.025, 0.975]

WORKFLOW = f"""name = "table"
threads = 1
season_length = {SEASON}
split = {{ val = {VAL}, test = {HORIZON} }}
[stages.preprocess]
source = "table.csv"
time_column = "ds"
series_column = "unique_id"
features = ["y"]
target = ["y"]
[stages.slice_windows]
window = 14
horizon = {HORIZON}
[stages.baselines]
models = ["Theta"]
quantiles = {sorted(LEVELS + ENDS)}
[stages.evaluate]
quantiles = {LEVELS}
"""

ONE_SERIES = f"""name = "one"
threads = 1
split = {{ val = {VAL}, test = {HORIZON} }}
[stages.preprocess]
source = "one.csv"
time_column = "ds"
features = ["y"]
target = ["y"]
[stages.slice_windows]
window = 14
horizon = {HORIZON}
[stages.baselines]
models = ["WindowAverage"]
[stages.evaluate]
splits = ["test", "val"]
"""


def series(number, rows):
    random = np.random.default_rng(number)
    t = np.arange(rows)
    level = 10.0 ** (number % 3)
    y = level * (5 + 0.01 * t + np.sin(2 * np.pi * t / SEASON) + random.normal(scale=0.4, size=rows))
    return pandas.DataFrame({"unique_id": f"s{number:02d}", "ds": pandas.date_range("2024-01-01", periods=rows), "y": y.round(4)})


class Metrics(WorkflowTest):
    """Of one table; truth, seasonal error and quantiles are [series, steps]."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = pandas.concat(series(number, 120 + 7 * number) for number in range(20))
        cls.data.to_csv(cls.folder / "table.csv", index=False)
        cls.run_workflow(PROGRAM, WORKFLOW)
        cls.said = cls.json("runs/table/evaluate/metrics.json")["original"]["all"]
        cls.rows = pandas.read_csv(cls.folder / "runs/table/evaluate/predictions.csv")
        cls.before = cls.data.groupby("unique_id", group_keys=False)[["unique_id", "ds", "y"]].apply(lambda rows: rows.iloc[:-HORIZON])
        assert len(cls.rows) == 20 * HORIZON

    def close(self, said, expected):
        self.assertAlmostEqual(said, expected, delta=1e-9 * max(1, abs(expected)))

    def of_gluonts(self, definition):
        from gluonts.ev.ts_stats import seasonal_error

        def table(column):
            return np.ma.masked_invalid(self.rows[column].to_numpy().reshape(-1, HORIZON))

        scales = [seasonal_error(rows["y"].to_numpy(), SEASON) for _, rows in self.before.groupby("unique_id")]
        data = {"label": table("y"), "0.5": table("y_pred"), "seasonal_error": np.array(scales).reshape(-1, 1)}
        data |= {str(level): table(f"y_q{level}") for level in LEVELS + ENDS}
        measure = definition(axis=None)
        measure.update(data)
        return float(measure.get())

    def test_they_are_those_of_gluonts(self):
        from gluonts.ev import metrics

        self.close(self.said["wql"], self.of_gluonts(metrics.MeanWeightedSumQuantileLoss(LEVELS)))
        self.close(self.said["sql"], self.of_gluonts(metrics.AverageMeanScaledQuantileLoss(LEVELS)))
        self.close(self.said["msis"], self.of_gluonts(metrics.MSIS(alpha=0.05)))
        self.close(self.said["mase"], self.of_gluonts(metrics.MASE("0.5")))
        self.close(self.said["calibration"], self.of_gluonts(metrics.MAECoverage(LEVELS + ENDS)))  # of all that it gives
        for level in LEVELS + ENDS:
            self.close(self.said[f"calibration_{level}"], self.of_gluonts(metrics.Coverage(level)))

    def test_they_are_those_of_utilsforecast(self):
        from utilsforecast import losses

        names = {"y_pred": "Theta", "time": "ds", "y_q0.1": "Theta-lo-80", "y_q0.9": "Theta-hi-80"}
        frame = self.rows.drop(columns="origin").rename(columns=names)
        quantiles = {"Theta": [names.get(f"y_q{level}", f"y_q{level}") for level in LEVELS]}
        self.close(self.said["coverage_80"], losses.coverage(frame, ["Theta"], 80)["Theta"].mean())
        self.close(self.said["winkler_80"], losses.winkler_score(frame, ["Theta"], 80)["Theta"].mean())
        self.close(self.said["mase"], losses.mase(frame, ["Theta"], SEASON, self.before)["Theta"].mean())
        self.close(self.said["scrps"], losses.scaled_crps(frame, models=quantiles, quantiles=np.array(LEVELS))["Theta"].mean())
        scaled = losses.scaled_mqloss(frame, models=quantiles, quantiles=np.array(LEVELS), seasonality=SEASON, train_df=self.before)
        self.close(self.said["sql"], 2 * scaled["Theta"].mean())

    def test_those_of_conformal_intervals_are_utilsforecasts(self):
        from utilsforecast import losses

        self.run_workflow(PROGRAM, WORKFLOW.replace('"table"', '"conformal"', 1) + "intervals = { levels = [80, 95] }\n")
        said = self.json("runs/conformal/evaluate/metrics.json")["original"]["all"]
        ends = {f"y_{end}_{level}": f"Theta-{end}-{level}" for end in ("lo", "hi") for level in (80, 95)}
        rows = pandas.read_csv(self.folder / "runs/conformal/evaluate/predictions.csv").drop(columns="origin").rename(columns=ends | {"time": "ds"})
        for level in (80, 95):
            self.close(said[f"coverage_{level}"], losses.coverage(rows, ["Theta"], level)["Theta"].mean())
            self.close(said[f"winkler_{level}"], losses.winkler_score(rows, ["Theta"], level)["Theta"].mean())

    def test_crps_is_that_of_scoringrules(self):
        import scoringrules

        quantiles = self.rows[[f"y_q{level}" for level in LEVELS]].to_numpy()
        self.close(self.said["crps"], float(np.mean(scoringrules.crps_quantile(self.rows["y"].to_numpy(), quantiles, np.array(LEVELS), backend="numpy"))))


class ConformalIntervals(WorkflowTest):
    """Of one series, by step."""

    def measured(self, quantile, levels):
        """Errors of the validation windows [windows, steps], and of each test row its forecast and interval."""
        series(3, 200)[["ds", "y"]].to_csv(self.folder / "one.csv", index=False)
        self.run_workflow(PROGRAM, ONE_SERIES + f'intervals = {{ levels = {levels}, by = "step", quantile = "{quantile}" }}\n')
        val = pandas.read_csv(self.folder / "runs/one/evaluate/predictions.val.csv")
        self.assertEqual(len(val), (VAL - HORIZON + 1) * HORIZON)
        return np.abs(val["y"] - val["y_pred"]).to_numpy().reshape(-1, HORIZON), pandas.read_csv(self.folder / "runs/one/evaluate/predictions.csv")

    def same(self, rows, level, low, high):
        np.testing.assert_allclose(rows[f"y_lo_{level}"], low, rtol=1e-9)
        np.testing.assert_allclose(rows[f"y_hi_{level}"], high, rtol=1e-9)

    def test_they_are_those_of_neuralforecast(self):
        """Its conformal_error takes the quantile at 1 - alpha / 2 of absolute errors, so that its 80 % is 90 % here."""
        errors, rows = self.measured("linear", [90, 97.5])
        utils = importlib.util.find_spec("neuralforecast").submodule_search_locations[0] + "/utils.py"  # the package needs more than this file
        spec = importlib.util.spec_from_file_location("neuralforecast_utils", utils)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        made, names = module.add_conformal_error_intervals(rows["y_pred"].to_numpy().reshape(-1, 1), pandas.DataFrame({"Model": errors.ravel()}), "Model",
                                                           len(errors), 1, HORIZON, level=[80, 95])
        made = dict(zip(names, made[:, 1:].T))
        self.same(rows, 90, made["Model-lo-80"], made["Model-hi-80"])
        self.same(rows, 97.5, made["Model-lo-95"], made["Model-hi-95"])

    def test_they_are_those_of_darts(self):
        errors, rows = self.measured("finite", [80, 95])
        n = len(errors)
        for level in (80, 95):
            rank = min(np.ceil(np.round((n + 1) * level / 100, 8)), n)
            reach = np.quantile(errors, (rank - 1) / (n - 1), method="nearest", axis=0)
            self.same(rows, level, rows["y_pred"] - reach, rows["y_pred"] + reach)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        if not put_on_path("oracles", PACKAGES, Path(folder)):
            sys.exit(77)
        unittest.main()
