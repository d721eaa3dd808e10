"""A real validator with `pipeline schema`: the shipped workflows are valid, and the schema refuses what the program refuses."""
import json, pathlib, subprocess, sys, tomllib, unittest

from jsonschema import Draft202012Validator

PROGRAM, SOURCE = sys.argv.pop(1), pathlib.Path(__file__).parents[2]

GOOD = """
name = "good"
device = "${env:DEVICE}"
split = ["2018-01-01", "2018-07-01"]
extends = "base.toml"
[plugins]
path = ["more"]
[stages.preprocess]
source = "${env:DATA}/a.csv"
features = "OT"
target = ["OT"]
[model]
type = "${env:MODEL}"
[stages.other]
[stages.from_environment]
type = "${env:STAGE:-train}"
[stages.train_linear]
type = "train"
needs = "preprocess"
inputs = { windows = "slice_windows" }
model = { type = "LinearModel" }
trainer.max_epochs = 3
"""

# Every table at once, with the most usual options of the stages.
FULL = """
name = "etth1"
seed = 3407
matmul_precision = "medium"
device = "auto"
threads = "auto"
run_dir = "runs"
log_dir = "lightning_logs"
split = [0.7, 0.15, 0.15]
[stages.preprocess]
source = "data/ETTh1.csv"
time_column = "date"
time_format = ""
frequency = "infer"
gaps = "error"
features = ["HUFL", "OT"]
target = ["OT"]
na_values = []
missing = "error"
transform = {}
scaler = "standard"
[stages.slice_windows]
window = 60
horizon = 1
stride = 1
window_norm = "none"
[model]
type = "LSTMModel"
hidden_size = 128
num_layers = 5
[loss]
type = "MSELoss"
[optimizer]
type = "Adam"
lr = 0.001
[loader]
batch_size = 32
shuffle = true
num_workers = 0
pin_memory = true
[trainer]
max_epochs = 80
log_every_n_steps = 50
[[callbacks]]
type = "EarlyStopping"
monitor = "val_loss"
patience = 5
mode = "min"
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
save_top_k = 3
filename = "LSTMModel-{epoch:02d}-{val_loss:.4f}"
[[loggers]]
type = "TensorBoardLogger"
[stages.train]
[stages.evaluate]
checkpoint = "best"
splits = ["test"]
predictions = "all"
[stages.visualize]
"""

# (the change, a part of the validator's message)
MISTAKES = {
    "unknown key at the top": ('batch_size = 32', "batch_size"),
    "a device that is none": ('device = "gpu"', "gpu"),
    "a word where a number belongs": ('[stages.train]\ntrainer.max_epochs = "ten"', "ten"),
    "below the range": ('[stages.slice_windows]\nwindow = 0', "0"),
    "an unknown model": ('[model]\ntype = "LSTMModle"', "LSTMModle"),
    "a misspelt option": ('[[callbacks]]\ntype = "EarlyStopping"\npatiense = 5', "patiense"),
    "a choice that is none": ('[stages.preprocess]\nsource = "a.csv"\nfeatures = ["a"]\ntarget = ["a"]\nscaler = "z"', "z"),
    "a stage type that is none": ('[stages.prepare]', "'type' is a required property"),
    "a callback without a type": ('[[callbacks]]\nmonitor = "val_loss"', "'type' is a required property"),
    "split of two numbers": ('split = [0.7, 0.3]', "0.3"),
    "split of the end of a series without test": ('split = { val = 48 }', "48"),
    "a season without rows": ('season_length = 0', "0"),
    "a horizon that is no number": ('[stages.slice_windows]\nhorizon = { yearly = "six" }', "six"),
    "the environment where a number belongs": ('[trainer]\nmax_epochs = "${env:EPOCHS}"', "EPOCHS"),
    "a required option left out": ('[stages.preprocess]\nsource = "a.csv"\nfeatures = ["a"]', "'target' is a required property"),
    "a misspelt option of a stage": ('[stages.train]\nfrom_chekpoint = "a.ckpt"', "from_chekpoint"),
    "a misspelt option of a table of its own": ('[stages.train.model]\nhiden_size = 5', "hiden_size"),
    "an option of another model": ('[model]\ntype = "LinearModel"\nhidden_size = 8', "hidden_size"),
}


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(subprocess.run([PROGRAM, "schema"], check=True, stdout=subprocess.PIPE, text=True).stdout)
        cls.validator = Draft202012Validator(cls.schema)

    def mistakes(self, text):
        return [error.message for error in self.validator.iter_errors(tomllib.loads(text))]

    def test_the_schema_itself_is_valid(self):
        Draft202012Validator.check_schema(self.schema)

    def test_the_workflows_that_ship_are_valid(self):
        files = sorted((SOURCE / "pipelines").glob("*.toml"))
        self.assertGreater(len(files), 3)
        for file in files:
            self.assertEqual(self.mistakes(file.read_text()), [], file)

    def test_what_the_program_allows(self):
        for text in (GOOD, FULL, "split = { val = 48, test = 48 }", "split = { val = 0.1, test = 0.2 }",
                     "split = { val = 0, test = { yearly = 6, monthly = 18 } }", "season_length = 7", "season_length = { yearly = 1, monthly = 12 }",
                     "[stages.slice_windows]\nhorizon = { yearly = 6, monthly = 18 }"):
            self.assertEqual(self.mistakes(text), [])

    def test_what_the_program_refuses(self):
        for name, (text, part) in MISTAKES.items():
            with self.subTest(name):
                said = self.mistakes(text)
                self.assertTrue(said, name)
                self.assertIn(part, " ".join(said))

    def test_a_mistake_is_blamed_on_its_place_alone(self):
        text = '[[callbacks]]\ntype = "EarlyStopping"\nmonitor = "val_loss"\npatiense = 5\n[model]\ntype = "LSTMModel"\nhidden_size = 0\n'
        errors = list(self.validator.iter_errors(tomllib.loads(text)))
        self.assertLessEqual({"'patiense' was unexpected", "0 is less than the minimum of 1.0"},
                             {error.message.removeprefix("Additional properties are not allowed (").removesuffix(")") for error in errors})
        self.assertLessEqual({".".join(str(p) for p in error.absolute_path) for error in errors}, {"callbacks.0", "model.hidden_size"})

    def test_each_mistake_of_the_fixture_that_a_schema_can_see(self):
        text = (SOURCE / "tests/fixtures/config/eight_mistakes.toml").read_text()
        places = {".".join(str(p) for p in error.absolute_path) for error in self.validator.iter_errors(tomllib.loads(text))}
        self.assertEqual({"", "name", "device", "stages.slice_windows.window", "model.type", "stages.train.trainer.max_epochs", "callbacks.0"}, places)

    def test_options_say_what_they_mean(self):
        lstm = self.schema["$defs"]["model.LSTMModel"]["properties"]
        self.assertEqual(lstm["hidden_size"]["type"], "integer")
        self.assertEqual(lstm["hidden_size"]["default"], 128)
        self.assertTrue(lstm["hidden_size"]["description"])


if __name__ == "__main__":
    unittest.main()
