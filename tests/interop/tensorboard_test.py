"""TensorBoard, pandas and PyYAML read what the loggers write: `tensorboard_test.py build/bin/pipeline`.

The logs come from write_logs, which is beside the program, and from a small training of the program itself.
"""

import math

import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

import pandas
import torch
import yaml
from lightning.pytorch.callbacks import EarlyStopping, ModelCheckpoint
from tensorboard.backend.event_processing import event_accumulator, plugin_event_multiplexer
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.context import RequestContext
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups, metadata

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from workflow import WorkflowTest, head, slow_wave

PROGRAM = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/bin/pipeline")


def png_of_one_pixel() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\x40\x80\xc0")) + chunk(b"IEND", b"")


class WrittenLogs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        root = Path(cls.scratch.name)
        cls.png = png_of_one_pixel()
        (root / "pixel.png").write_bytes(cls.png)
        cls.log_dir = root / "logs"
        cls.version = cls.log_dir / "LSTMModel" / "version_0"
        cls.version.mkdir(parents=True)
        subprocess.run([PROGRAM.parent / "write_logs", cls.version, root / "pixel.png"], check=True)
        cls.events = event_accumulator.EventAccumulator(str(cls.version), size_guidance={"scalars": 0, "histograms": 0, "images": 0}).Reload()

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_scalars_are_read_as_lightnings_are(self):
        series = self.events.Scalars("train_loss_step")
        self.assertEqual([e.step for e in series], list(range(1000)))
        for event in series:
            self.assertAlmostEqual(event.value, 1 / (event.step + 1), delta=1e-7)
            self.assertGreater(event.wall_time, 1.7e9)
        self.assertEqual([(e.step, e.value) for e in self.events.Scalars("val_loss")], [(999, 0.5)])

    def test_hp_metric_is_a_placeholder_until_the_evaluation(self):
        self.assertEqual([(e.step, e.value) for e in self.events.Scalars("hp_metric")], [(0, -1.0), (999, 0.25)])

    def test_picture_and_histogram(self):
        (picture,) = self.events.Images("attention")
        self.assertEqual((picture.width, picture.height, picture.encoded_image_string), (1, 1, self.png))
        (histogram,) = self.events.Histograms("weights")
        value = histogram.histogram_value
        self.assertEqual(value.num, 1000)
        self.assertAlmostEqual(sum(value.bucket), 1000)
        self.assertEqual(value.min, -1.0)

    def test_the_hparams_values_parse(self):
        content = self.events.PluginTagToContent("hparams")
        start = metadata.parse_session_start_info_plugin_data(content["_hparams_/session_start_info"])
        self.assertEqual(start.hparams["hidden_size"].number_value, 128)
        self.assertEqual(start.hparams["lr"].number_value, 1e-5)
        self.assertEqual(start.hparams["model"].string_value, "LSTMModel")
        self.assertIs(start.hparams["bias"].bool_value, True)
        end = metadata.parse_session_end_info_plugin_data(content["_hparams_/session_end_info"])
        self.assertEqual(end.status, api_pb2.STATUS_SUCCESS)
        experiment = metadata.parse_experiment_plugin_data(content["_hparams_/experiment"])
        self.assertEqual({i.name: i.type for i in experiment.hparam_infos}["bias"], api_pb2.DATA_TYPE_BOOL)

    def test_the_hparams_tab_shows_the_run_with_its_metrics(self):
        multiplexer = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(str(self.log_dir)).Reload()
        provider = MultiplexerDataProvider(multiplexer, str(self.log_dir))
        context = backend_context.Context(base_plugin.TBContext(data_provider=provider, multiplexer=multiplexer))
        request = api_pb2.ListSessionGroupsRequest(
            allowed_statuses=[api_pb2.STATUS_UNKNOWN, api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE, api_pb2.STATUS_RUNNING],
            slice_size=10,
        )
        groups = list_session_groups.Handler(RequestContext(), context, "", request).run().session_groups
        self.assertEqual(len(groups), 1)
        metrics = {value.name.tag: value.value for value in groups[0].metric_values}
        self.assertEqual(metrics, {"hp_metric": 0.25, "val_loss": 0.5, "test_mse": 0.25, "test_mae": 0.125})
        self.assertEqual(groups[0].hparams["hidden_size"].number_value, 128)

    def test_hparams_yaml_gives_equal_values_of_equal_types(self):
        values = yaml.safe_load((self.version / "hparams.yaml").read_text())
        expected = {
            "hidden_size": 128, "lr": 1e-5, "model": "LSTMModel", "bias": True, "on": "off", "third": 1 / 3,
            "words": ["012", "1e5", "12:30:45", "two\nlines", "ünï", "it's", ""], "none": None,
        }  # fmt: skip
        self.assertEqual(values, expected)
        self.assertEqual({k: type(v) for k, v in values.items()}, {k: type(v) for k, v in expected.items()})
        self.assertEqual(list(values), sorted(values))

    def test_metrics_csv_keeps_every_digit(self):
        table = pandas.read_csv(self.version / "metrics.csv", dtype=str)
        self.assertEqual(list(table.columns), sorted(table.columns))
        self.assertEqual([float(x) for x in table["train_loss_step"].dropna()], [1 / (step + 1) for step in range(1000)])
        self.assertEqual([int(x) for x in table["step"][:1000]], list(range(1000)))
        last = table.iloc[-1]
        self.assertEqual((last["hp_metric"], last["test_mae"], last["step"]), ("0.25", "0.125", "999"))


WORKFLOW = head("small", ["load"], top={"split": [300, 100, 100]}, slices={"window": 12, "horizon": 2}) + """
[model]
type = "LSTMModel"
hidden_size = 4
num_layers = 1
[trainer]
max_epochs = 3
log_every_n_steps = 4
[[callbacks]]
type = "EarlyStopping"
monitor = "val_loss"
patience = 5
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
save_top_k = 2
save_last = true
filename = "LSTMModel-{epoch:02d}-{val_loss:.4f}"
[[callbacks]]
type = "LearningRateMonitor"
[[loggers]]
type = "TensorBoardLogger"
[[loggers]]
type = "CSVLogger"
[stages.train]
[stages.evaluate]
"""


class RealTraining(WorkflowTest):
    series = slow_wave(500)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_workflow(PROGRAM.resolve(), WORKFLOW)
        cls.version = cls.folder / "lightning_logs" / "LSTMModel" / "version_0"
        cls.events = event_accumulator.EventAccumulator(str(cls.version), size_guidance={"scalars": 0}).Reload()

    def test_curves_stand_at_lightnings_steps(self):
        steps = 3 * math.ceil((300 - 12 - 2 + 1) / 32)
        self.assertEqual([e.step for e in self.events.Scalars("val_loss")], [steps // 3 - 1, 2 * steps // 3 - 1, steps - 1])
        self.assertEqual([e.step for e in self.events.Scalars("train_loss_step")], list(range(3, steps, 4)))
        self.assertTrue(all(abs(e.value - 0.001) < 1e-9 for e in self.events.Scalars("lr-Adam")))

    def test_evaluation_adds_its_metrics(self):
        placeholder, metric = self.events.Scalars("hp_metric")
        self.assertEqual((placeholder.step, placeholder.value), (0, -1.0))
        self.assertGreater(metric.value, 0)
        self.assertEqual(len(self.events.Scalars("test_mse")), 1)
        self.assertEqual(len(list(self.version.glob("events.out.tfevents.*"))), 2)

    def test_the_hparams_name_workflow_and_stage(self):
        content = self.events.PluginTagToContent("hparams")
        start = metadata.parse_session_start_info_plugin_data(content["_hparams_/session_start_info"])
        self.assertEqual((start.hparams["workflow"].string_value, start.hparams["stage"].string_value), ("small", "train"))
        experiment = metadata.parse_experiment_plugin_data(content["_hparams_/experiment"])
        self.assertLessEqual({"workflow", "stage", "hidden_size"}, {info.name for info in experiment.hparam_infos})

    def test_the_model_can_be_built_from_hparams_yaml(self):
        values = yaml.safe_load((self.version / "hparams.yaml").read_text())
        expected = {"input_size": 1, "hidden_size": 4, "num_layers": 1, "output_size": 2, "lr": 0.001}
        self.assertEqual({key: values[key] for key in expected}, expected)

    def test_lightnings_callbacks_take_over_the_state(self):
        names = sorted(path.name for path in (self.version / "checkpoints").glob("*.ckpt"))
        self.assertEqual(len(names), 3)
        self.assertEqual(names[-1], "last.ckpt")
        for name in names[:-1]:
            self.assertRegex(name, r"^LSTMModel-epoch=0[0-2]-val_loss=\d\.\d{4}\.ckpt$")
        states = torch.load(self.version / "checkpoints" / "last.ckpt", weights_only=True)["callbacks"]
        stopping = EarlyStopping("val_loss", patience=1)
        stopping.load_state_dict(states[stopping.state_key])
        keeping = ModelCheckpoint(monitor="val_loss", save_top_k=2)
        keeping.dirpath = states[keeping.state_key]["dirpath"]
        keeping.load_state_dict(states[keeping.state_key])
        self.assertEqual(stopping.patience, 5)
        self.assertEqual(float(stopping.best_score), float(keeping.best_model_score))
        self.assertEqual(len(keeping.best_k_models), 2)
        self.assertIn(Path(keeping.best_model_path).name, names)


if __name__ == "__main__":
    unittest.main()
