#!/usr/bin/env python3
"""An LSTM on daily sales of three shops, with and without the price and the promotion of the days that it forecasts: MAE of the test, beside
repeating the last value.

  known_inputs.py [--build DIR] [--set KEY=VALUE]...
"""
import argparse, datetime, json, pathlib, random, subprocess, tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
WORKFLOW = """
name = "known_inputs"
threads = 1
split = { val = 60, test = 60 }
[stages.preprocess]
source = "sales.csv"
time_column = "date"
series_column = "shop"
features = ["sales", "price", "promo"]
target = ["sales"]
KNOWN
[stages.slice_windows]
window = 28
horizon = 7
[model]
type = "LSTMModel"
hidden_size = 32
num_layers = 1
[optimizer]
type = "Adam"
lr = 0.003
[trainer]
max_epochs = 15
[stages.train]
[stages.evaluate]
predictions = "none"
"""


def write_sales(file):
    """Three years of three shops: a level, a week, a promotion on a fifth of the days, a price that lowers sales; noise of deviation 0.3."""
    draw = random.Random(5)
    lines = ["shop,date,sales,price,promo"]
    for shop, level in (("a", 10), ("b", 15), ("c", 20)):
        for day in range(1095):
            date = datetime.date(2021, 1, 1) + datetime.timedelta(days=day)
            promo, price = int(draw.random() < 0.2), round(draw.uniform(0.8, 1.2), 2)
            sales = level + 2 * (date.weekday() >= 5) + 5 * promo - 8 * (price - 1) + draw.gauss(0, 0.3)
            lines.append(f"{shop},{date},{sales:.3f},{price},{promo}")
    file.write_text("\n".join(lines) + "\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    p.add_argument("--set", action="append", default=[])
    a = p.parse_args()
    words = [word for given in a.set for word in ("--set", given)]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_sales(folder / "sales.csv")
        for label, known in (("known ahead", 'known_future = ["price", "promo"]'), ("past alone", "")):
            (folder / "workflow.toml").write_text(WORKFLOW.replace("KNOWN", known))
            subprocess.run([(a.build / "bin/pipeline").resolve(), "run", "workflow.toml", "--quiet", *words], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL)
            of_all = json.loads((folder / "runs/known_inputs/evaluate/metrics.json").read_text())["original"]["all"]
            print(f"{label:<11}  MAE {of_all['mae']:.2f}   last value {of_all['naive_mae']:.2f}")


if __name__ == "__main__":
    main()
