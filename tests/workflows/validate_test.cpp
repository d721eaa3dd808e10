#include <doctest/doctest.h>

#include "workflows/search_fixture.h"

using namespace pipeline;

TEST_CASE_FIXTURE(WorkflowFixture, "validate finds at once what a run would find one by one, and does none of the work") {
  write("small.csv", read("small.csv"));
  write("workflow.toml", R"(name = "small"
device = "cuda:999"
[stages.preprocess]
source = "small.csv"
delimiter = ";;"
time_column = "time"
features = []
target = ["load"]
frequency = "15mim"
transform = { load = "lgo" }
[stages.slice_windows]
window = 12
horizon = 3
[model]
type = "LinearModel"
[optimizer]
type = "Adam"
betas = [0.9]
[scheduler]
type = "ReduceLROnPlateau"
monitor = "val_mase"
[trainer]
max_time = "2h"
limit_train_batches = 1.5
fast_dev_run = "yes"
[[callbacks]]
type = "EarlyStopping"
monitor = "val_los"
check_on_train_epoch_end = "no"
[[callbacks]]
type = "ModelCheckpoint"
filename = "{epoch"
save_last = "lnik"
[[callbacks]]
type = "Timer"
duration = "1:00"
[stages.train]
[stages.evaluate]
splits = []
[stages.optimize]
rng = "optuna"
workers = 3
[stages.optimize.sampler]
type = "GridSampler"
[stages.optimize.search]
"optimizer.lr" = { low = 1e-3, high = 1e-1 }
)");
  const Finished validated = pipeline({"validate", "workflow.toml"});
  CHECK(validated.status == 2);
  for (const char* mistake :
       {":2:10: device = \"cuda:999\": CUDA devices on this machine: ",
        ":5:13: preprocess: delimiter takes one character, such as \";\", got \";;\"",
        ":7:12: preprocess: features is empty: give at least one",
        ":9:13: preprocess: frequency takes infer, none, business_day, a step or a day of the months, such as \"15min\", got \"15mim\"",
        ":10:1: preprocess: transform of \"load\" takes one of none, log, diff, log_return, got \"lgo\"; did you mean \"log\"?",
        ":18:9: Adam: betas takes 2 numbers of at least 0 and below 1, got 1",
        ":21:11: ReduceLROnPlateau: monitor is \"val_mase\", which no training measures; did you mean \"val_mae\"? (it measures "
        "train_loss, ",
        ":23:12: [trainer]: max_time takes days:hours:minutes:seconds, such as \"00:02:30:00\", got \"2h\"",
        ":24:23: [trainer]: limit_train_batches takes an integer or a share (a float of at most 1) of at least 0, got 1.5",
        ":25:16: [trainer]: fast_dev_run takes true, false or an integer of at least 0, got a string (\"yes\")",
        ":28:11: EarlyStopping: monitor is \"val_los\", which no training measures; did you mean \"val_loss\"?",
        ":29:28: EarlyStopping: check_on_train_epoch_end takes true or false, got a string (\"no\")",
        ":32:12: ModelCheckpoint: filename takes a name in which {metric} or {metric:.4f} is filled in, such as ",
        ":33:13: ModelCheckpoint: save_last takes true or false, or link, got \"lnik\"; did you mean \"link\"?",
        ":36:12: Timer: duration takes days:hours:minutes:seconds, such as \"00:02:30:00\", got \"1:00\"",
        ":39:10: evaluate: splits is empty: give at least one of train, val, test",
        ":42:11: optimize: rng = \"optuna\" draws in sequence in one process, several would draw the same: write workers = \"auto\" or 1 "
        "with it, not 3",
        ":46:1: search: GridSampler cannot enumerate the continuous range of optimizer.lr: give it a step or choices"}) {
    CHECK_MESSAGE(contains(validated.err, std::string("error: workflow.toml") + mistake), validated.err);
  }
  CHECK(run().err == validated.err);
  CHECK_FALSE(exists("runs"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a CUDA device is one that the driver counts") {
  workflow(small_training);
  const auto validated = [&](const std::string& device) {
    return pipeline_program({"validate", "workflow.toml", "--set", "device=" + device}, path(),
                            {"LD_LIBRARY_PATH=" BUILD_DIR "/tests/cuda_driver"});
  };
  CHECK(validated("cuda").status == 0);
  CHECK(validated("cuda:1").status == 0);
  CHECK(contains(validated("cuda:2").err, "--set device: device = \"cuda:2\": CUDA devices on this machine: 2; write auto or cpu"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "windows longer than the data are found before the data are read") {
  workflow(small_training);
  const Finished validated = pipeline({"validate", "workflow.toml", "--set", "stages.slice_windows.window=100000"});
  CHECK(validated.status == 2);
  CHECK(contains(validated.err, "--set stages.slice_windows.window: slice_windows: no window fits into the train split: it has at most "));
}

TEST_CASE_FIXTURE(WorkflowFixture, "targets whose columns in predictions.csv would have one name are refused") {
  write("small.csv", "time,step,load,load_pred\n2020-01-01,1,2,3\n");
  workflow(small_training);
  const auto mistakes = [&](const std::string& targets) {
    return pipeline({"validate", "workflow.toml", "--set", "stages.preprocess.features=load", "--set",
                     "split=[\"2020-01-02\", \"2020-01-03\"]", "--set", "stages.preprocess.target=" + targets})
        .err;
  };
  const std::string place = "error: --set stages.preprocess.target: the target ", cure = ": rename the column in the source file";
  CHECK(contains(mistakes("[\"step\"]"),
                 place + "\"step\" would have the heading step in predictions.csv, which every such file has" + cure));
  CHECK(contains(mistakes("[\"load\", \"load_pred\"]"),
                 place + "\"load_pred\" would have the heading load_pred in predictions.csv, which belongs to the target \"load\"" + cure));
  CHECK(mistakes("[\"load\"]").empty());
  CHECK(mistakes("[\"load_pred\"]").empty());
}
