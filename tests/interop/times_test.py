#!/usr/bin/env python3
"""Times as pandas reads them: local hours through a year of changes of the clocks, steps of the calendar, resampling."""

import csv
import json
import subprocess
import sys
import unittest
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from workflow import WorkflowTest

PROGRAM = str(Path(sys.argv.pop(1)).resolve())
TRAINING = """
[stages.slice_windows]
window = 8
horizon = 6
[model]
type = "LSTMModel"
hidden_size = 4
num_layers = 1
[trainer]
max_epochs = 1
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
[stages.train]
[stages.evaluate]
"""


class Times(WorkflowTest):
    def run_on(self, times, options, tail="", values=None):
        """Preprocess, and what `tail` says, over these times as text. The values of y count the rows unless they are given."""
        with (self.folder / "d.csv").open("w") as file:
            file.write("t,y\n")
            file.writelines(f"{time},{i if values is None else values[i]}\n" for i, time in enumerate(times))
        head = ('name = "d"\nthreads = 1\ndevice = "cpu"\n[stages.preprocess]\nsource = "d.csv"\ntime_column = "t"\nfeatures = ["y"]\n'
                'target = ["y"]\nscaler = "none"\n')
        return self.run_workflow(PROGRAM, head + options + tail, "--force")

    def array(self, name):
        return np.load(self.folder / "runs/d/preprocess" / name)

    def utc(self):
        return pd.DatetimeIndex(self.array("time.npy")).tz_localize("UTC")

    def predicted_times(self):
        checkpoint = json.loads((self.folder / "runs/d/train/train.json").read_text())["best"]
        done = subprocess.run([PROGRAM, "predict", "--checkpoint", checkpoint, "--input", "d.csv"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [row["time"] for row in csv.DictReader(done.stdout.splitlines())]

    def year_of(self, zone, step):
        hours = pd.date_range("2023-01-01", "2024-01-01", freq=step, tz=zone, inclusive="left")
        return hours, hours.tz_localize(None).strftime("%d.%m.%Y %H:%M")

    def test_a_year_of_local_time_equals_pandas_row_by_row(self):
        for zone, step in [("Europe/Berlin", "1h"), ("America/New_York", "15min"), ("Australia/Lord_Howe", "30min"), ("Asia/Kolkata", "1h")]:
            with self.subTest(zone):
                hours, texts = self.year_of(zone, step)
                self.run_on(texts, f'time_format = "%d.%m.%Y %H:%M"\ntime_zone = "{zone}"\n')
                expected = pd.DatetimeIndex(pd.to_datetime(list(texts), format="%d.%m.%Y %H:%M")).tz_localize(zone, ambiguous="infer")
                self.assertTrue((self.utc() == expected.tz_convert("UTC")).all())
                self.assertTrue((self.array("targets.npy")[:, 0] == np.arange(len(hours))).all())

    def test_newest_first(self):
        hours, texts = self.year_of("Europe/Berlin", "1h")
        self.run_on(texts[::-1], 'time_format = "%d.%m.%Y %H:%M"\ntime_zone = "Europe/Berlin"\norder = "sort"\n')
        self.assertTrue((self.utc() == hours.tz_convert("UTC")).all())
        self.assertTrue((self.array("targets.npy")[:, 0] == np.arange(len(hours))[::-1]).all())

    def test_many_series_each_go_through_the_changes_of_the_clocks(self):
        hours = pd.date_range("2023-10-01", "2023-11-20", freq="1h", tz="Europe/Berlin", inclusive="left")
        rows = pd.concat(pd.DataFrame({"id": series, "t": hours.tz_localize(None).strftime("%Y-%m-%d %H:%M"), "y": np.arange(len(hours)) + 1000 * place})
                         for place, series in enumerate("ab"))
        days = [pd.Series(np.arange(len(hours)) + 1000 * place, index=hours).resample("1D").sum() for place in range(2)]
        head = ('name = "d"\nthreads = 1\ndevice = "cpu"\nsplit = { val = 5, test = 5 }\n[stages.preprocess]\nsource = "d.csv"\ntime_column = "t"\n'
                'series_column = "id"\nfeatures = ["y"]\ntarget = ["y"]\ntime_zone = "Europe/Berlin"\n')
        for order in ["mixed", "in blocks", "newest first"]:
            with self.subTest(order):
                written = rows.sort_values("t", kind="stable") if order == "mixed" else rows
                (written[::-1] if order == "newest first" else written).to_csv(self.folder / "d.csv", index=False)
                self.run_workflow(PROGRAM, head, "--force")
                ids = (self.folder / "runs/d/preprocess/ids.txt").read_text().split()
                for place, first in zip(["ab".index(series) for series in ids], [0, len(hours)]):
                    own = slice(first, first + len(hours))
                    self.assertTrue((self.utc()[own] == hours.tz_convert("UTC")).all())
                    self.assertTrue((self.array("targets.npy")[own, 0] == np.arange(len(hours)) + 1000 * place).all())
                self.run_workflow(PROGRAM, head + 'resample = { every = "1d", how = { y = "sum" } }\n', "--force")
                expected = np.concatenate([days["ab".index(series)].to_numpy() for series in ids])
                self.assertTrue((self.array("targets.npy")[:, 0] == expected).all())

    def test_forecasts_and_predictions_are_local_with_the_offset(self):
        hours = pd.date_range("2023-01-01", "2023-10-29 00:00", freq="1h", tz="Europe/Berlin", inclusive="left")
        self.run_on(hours.tz_localize(None).strftime("%Y-%m-%d %H:%M"), 'time_zone = "Europe/Berlin"\n', TRAINING)
        later = pd.date_range(hours[-1], periods=7, freq="1h")[1:]
        self.assertEqual(self.predicted_times(), [str(time) for time in later])  # through the hour that comes twice
        predictions = pd.read_csv(self.folder / "runs/d/evaluate/predictions.csv")
        first = predictions[predictions.step == 1]
        self.assertTrue((pd.to_datetime(first.time, utc=True) - pd.to_datetime(first.origin, utc=True) == pd.Timedelta("1h")).all())
        by_time = dict(zip(hours.tz_convert("UTC"), range(len(hours))))
        self.assertEqual([by_time[time] for time in pd.to_datetime(first.time, utc=True)], list(first.y))

    def test_steps_of_the_calendar(self):
        for offset, word in [("ME", "month_end"), ("BME", "business_month_end"), ("BMS", "business_month_start"), ("QE", "quarter_end"),
                             ("BQE", "business_quarter_end"), ("MS", "1mo"), ("QS", "3mo"), ("B", "business_day")]:
            with self.subTest(offset):
                days = pd.date_range("2003-01-01", periods=126, freq=offset)
                done = self.run_on(days[:120].strftime("%Y-%m-%d"), "", TRAINING)
                self.assertIn(", 0 gaps", done.stderr + done.stdout)
                self.assertEqual(json.loads((self.folder / "runs/d/preprocess/columns.json").read_text())["frequency"], word)
                self.assertEqual(self.predicted_times(), list(days[120:].strftime("%Y-%m-%d")))

    def test_resampling(self):
        hours, texts = self.year_of("Europe/Berlin", "15min")
        values = np.round(np.random.default_rng(3).normal(size=len(hours)), 3)
        series = pd.Series(values, index=hours)
        for every, rule, how in [("1h", "1h", "mean"), ("1d", "1D", "sum"), ("1mo", "MS", "max"), ("1w", "W-MON", "first"), ("6h", "6h", "min")]:
            with self.subTest(every):
                self.run_on(texts, f'time_format = "%d.%m.%Y %H:%M"\ntime_zone = "Europe/Berlin"\n'
                                   f'resample = {{ every = "{every}", how = {{ y = "{how}" }} }}\n', values=values)
                weekly = {"label": "left", "closed": "left"} if every == "1w" else {}
                expected = series.resample(rule, **weekly).agg(how)
                times = expected.index.tz_convert("UTC") if every.endswith("h") else expected.index.tz_localize(None).tz_localize("UTC")
                if every == "1w":  # the first and the last week are not whole
                    expected, times = expected[1:], times[1:]
                    expected, times = expected[:len(self.utc())], times[:len(self.utc())]
                self.assertTrue((self.utc() == times).all())
                np.testing.assert_allclose(self.array("targets.npy")[:, 0], expected.to_numpy(), rtol=1e-12, atol=1e-12)


if __name__ == "__main__":
    unittest.main()
