#!/usr/bin/env python3
"""Measures the program beside its Python peers, in turn and in one run, and prints ratios: `./dev bench`.

  start-up   whole processes, the registry cache warm: --help, plugins, describe, graph, validate, an up-to-date run, beside
             `import lightning`
  overhead   what the host adds to a training step, beside what Lightning adds
  step       a training step of LSTMs and a GRU: this program in float and bfloat16 and with LibTorch's kernels, Lightning, and the time
             that the arithmetic alone takes at the processors' measured peak
  predict    a forward pass over one window with one thread, beside LibTorch
  csv        reading numbers on one core, beside pyarrow.csv
  epoch      an epoch of the recipe in float and in bfloat16, beside Lightning
  precision  val and test metrics of the recipe and of sp500.toml in float and in bfloat16 over five seeds, of 20 epochs at most; only when
             it is asked for by --only
  recipe     the whole recipe on the S&P 500, early stopping and test included, beside Lightning: losses by epoch, test metrics, seconds.
             Half an hour or more, so only when it is asked for by --only
  study      the recipe's search on the S&P 500, 50 trials of 10 epochs, beside Optuna driving Lightning, both at once with one core each:
             parameters, value and seconds of each trial. An hour or more; `--trials N` for less
  scale      a training step of LSTMs in one process with one and two threads, and in two processes that share the batch; only when asked for
  quality    best values after equal numbers of trials, 30 seeds, beside Optuna's TPE; likewise only when asked for
  search     1,000 trials of TPE with five parameters and an objective that costs nothing, in memory and on SQLite, beside Optuna and
             Rustuna. When asked for by --only also the recipe's search, ten trials of ten epochs by two workers of one thread with lag 2,
             beside Optuna driving Lightning in two processes of one thread over the same points, by turns in float, bfloat16 and
             Lightning; hours with its five rounds, `--rounds 1` for less
Medians of several runs; the machine should be idle otherwise. `--only NAME` takes one of them, `--json FILE` keeps the numbers.
"""
import argparse, concurrent.futures, json, os, pathlib, random, statistics, subprocess, sys, tempfile, time

from scale import scale

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent


def command(words, **kw):
    done = subprocess.run([str(w) for w in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kw)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))} failed:\n{done.stderr}")
    return done.stdout


def timed(words, **kw):
    """Wall seconds and peak memory (MiB) of one whole process."""
    start = time.perf_counter()
    process = subprocess.Popen([str(w) for w in words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **kw)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, words))} failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def median_of(words, runs=5, **kw):
    timed(words, **kw)
    measured = [timed(words, **kw) for _ in range(runs)]
    return statistics.median(m[0] for m in measured), max(m[1] for m in measured)


def start_up(program, python, folder):
    workflow = ROOT / "pipelines" / "quickstart.toml"
    quick = [workflow, "--set", "trainer.max_epochs=1", "--quiet"]
    command([program, "run", *quick], cwd=folder)
    rows = {"--help": [program, "--help"], "plugins": [program, "plugins"],
            "describe": [program, "describe", "LSTMModel"], "graph": [program, "graph", workflow], "validate": [program, "validate", workflow],
            "up-to-date run": [program, "run", *quick], "python: import lightning": [python, "-c", "import lightning"]}
    result = {}
    for name, words in rows.items():
        seconds, memory = median_of(words, cwd=folder)
        result[name] = {"seconds": seconds, "peak_mib": memory}
        print(f"  {name:26} {seconds * 1e3:9.1f} ms {memory:9.1f} MiB")
    return result


def overhead(program, python, folder):
    ours = [json.loads(command([program.parent / "bench_step_overhead"])) for _ in range(3)]
    theirs = [json.loads(command([python, HERE / "peers" / "step_overhead.py", folder])) for _ in range(3)]
    mine, peer = (statistics.median(r["overhead_us_per_step"] for r in rows) for rows in (ours, theirs))
    print(f"  host {mine:.1f} us a step, Lightning {peer:.0f} us: {peer / mine:.0f} times less")
    return {"pipeline": ours, "lightning": theirs}


SIZES = [("LSTM", 1, 32), ("LSTM", 3, 64), ("LSTM", 5, 128), ("GRU", 3, 64)]
WINDOW, FEATURES, BATCH = 60, 5, 32


def operations(cell, layers, hidden):
    """Multiplications and additions of a training step: the forward pass, and twice that for the gradients of states and of weights."""
    gates, total = {"LSTM": 4, "GRU": 3}[cell], 0
    for layer in range(layers):
        inputs = hidden if layer else FEATURES
        product = 2 * gates * hidden * (inputs + hidden) * BATCH * WINDOW
        total += 3 * product - (0 if layer else 2 * gates * hidden * inputs * BATCH * WINDOW)  # the data need no gradient
    return total


def random_series(folder, rows):
    file, draw = pathlib.Path(folder) / "walks.csv", random.Random(1)
    names = [f"f{i}" for i in range(FEATURES)]
    with open(file, "w") as out:
        out.write(",".join(names) + "\n")
        for _ in range(rows):
            out.write(",".join(f"{draw.gauss(0, 1):.5f}" for _ in names) + "\n")
    (pathlib.Path(folder) / "step.toml").write_text(f"""
name = "step"
split = [0.9, 0.05, 0.05]
[stages.preprocess]
source = "walks.csv"
features = {json.dumps(names)}
target = ["f0"]
frequency = "none"
[stages.slice_windows]
window = {WINDOW}
[model]
type = "LSTMModel"
[optimizer]
lr = 0.001
[loader]
batch_size = {BATCH}
[trainer]
max_epochs = 2
num_sanity_val_steps = 0
limit_val_batches = 1
[stages.train]
""")


def step(program, python, folder, rounds=5):
    peak = json.loads(command([program.parent / "bench_peak"]))
    random_series(folder, 12_000)
    command([program, "run", "step.toml", "--until", "slice_windows", "--quiet"], cwd=folder)
    ways = {"LibTorch": ({"PIPELINE_CPU_CAPABILITY": "default"}, "32-true"), "float": ({}, "32-true"), "bf16": ({}, "bf16-mixed")}
    result = {"peak": peak}
    print(f"  {peak['threads']} processors: {peak['float_gflops']:.0f} GFLOP/s in float, {peak['bf16_gflops']:.0f} in bfloat16; medians of {rounds} rounds, ms")
    print(f"  {'':12} {'Lightning':>10} {'LibTorch':>10} {'float':>10} {'bf16':>10} {'limit':>8} {'bf16':>8}   Lightning / float, / bf16; limit / float, of the best round")
    for cell, layers, hidden in SIZES:
        steps, times = 300 if hidden < 128 else 60, {}
        for _ in range(rounds):
            for way, (environment, precision) in ways.items():
                words = {"model.type": f"{cell}Model", "model.hidden_size": hidden, "model.num_layers": layers, "trainer.precision": precision,
                         "trainer.limit_train_batches": steps}
                command([program, "run", "step.toml", "--stage", "train", "--force", "--quiet", *(w for k, v in words.items() for w in ("--set", f"{k}={v}"))],
                        cwd=folder, env={**os.environ, **environment})
                history = json.loads((pathlib.Path(folder) / "runs/step/train/train.json").read_text())["history"]
                times.setdefault(way, []).append(history[1]["seconds"] / steps * 1e3)
            peer = json.loads(command([python, HERE / "peers" / "recurrent_steps.py", cell, layers, hidden, steps]))
            times.setdefault("Lightning", []).append(peer["ms"])
        middle = {way: statistics.median(values) for way, values in times.items()}
        limit = {kind: operations(cell, layers, hidden) / peak[f"{kind}_gflops"] / 1e6 if peak[f"{kind}_gflops"] else float("nan") for kind in ("float", "bf16")}
        print(f"  {cell} {layers} x {hidden:<4} {middle['Lightning']:10.2f} {middle['LibTorch']:10.2f} {middle['float']:10.2f} {middle['bf16']:10.2f} "
              f"{limit['float']:8.2f} {limit['bf16']:8.2f}   {middle['Lightning'] / middle['float']:.1f}, {middle['Lightning'] / middle['bf16']:.1f}; "
              f"{limit['float'] / middle['float']:.0%}, {limit['float'] / min(times['float']):.0%}", flush=True)
        result[f"{cell} {layers} x {hidden}"] = {"ms": times, "limit_ms": limit}
    return result


def predict(program, python, folder):
    rows = [json.loads(command([program.parent / "bench_predict"])) for _ in range(5)]
    for size in rows[0]:
        ours, theirs = (statistics.median(row[size][key] for row in rows) for key in ("ms", "libtorch_ms"))
        print(f"  LSTM {size}: {ours * 1e3:.0f} us, LibTorch {theirs * 1e3:.0f} us: {theirs / ours:.1f} times as fast")
    return rows


def csv(program, python, folder):
    file = pathlib.Path(folder) / "numbers.csv"
    draw = random.Random(1)
    with open(file, "w") as out:
        out.write(",".join("abcdefgh") + "\n")
        for _ in range(1_000_000):
            out.write(",".join(f"{draw.gauss(10, 5):.6f}" for _ in range(8)) + "\n")
    core = ["taskset", "-c", "0"]
    ours, theirs = [], []
    for _ in range(5):
        ours.append(json.loads(command([*core, program.parent / "bench_csv", file])))
        theirs.append(json.loads(command([*core, python, HERE / "peers" / "csv_pyarrow.py", file])))
    assert abs(ours[0]["sum"] - theirs[0]["sum"]) < 1e-3
    mine, peer = (statistics.median(r["seconds"] for r in rows) for rows in (ours, theirs))
    size = file.stat().st_size / 1e6
    print(f"  pipeline {size / mine:.0f} MB/s, pyarrow {size / peer:.0f} MB/s: {peer / mine:.2f} times as fast")
    return {"pipeline": ours, "pyarrow": theirs}


def epoch(program, python, folder, epochs=2, rounds=5):
    """The recipe's second epoch and later ones, with its callbacks and its logger."""
    data = ROOT / "pipelines" / "data" / "sp500_daily_ohlcv" / "sp500-2000.csv"
    command([python, HERE / "peers" / "windows.py", data, f"{folder}/windows", "--features", "open,high,low,close,volume", "--target", "close"])
    seconds = {}
    for _ in range(rounds):
        for way, precision in {"float": "32-true", "bf16": "bf16-mixed"}.items():
            command([program, "run", ROOT / "pipelines" / "recipe.toml", "--until", "train", "--force", "--quiet", "--set", f"trainer.max_epochs={epochs}",
                     "--set", f"trainer.precision={precision}"], cwd=folder)
            history = json.loads((pathlib.Path(folder) / "runs/recipe/train/train.json").read_text())["history"]
            seconds.setdefault(way, []).extend(row["seconds"] for row in history[1:])
        peer = json.loads(command([python, HERE / "peers" / "lightning_train.py", f"{folder}/windows/X.npy", f"{folder}/windows/y.npy",
                                   "--epochs", epochs, "--out", f"{folder}/peer"]))
        seconds.setdefault("Lightning", []).extend(row["seconds"] for row in peer["curve"][1:])
    middle = {way: statistics.median(values) for way, values in seconds.items()}
    print(f"  float {middle['float']:.2f} s, bf16 {middle['bf16']:.2f} s, Lightning {middle['Lightning']:.2f} s an epoch: "
          f"{middle['Lightning'] / middle['float']:.2f} and {middle['Lightning'] / middle['bf16']:.2f} times as fast")
    return seconds


def precision(program, python, folder, seeds=5, epochs=20):
    """What rounding to bfloat16 does to a forecast, beside what another seed does to it."""
    result = {}
    for name in ("recipe", "sp500"):
        for way in ("32-true", "bf16-mixed"):
            rows = []
            for seed in range(1, seeds + 1):
                command([program, "run", ROOT / "pipelines" / f"{name}.toml", "--until", "evaluate", "--force", "--quiet", "--set", f"seed={seed}",
                         "--set", f"trainer.precision={way}", "--set", f"trainer.max_epochs={epochs}"], cwd=folder)
                runs = pathlib.Path(folder) / "runs" / name
                rows.append({"val_loss": min(row["val"]["val_loss"] for row in json.loads((runs / "train/train.json").read_text())["history"]),
                             **{key: json.loads((runs / "evaluate/metrics.json").read_text())[key] for key in ("test_loss", "test_rmse")}})
            result[f"{name} {way}"] = rows
            spread = {key: sorted(row[key] for row in rows) for key in rows[0]}
            print(f"  {name:8} {way:12} " + ", ".join(f"{key} {statistics.median(v):.5g} ({v[0]:.5g} to {v[-1]:.5g})" for key, v in spread.items()), flush=True)
    return result


def recipe(program, python, folder, epochs=80):
    """Both with Lightning's order of draws: the sanity check off, no loader threads."""
    data = ROOT / "pipelines" / "data" / "sp500_daily_ohlcv" / "sp500-2000.csv"
    command([python, HERE / "peers" / "windows.py", data, f"{folder}/windows", "--features", "open,high,low,close,volume", "--target", "close"])
    start = time.perf_counter()
    command([program, "run", ROOT / "pipelines" / "recipe.toml", "--until", "evaluate", "--quiet", "--set", f"trainer.max_epochs={epochs}",
             "--set", "trainer.num_sanity_val_steps=0", "--set", "loader.num_workers=0"], cwd=folder)
    seconds = time.perf_counter() - start
    runs = pathlib.Path(folder) / "runs/recipe"
    mine = json.loads((runs / "train/train.json").read_text())["history"]
    test = json.loads((runs / "evaluate/metrics.json").read_text())
    peer = json.loads(command([python, HERE / "peers" / "lightning_train.py", f"{folder}/windows/X.npy", f"{folder}/windows/y.npy",
                               "--epochs", epochs, "--out", f"{folder}/peer"]))
    print(f"  {'epoch':>5} {'train_loss':>12} {'Lightning':>12} {'val_loss':>12} {'Lightning':>12} {'seconds':>9} {'Lightning':>9}")
    for i in range(max(len(mine), len(peer["curve"]))):
        a, b = (rows[i] if i < len(rows) else None for rows in (mine, peer["curve"]))
        cell = lambda row, value, width, digits: f"{value(row):{width}.{digits}}" if row else " " * (width - 1) + "-"
        print(f"  {i:5} {cell(a, lambda r: r['train_loss'], 12, 6)} {cell(b, lambda r: r['train_loss'], 12, 6)} {cell(a, lambda r: r['val']['val_loss'], 12, 6)} "
              f"{cell(b, lambda r: r['val_loss'], 12, 6)} {cell(a, lambda r: r['seconds'], 9, 4)} {cell(b, lambda r: r['seconds'], 9, 4)}")
    for name in ("test_loss", "test_rmse", "test_mape", "test_r2", "avg_test_abs_accuracy"):
        print(f"  {name:22} {test[name]:12.6} {peer['test'][name]:12.6}")
    print(f"  {'seconds in all':22} {seconds:12.1f} {peer['seconds']['total']:12.1f}")
    return {"pipeline": {"history": mine, "test": test, "seconds": seconds}, "lightning": peer}


def study(program, python, folder, trials=50):
    """Both draw as TPESampler(seed=3407) and train with Lightning's order of draws, so trials can be told apart only by their seconds."""
    data = ROOT / "pipelines" / "data" / "sp500_daily_ohlcv" / "sp500-2000.csv"
    command([python, HERE / "peers" / "windows.py", data, f"{folder}/windows", "--features", "open,high,low,close,volume", "--target", "close"])
    set_ = {"stages.optimize.n_trials": trials, "stages.optimize.rng": "optuna", "matmul_precision": "highest", "trainer.num_sanity_val_steps": 0,
            "loader.num_workers": 0}
    jobs = {"pipeline": [program, "run", ROOT / "pipelines" / "recipe_search.toml", "--until", "optimize", "--quiet",
                         *(word for key, value in set_.items() for word in ("--set", f"{key}={value}"))],
            "Optuna": [python, HERE / "peers" / "optuna_study.py", f"{folder}/windows/X.npy", f"{folder}/windows/y.npy", "--trials", trials,
                       "--storage", f"sqlite:///{folder}/peer.db"]}
    # Which of two equal values NumPy's argsort puts first depends on the vector instructions it finds; its scalar code is the same everywhere.
    one_core = {**os.environ, "OMP_NUM_THREADS": "1", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"}
    with concurrent.futures.ThreadPoolExecutor(len(jobs)) as pool:
        seconds = dict(zip(jobs, pool.map(lambda core: timed(["taskset", "-c", core[0], *core[1]], cwd=folder, env=one_core)[0], enumerate(jobs.values()))))
    import optuna
    studies = {"pipeline": ("recipe_search", f"sqlite:///{folder}/runs/recipe_search/optimize/study.db"), "Optuna": ("peer", f"sqlite:///{folder}/peer.db")}
    frames = {name: optuna.load_study(study_name=study, storage=url).trials for name, (study, url) in studies.items()}
    print(f"  {'trial':>5} {'hidden_size':>11} {'num_layers':>10} {'lr':>11} {'Optuna':>11} {'val_loss':>10} {'Optuna':>10} {'seconds':>8} {'Optuna':>8}")
    for a, b in zip(*frames.values(), strict=True):
        if [a.params[k] for k in ("hidden_size", "num_layers")] != [b.params[k] for k in ("hidden_size", "num_layers")]:
            print(f"  {a.number:5} other values: {a.params} and {b.params}")
            continue
        print(f"  {a.number:5} {a.params['hidden_size']:11} {a.params['num_layers']:10} {a.params['lr']:11.6} {b.params['lr']:11.6} {a.value:10.6} {b.value:10.6} "
              f"{a.duration.total_seconds():8.1f} {b.duration.total_seconds():8.1f}")
    best = {name: min(t.value for t in rows) for name, rows in frames.items()}
    for name in jobs:
        print(f"  {name}: best val_loss {best[name]:.6} in {seconds[name]:.1f} s")
    return {name: {"seconds": seconds[name], "best": best[name],
                   "trials": [{**t.params, "value": t.value, "seconds": t.duration.total_seconds()} for t in frames[name]]} for name in jobs}


def quality(program, python, folder):
    print(command([python, HERE / "search_quality.py", program.parent / "ask_and_tell"]), end="")
    return {}


def search(program, python, folder, trials=1000):
    result = {}
    for name in ("memory", "SQLite"):
        place = lambda who: "memory" if name == "memory" else f"{folder}/{who}.db"
        ours = place("pipeline") if name == "memory" else f"sqlite:///{place('pipeline')}"
        jobs = {"pipeline": [program.parent / "bench_search", ours, trials],
                **{peer: [python, HERE / "peers" / "search_python.py", peer, place(peer), trials] for peer in ("optuna", "rustuna")}}
        result[name] = {who: json.loads(command(words)) for who, words in jobs.items()}
        seconds = {who: row["seconds"] for who, row in result[name].items()}
        print(f"  {name}: pipeline {seconds['pipeline']:.2f} s" + "".join(
            f", {who} {seconds[who]:.2f} s ({seconds[who] / seconds['pipeline']:.1f} times)" for who in ("optuna", "rustuna")))
    return result


def recipe_search(program, python, folder, trials=10, epochs=10, rounds=5):
    data = ROOT / "pipelines" / "data" / "sp500_daily_ohlcv" / "sp500-2000.csv"
    workflow, stage = ROOT / "pipelines" / "recipe_search.toml", pathlib.Path(folder) / "runs/recipe_search/optimize"
    command([python, HERE / "peers" / "windows.py", data, f"{folder}/windows", "--features", "open,high,low,close,volume", "--target", "close"])
    command([program, "run", workflow, "--until", "slice_windows", "--quiet"], cwd=folder)
    set_ = {"stages.optimize.n_trials": trials, "stages.optimize.trainer.max_epochs": epochs, "stages.optimize.lag": 2, "stages.optimize.workers": 2,
            "matmul_precision": "highest", "trainer.num_sanity_val_steps": 0, "loader.num_workers": 0}
    points, seconds = pathlib.Path(folder) / "points.json", {"bf16-mixed": [], "32-true": [], "Optuna": []}
    for number in range(rounds):
        for precision in ("bf16-mixed", "32-true"):
            words = [program, "run", workflow, "--stage", "optimize", "--force", "--quiet", "--set", f"stages.optimize.study_name={precision}-{number}"]
            options = {**set_, "trainer.precision": precision}
            seconds[precision].append(timed([*words, *(word for key, value in options.items() for word in ("--set", f"{key}={value}"))], cwd=folder)[0])
        # The same work for both: Optuna's processes take these points from the queue of their study.
        points.write_text(json.dumps([trial["parameters"] for trial in json.loads((stage / "study.json").read_text())["trials"]]))
        seconds["Optuna"].append(timed([python, HERE / "peers" / "optuna_study.py", f"{folder}/windows/X.npy", f"{folder}/windows/y.npy", "--fixed", points,
                                        "--epochs", epochs, "--processes", 2, "--threads", 1, "--storage", f"sqlite:///{folder}/peer{number}.db"], cwd=folder)[0])
        print(f"  round {number}: " + ", ".join(f"{name} {values[-1]:.1f} s" for name, values in seconds.items()), flush=True)
    bf16, mine, peer = (statistics.median(values) for values in seconds.values())
    print(f"  the recipe's search, {trials} trials of {epochs} epochs, two workers: Optuna with Lightning {peer:.1f} s, here {mine:.1f} s in float and "
          f"{bf16:.1f} s in bfloat16: {peer / mine:.2f} and {peer / bf16:.2f} times as fast")
    return seconds


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    p.add_argument("--only", choices=["start-up", "overhead", "step", "predict", "csv", "epoch", "search", "recipe", "study", "scale", "quality", "precision"])
    p.add_argument("--json", type=pathlib.Path)
    p.add_argument("--trials", type=int, default=50, help="of the measurement `study`")
    p.add_argument("--rounds", type=int, default=5, help="of the recipe's search in the measurement `search`")
    a = p.parse_args()
    program = (a.build / "bin" / "pipeline").resolve()
    result = {}
    long = ("recipe", "study", "scale", "quality", "precision")
    for name, measure in (("start-up", start_up), ("overhead", overhead), ("step", step), ("predict", predict), ("csv", csv), ("epoch", epoch), ("search", search), ("recipe", recipe),
                          ("study", lambda *where: study(*where, a.trials)), ("scale", scale), ("quality", quality), ("precision", precision)):
        if a.only == name or (a.only is None and name not in long):
            print(name, flush=True)
            with tempfile.TemporaryDirectory() as folder:
                result[name] = measure(program, sys.executable, folder)
                if a.only == name == "search":
                    result["recipe_search"] = recipe_search(program, sys.executable, folder, rounds=a.rounds)
    if a.json:
        a.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
