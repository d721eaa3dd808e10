"""Installs to a temporary prefix, moves it, makes one plugin of every kind with `new-plugin`, builds them outside the tree against the moved
SDK, adds them, and runs one workflow with all of them. Then follows docs/plugin-guide.md word for word.

Called by ctest: package_test.py BUILD SOURCE CMAKE
"""
import json, os, pathlib, re, shutil, subprocess, sys, tempfile, unittest

BUILD, SOURCE, CMAKE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1)), sys.argv.pop(1)
KINDS = {"stage": "wave_source", "model": "MlpModel", "callback": "GoodEnough", "logger": "LineLogger"}
FOLDERS = {"stage": "wave_source", "model": "mlp_model", "callback": "good_enough", "logger": "line_logger"}

WORKFLOW = """
name = "all"
[stages.wave_source]
rows = 1200
[stages.slice_windows]
window = 24
horizon = 6
[model]
type = "MlpModel"
hidden_size = 16
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 40
[[callbacks]]
type = "GoodEnough"
threshold = 0.5
[[loggers]]
type = "LineLogger"
[stages.train]
[stages.evaluate]
"""

# All components named here are in tests/package/every_kind.
OUTSIDE = """
name = "outside"
[stages.preprocess]
source = "data.csv"
time_column = "time"
features = ["load", "heat"]
target = ["load"]
[stages.slice_windows]
window = 24
horizon = 3
[model]
type = "OutsideModel"
[loss]
type = "OutsideLoss"
[optimizer]
type = "OutsideOptimizer"
[scheduler]
type = "OutsideScheduler"
[trainer]
max_epochs = 2
[[callbacks]]
type = "OutsideCallback"
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_largest"
[[loggers]]
type = "OutsideLogger"
[sampler]
type = "OutsideSampler"
[pruner]
type = "OutsidePruner"
[stages.optimize]
n_trials = 4
trainer.max_epochs = 2
[stages.optimize.search]
"model.hidden_size" = {}
"optimizer.lr" = {}
[stages.train]
[stages.evaluate]
[stages.outside_stage]
"""


def run(words, cwd, **environment):
    words = [str(w) for w in words]
    done = subprocess.run(words, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **environment})
    if done.returncode:
        raise AssertionError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout[-6000:]}")
    return done.stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="pipeline-package-"))
        run([CMAKE, "--install", BUILD, "--prefix", cls.folder / "first"], cls.folder)
        cls.prefix = cls.folder / "elsewhere" / "pipeline"
        cls.prefix.parent.mkdir()
        (cls.folder / "first").rename(cls.prefix)
        # The SDK itself says where LibTorch is, as the guide promises: the caller's environment must not help.
        cls.environment = {"XDG_CACHE_HOME": str(cls.folder / "cache"), "Torch_DIR": "", "CMAKE_PREFIX_PATH": ""}
        cls.environment["CMAKE_GENERATOR"] = "Ninja"  # both cores

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def pipeline(self, *words, cwd=None):
        return run([self.prefix / "bin/pipeline", *words], cwd or self.folder, **self.environment)

    def test_1_nothing_installed_knows_where_it_was(self):
        for file in self.prefix.rglob("*"):
            if file.suffix in {".cmake", ".pc"}:
                self.assertNotIn(str(self.folder / "first"), file.read_text(), file)
                self.assertNotIn(str(SOURCE / "core"), file.read_text(), file)
        told = lambda name: run(["pkg-config", f"--variable={name}", "pipeline"], self.folder, PKG_CONFIG_PATH=str(self.prefix / "lib/pkgconfig")).strip()
        self.assertTrue(told("plugindir").endswith("lib/pipeline/plugins"))
        self.assertIn(f"(LibTorch {told('torch_version')}, plugin API {told('plugin_api')},", self.pipeline("--version"))
        completion = self.prefix / "share/bash-completion/completions/pipeline"
        self.assertEqual(completion.read_text(), self.pipeline("completion", "bash"))

    def test_1_libraries_are_looked_for_in_no_current_folder_and_before_LD_LIBRARY_PATH(self):
        for file in [self.prefix / "bin/pipeline", *self.prefix.rglob("*.so"), pathlib.Path(BUILD) / "bin/pipeline"]:
            dynamic = run(["readelf", "-d", file], self.folder)
            self.assertNotIn("(RUNPATH)", dynamic, file)
            for entry in re.search(r"\(RPATH\)\s+Library rpath: \[(.*)\]", dynamic)[1].split(":"):
                self.assertRegex(entry, r"^(/|\$ORIGIN)", file)

    def test_2_a_plugin_of_every_kind(self):
        plugins = self.folder / "plugins"
        plugins.mkdir()
        for kind, name in KINDS.items():
            said = self.pipeline("new-plugin", kind, name, "--dir", plugins)
            self.assertIn(str(plugins / FOLDERS[kind]), said)
            self.assertIn(f"-DCMAKE_PREFIX_PATH={self.prefix}\n", said)
        # One build for all four; each is also a project of its own, which the guide's part below shows.
        (plugins / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(all CXX)\n"
                                                "set(CMAKE_CXX_STANDARD 23)\nenable_testing()\n" +  # plugins use another standard
                                                "".join(f"add_subdirectory({folder})\n" for folder in FOLDERS.values()))
        run([CMAKE, "-S", plugins, "-B", plugins / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}"], plugins, **self.environment)
        run([CMAKE, "--build", plugins / "build"], plugins, **self.environment)
        run(["ctest", "--test-dir", plugins / "build", "--output-on-failure"], plugins, **self.environment)
        for folder in FOLDERS.values():
            shutil.copy(plugins / "build" / f"lib{folder}.so", self.prefix / "lib/pipeline/plugins")

        (self.folder / "all.toml").write_text(WORKFLOW)
        said = self.pipeline("run", "all.toml")
        self.assertIn("stopped after epoch", said)
        version = next((self.folder / "lightning_logs/MlpModel").iterdir())
        self.assertRegex((version / "line_logger.txt").read_text(), r"(?m)^\d+ val_loss 0\.")
        listed = {c["name"]: library["name"] for library in json.loads(self.pipeline("plugins", "--json")) for c in library["components"]}
        for kind, name in KINDS.items():
            self.assertEqual(listed[name], FOLDERS[kind])
            self.assertIn(f"({kind})", self.pipeline("describe", name))

        # Built against a prefix that no longer exists: a plugin gets the program's libraries from the program.
        self.prefix.rename(self.folder / "moved_again")
        type(self).prefix = self.folder / "moved_again"
        shutil.rmtree(self.folder / "cache")
        self.assertIn('"usable": true', self.pipeline("plugins", "--json"))
        self.assertNotIn('"usable": false', self.pipeline("plugins", "--json"))
        self.assertIn("stopped after epoch", self.pipeline("run", "all.toml", "--force"))

    def test_3_the_guide_word_for_word(self):
        guide = (SOURCE / "docs/plugin-guide.md").read_text()
        work = self.folder / "guide"
        work.mkdir()
        script = ["set -e", f"export PREFIX={self.prefix}"]
        for language, name, text in re.findall(r"```(\w+)(?: file=(\S+))?\n(.*?)```", guide, re.S):
            if name:
                script.append(f"mkdir -p $(dirname {name})\ncat > {name} <<'END_OF_FILE'\n{text}END_OF_FILE")
            elif language == "sh":
                script.append(text)
        self.assertGreater(len(script), 5)
        said = run(["bash", "-c", "\n".join(script)], work, **self.environment)
        self.assertIn("100% tests passed", said)
        self.assertIn("# What went in", said)

    def test_4_every_kind_from_outside_runs_is_searched_and_resumed(self):
        """Components that use all tiers: a run, a search with a sampler and a pruner from outside, and a training that continues as if it had not stopped."""
        work = self.folder / "every_kind"
        shutil.copytree(SOURCE / "tests/package/every_kind", work)
        run([CMAKE, "-S", work, "-B", work / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}"], work, **self.environment)
        run([CMAKE, "--build", work / "build"], work, **self.environment)
        run(["ctest", "--test-dir", work / "build", "--output-on-failure"], work, **self.environment)
        self.environment["PIPELINE_PLUGIN_PATH"] = str(work / "build")
        try:
            self.check_every_kind(work)
        finally:
            del self.environment["PIPELINE_PLUGIN_PATH"]

    def check_every_kind(self, work):
        shutil.copy(SOURCE / "core/templates/common/data.csv", work)
        (work / "outside.toml").write_text(OUTSIDE)
        said = self.pipeline("run", "outside.toml", cwd=work)
        self.assertRegex(said, r"OutsideCallback saw \d+ batches")
        metrics = json.loads((work / "runs/outside/evaluate/metrics.json").read_text())
        self.assertGreater(metrics["test_largest"], metrics["test_rmse"])
        version = next((work / "lightning_logs/OutsideModel").iterdir())
        self.assertRegex((version / "outside.txt").read_text(), r"(?m)^\d+ val_loss ")
        trials = json.loads((work / "runs/outside/optimize/study.json").read_text())["trials"]
        self.assertEqual([trial["state"] for trial in trials], ["complete", "complete", "pruned", "complete"])

        once = self.pipeline("run", "outside.toml", "--set", "name=once", "--set", "trainer.max_epochs=4", cwd=work)
        self.assertIn("OutsideCallback saw", once)
        self.pipeline("run", "outside.toml", "--set", "name=twice", "--set", "trainer.max_epochs=2", cwd=work)
        self.pipeline("run", "outside.toml", "--set", "name=twice", "--set", "trainer.max_epochs=4", "--resume", cwd=work)
        result = lambda name: {key: value for key, value in json.loads((work / f"runs/{name}/evaluate/metrics.json").read_text()).items()
                               if key.startswith("test_")}
        self.assertEqual(result("once"), result("twice"))

        done = subprocess.run([self.prefix / "bin/pipeline", "run", "outside.toml", "--stage", "train", "--set", "stages.train.best=false",
                               "--set", "loss.type=QuantilesLoss"],
                              cwd=work, text=True, capture_output=True, env={**os.environ, **self.environment})
        self.assertEqual(done.returncode, 0, done.stderr)  # its model ends in a ForecastHead
        self.pipeline("run", "outside.toml", "--stage", "train", "--set", "stages.train.best=false", "--set", "model.type=FutureModel",
                      "--set", "optimizer.type=Adam", "--set", 'stages.optimize.search={"optimizer.lr" = {}}', cwd=work)
        self.assertIn("OutsideFeature (feature)", self.pipeline("describe", "OutsideFeature", cwd=work))
        self.pipeline("run", "outside.toml", "--until", "slice_windows", "--set", 'derived_features=[{type = "OutsideFeature"}]', cwd=work)

    def test_5_a_libtorch_that_does_not_fit_is_named(self):
        project = self.folder / "needs_torch"
        project.mkdir()
        (project / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(needs_torch CXX)\nfind_package(pipeline REQUIRED)\n"
                                                "pipeline_add_plugin(needs_torch SOURCES plugin.cpp TORCH)\n")
        (project / "plugin.cpp").write_text("")
        fake = self.folder / "fake torch"
        fake.mkdir()
        (fake / "TorchConfig.cmake").write_text("")
        (fake / "TorchConfigVersion.cmake").write_text('set(PACKAGE_VERSION "1.0.0")\nset(PACKAGE_VERSION_COMPATIBLE TRUE)\n')

        def sentence(torch):
            done = subprocess.run([CMAKE, "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}", *torch], text=True,
                                  capture_output=True, env={**os.environ, **self.environment})
            self.assertNotEqual(done.returncode, 0)
            return " ".join(done.stderr.split())

        self.assertRegex(sentence([f"-DTorch_DIR={fake}"]), r"this SDK was built with LibTorch [\d.]+\S*, and \S*.*fake torch holds 1\.0\.0\.")
        (fake / "TorchConfig.cmake").write_text('  set(TORCH_CXX_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=0")\n')
        self.assertRegex(sentence([f"-DTorch_DIR={fake}"]), r"LibTorch 1\.0\.0 in \S+ was built with the old C\+\+ ABI \(_GLIBCXX_USE_CXX11_ABI=0\) "
                         r"and cannot be linked\. Take one with the new ABI: torch 2\.7 or newer")
        self.assertRegex(sentence(["-DCMAKE_DISABLE_FIND_PACKAGE_Torch=ON"]), r"LibTorch [\d.]+\S* is not found\. Add its folder to CMAKE_PREFIX_PATH")


class Mistakes(unittest.TestCase):
    """The messages of new-plugin for a user's mistakes."""

    def refused(self, *words):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([f"{BUILD}/bin/pipeline", "new-plugin", *words], cwd=folder, capture_output=True, text=True)
            self.assertEqual(list(pathlib.Path(folder).iterdir()), [])
        self.assertEqual(done.returncode, 2)
        return done.stderr

    def test_a_program_of_a_build_folder_names_no_prefix(self):
        with tempfile.TemporaryDirectory(prefix="a b") as folder:
            said = run([f"{BUILD}/bin/pipeline", "new-plugin", "stage", "thing", "--dir", folder], folder)
        self.assertIn("It is built against an installed pipeline, which this one is not: ./dev install PREFIX makes one, anywhere.", said)
        self.assertIn(f"  cd '{folder}/thing'\n  cmake -S . -B build -DCMAKE_PREFIX_PATH=PREFIX\n", said)
        self.assertNotIn(BUILD, said)

    def test_sentences(self):
        self.assertIn('not a "modl"; did you mean "model"?', self.refused("modl", "X"))
        self.assertIn('"3x" cannot name a plugin: begin with a letter', self.refused("model", "3x"))
        self.assertIn('"_3x" cannot name a plugin: begin with a letter', self.refused("model", "_3x"))
        self.assertIn('"options" cannot name a plugin: its class has a member of that name; try "my_options"', self.refused("model", "options"))
        self.assertRegex(self.refused("model", "LinearModel"), r'there is already a model "LinearModel", of .*/liblinear.so: choose another name')
        self.assertRegex(self.refused("model", "linear"), r"liblinear.so would hide the library of that name, .*/liblinear.so: choose another name")
        self.assertIn("NAME is missing; usage: pipeline new-plugin KIND NAME", self.refused("model"))
        self.assertIn("--dir missing: no such folder", self.refused("model", "X", "--dir", "missing"))
        with tempfile.TemporaryDirectory() as folder:
            words = [f"{BUILD}/bin/pipeline", "new-plugin", "stage", "thing", "--dir", folder]
            self.assertEqual(subprocess.run(words, capture_output=True).returncode, 0)
            again = subprocess.run(words, capture_output=True, text=True)
            self.assertEqual(again.returncode, 2)
            self.assertIn("is there already: choose another name", again.stderr)


if __name__ == "__main__":
    unittest.main()
