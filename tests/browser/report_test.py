"""Reports that the real program writes, opened in a real browser: wide and narrow, light and dark, printed.

    report_test.py PIPELINE            makes two small workflows, runs them and checks their reports
    report_test.py --only REPORT...    checks reports that are there already

REPORT_SCREENSHOTS=DIR keeps a picture of every page.
"""

import datetime
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from browser import Browser, find_chromium
from workflow import head, run

SIZES = {"wide": (1280, 900), "narrow": (390, 844)}
LARGEST = 7_000_000
SCREENSHOTS = os.environ.get("REPORT_SCREENSHOTS")
BUTTONS = ".controls button"
# Every place for a picture has one with something drawn in it.
ALL_DRAWN = """document.querySelectorAll('.plot').length >= 2 &&
    [...document.querySelectorAll('.plot')].every(plot => plot.querySelector('.main-svg .trace path, .main-svg .point path, .main-svg .hm image'))"""
# Elements that reach beyond the screen, except inside elements that scroll.
TOO_WIDE = """[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, pre, svg') && e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 120))"""

# Tables with columns beyond the screen that have no shadow at the edge.
UNMARKED = """[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth + 1)
    .filter(e => getComputedStyle(e).backgroundAttachment !== 'local, local, scroll, scroll' || !getComputedStyle(e).backgroundImage.includes('gradient'))
    .map(e => e.getAttribute('aria-label'))"""

DATED = {"time_column": "date"}
ONE_MODEL = head("single", ["load", "<i>heat</i> & </script>"], preprocess=DATED, slices={"window": 24, "horizon": 6}) + """
[model]
type = "LinearModel"
[trainer]
max_epochs = 4
[stages.train]
[stages.evaluate]
[stages.visualize]
examples = 4
"""

ATTENTION = head("attention", ["load"], preprocess=DATED, slices={"window": 24, "horizon": 2}) + """
[model]
type = "LSTMAttentionModel"
hidden_size = 8
num_layers = 1
[trainer]
max_epochs = 2
[stages.train]
[stages.evaluate]
[stages.visualize]
attention_samples = 12
"""

# Complete, pruned and failed trials over numbers, words and a logarithmic range.
SEARCH = head("search", ["load"], preprocess=DATED, slices={"window": 24}) + """
[model]
type = "LinearModel"
[optimizer]
type = "SGD"
[trainer]
max_epochs = 2
[stages.optimize]
n_trials = 8
monitor = "val_mae"
enqueue = [{ rate = 1e30 }]
pruner = { type = "MedianPruner", n_startup_trials = 2 }
[stages.optimize.search]
"optimizer.lr" = { low = 1e-4, high = 1e30, log = true, name = "rate" }
"loader.batch_size" = { low = 16, high = 64, step = 16 }
"loss.type" = ["MSELoss", "L1Loss"]
[stages.train]
[stages.evaluate]
[stages.visualize]
"""

TWO_MODELS = head("compare", ["load"], preprocess=DATED, slices={"window": 24}) + """
[trainer]
max_epochs = 2
[stages.train_naive]
type = "train"
model.type = "NaiveModel"
[stages.train_linear]
type = "train"
model.type = "LinearModel"
[stages.evaluate]
[stages.visualize]
"""

# Series of several lengths, one of them with an id that breaks code that does not escape it.
PANEL = """
name = "panel"
threads = 1
split = { val = 20, test = 20 }
[stages.preprocess]
source = "panel.csv"
time_column = "date"
series_column = "shop"
features = ["sales"]
target = ["sales"]
[stages.slice_windows]
window = 7
horizon = 3
[model]
type = "LinearModel"
[trainer]
max_epochs = 4
[stages.train]
[stages.evaluate]
[stages.visualize]
"""


def write_panel(file):
    draw = random.Random(9)
    lines = ["shop,date,sales"]
    for number in range(24):
        shop = "<i>&</script>" if number == 0 else f"shop {number}"
        for day in range(80 + 5 * number):
            date = datetime.date(2021, 1, 1) + datetime.timedelta(days=day)
            lines.append(f"{shop},{date},{10 ** (number % 4) * (5 + math.sin(day) + draw.gauss(0, 1 + number)):.3f}")
    file.write_text("\n".join(lines) + "\n")


def write_series(file, days=25):
    """Hourly values of two columns. The name of the second one breaks code that does not escape it."""
    draw = random.Random(7)
    lines = ["date,load,<i>heat</i> & </script>"]
    for day in range(1, days + 1):
        for hour in range(24):
            wave = math.sin(2 * math.pi * hour / 24)
            lines.append(f"2021-01-{day:02d} {hour:02d}:00:00,{20 + 5 * wave + draw.gauss(0, 1):.3f},{3 - wave + draw.gauss(0, 0.2):.3f}")
    file.write_text("\n".join(lines) + "\n")


def run_workflow(program, folder, text):
    folder.mkdir()
    write_series(folder / "small.csv")
    write_panel(folder / "panel.csv")
    (folder / "workflow.toml").write_text(text)
    done = run(program, folder)
    if done.returncode != 0:
        raise AssertionError(f"pipeline run ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return next(folder.glob("runs/*/visualize/report.html"))


class ReportTest(unittest.TestCase):
    reports = {}
    browser = None

    def test_every_view(self):
        """Each report, at each size, in each theme."""
        checks = [self.needs_no_network, self.fits_the_screen, self.shows_what_lies_on_another, self.says_what_it_must, self.controls_redraw, self.follows_the_theme, self.prints]
        for name, report in self.reports.items():
            for size, (width, height) in SIZES.items():
                for theme in ("light", "dark"):
                    self.view, self.width, self.theme = f"{name}-{size}-{theme}", width, theme
                    self.browser.open(report, width, height, theme)
                    self.browser.wait_for(ALL_DRAWN)
                    if SCREENSHOTS:
                        self.browser.screenshot(pathlib.Path(SCREENSHOTS) / f"{self.view}.png")
                    for check in checks:
                        with self.subTest(view=self.view, check=check.__name__):
                            check()
                            self.assertEqual(self.browser.complaints(), [])

    def needs_no_network(self):
        self.assertEqual(self.browser.requests(), [])

    def fits_the_screen(self):
        self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), self.width)
        self.assertEqual(self.browser.evaluate(TOO_WIDE), [])
        self.assertEqual(self.browser.evaluate(UNMARKED), [])

    def shows_what_lies_on_another(self):
        """Truth and last value are wider than any forecast over them."""
        width = "[...document.querySelectorAll('#plot-tracks .js-line')].filter(line => !line.closest('.rangeslider-container')).map(line => parseFloat(line.style.strokeWidth))"
        last_value, truth, *forecasts = self.browser.evaluate(width)
        self.assertGreater(min(last_value, truth), max(forecasts))

    def says_what_it_must(self):
        text = self.browser.evaluate("document.body.innerText")
        self.assertIn("repeating the last ", self.browser.evaluate("document.querySelector('.headline').textContent"))
        self.assertIn("last value", self.browser.evaluate("document.querySelector('#metrics tr.naive').textContent"))
        for word in ("Metrics", "Training", "Forecasts", "Errors", "Data", "Workflow", "Reproduce", "Seed", "LibTorch", "Threads"):
            self.assertIn(word, text)
        if self.view.startswith("search"):
            for word in ("Search", "complete", "best val_mae", "Importance of the parameters", "Trials that failed", "rate", "loss.type"):
                self.assertIn(word, text)
        if self.view.startswith("panel"):
            rows = self.browser.evaluate("[...document.querySelectorAll('#series tbody tr')].map(row => row.children[1].textContent)")
            self.assertEqual(len(rows), 12)
            self.assertEqual(self.browser.evaluate("document.querySelectorAll('#series svg').length"), 1)
            self.assertEqual(self.browser.evaluate("[...document.querySelectorAll('#controls-target option')].map(option => option.textContent)"),
                             [f"{row}: sales" for row in rows])
        self.assertIn("[stages.", self.browser.evaluate("document.querySelector('#workflow pre').textContent"))

    def controls_redraw(self):
        targets = self.browser.evaluate("[...document.querySelectorAll('#controls-target option')].map(option => option.textContent)")
        for i, name in enumerate(targets):
            self.browser.evaluate("(() => { const select = document.querySelector('#controls-target select');"
                                  f" select.value = {i}; select.dispatchEvent(new Event('change')); }})()")
            # Markup in a column's name is shown, not interpreted.
            self.browser.wait_for(f"document.querySelector('#plot-tracks .ytitle').textContent === {json.dumps(name)}")
        for i in range(self.browser.evaluate(f"document.querySelectorAll('{BUTTONS}').length")):
            self.browser.evaluate(f"document.querySelectorAll('{BUTTONS}')[{i}].click()")
            self.assertEqual(self.browser.evaluate(f"document.querySelectorAll('{BUTTONS}')[{i}].getAttribute('aria-pressed')"), "true")
            self.browser.wait_for(ALL_DRAWN)

    def follows_the_theme(self):
        brightness = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0) / 765"
        ink = "document.querySelector('.plot .ytick text').style.fill"
        self.assertEqual(self.browser.evaluate(brightness) > 0.5, self.theme == "light")
        before = self.browser.evaluate(ink)
        self.browser.theme("dark" if self.theme == "light" else "light")
        self.browser.wait_for(f"{ink} !== {json.dumps(before)}")
        self.assertEqual(self.browser.evaluate(brightness) > 0.5, self.theme == "dark")

    def prints(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(SCREENSHOTS or folder) / f"{self.view}.pdf"
            self.browser.print_pdf(file)
            self.assertTrue(file.read_bytes().startswith(b"%PDF"))

    def test_is_one_small_file_with_its_pictures_beside_it(self):
        for name, report in self.reports.items():
            with self.subTest(report=name):
                self.assertLess(report.stat().st_size, LARGEST)
                stems = {file.stem for file in report.parent.glob("*.svg")}
                self.assertIn("loss", stems)
                self.assertEqual("search" in stems, name == "search")
                self.assertEqual(stems, {file.stem for file in report.parent.glob("*.png")})
                for file in report.parent.glob("*.png"):
                    self.assertTrue(file.read_bytes().startswith(b"\x89PNG"))


def main(arguments):
    chromium = find_chromium()
    if not chromium:
        print("skipped: there is no chromium to open the report in")
        return 77
    with tempfile.TemporaryDirectory(prefix="report-test-") as scratch:
        if arguments[0] == "--only":
            ReportTest.reports = {pathlib.Path(file).resolve().parent.name: pathlib.Path(file).resolve() for file in arguments[1:]}
        else:
            for name, text in {"single": ONE_MODEL, "compare": TWO_MODELS, "attention": ATTENTION, "search": SEARCH, "panel": PANEL}.items():
                ReportTest.reports[name] = run_workflow(pathlib.Path(arguments[0]).resolve(), pathlib.Path(scratch) / name, text)
        ReportTest.browser = Browser(chromium)
        try:
            result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(ReportTest))
        finally:
            ReportTest.browser.close()
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
