#include <doctest/doctest.h>

#include "workflows/workflow_fixture.h"

TEST_CASE_FIXTURE(WorkflowFixture, "a workflow runs from a CSV file to metrics, and says where everything is") {
  workflow(small_training);
  const Finished run = this->run();
  REQUIRE_MESSAGE(run.status == 0, run.err);
  CHECK(contains(run.err, (path() / "runs" / "small").string()));
  CHECK(contains(run.out, "tensorboard --logdir " + (path() / "lightning_logs").string()));
  for (const char* file : {"preprocess/series.npy", "preprocess/manifest.json", "slice_windows/windows.json", "train/train.json",
                           "evaluate/metrics.json", "evaluate/predictions.csv", "history.jsonl", "run.log"}) {
    CHECK_MESSAGE(exists(std::string("runs/small/") + file), file);
  }
  const auto metrics = json("runs/small/evaluate/metrics.json");
  for (const char* name : {"test_loss", "test_mse", "test_mae", "test_rmse", "test_mape", "test_r2", "avg_test_abs_accuracy",
                           "test_windows", "naive_mse", "naive_mae"}) {
    CHECK_MESSAGE(metrics.find(name), name);
  }
}

TEST_CASE_FIXTURE(WorkflowFixture, "the same workflow gives the same bytes of weights and predictions") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const std::string first = read(json("runs/small/train/train.json").at("best").as_string().substr(path().string().size() + 1));
  const std::string predictions = read("runs/small/evaluate/predictions.csv");
  std::filesystem::remove_all(path() / "lightning_logs");  // a checkpoint names its own folder: the same version again
  REQUIRE(run({"--force"}).status == 0);
  CHECK(read(json("runs/small/train/train.json").at("best").as_string().substr(path().string().size() + 1)) == first);
  CHECK(read("runs/small/evaluate/predictions.csv") == predictions);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a single stage gives what the whole run gives") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const std::string whole = read("runs/small/evaluate/predictions.csv");
  REQUIRE(run({"--stage", "train", "--force"}).status == 0);
  REQUIRE(run({"--stage", "evaluate", "--force"}).status == 0);
  CHECK(read("runs/small/evaluate/predictions.csv") == whole);
}

TEST_CASE_FIXTURE(WorkflowFixture, "--json gives the result on stdout and nothing else") {
  workflow(small_training);
  const Finished run = this->run({"--json"});
  REQUIRE(run.status == 0);
  write("result.json", run.out);
  CHECK(json("result.json").at("stages").at("evaluate").at("ran") == pipeline::Value(true));
}

TEST_CASE_FIXTURE(WorkflowFixture, "version folders count up, one for each training") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  REQUIRE(run({"--set", "seed=1"}).status == 0);
  CHECK(exists("lightning_logs/LSTMModel/version_0/hparams.yaml"));
  CHECK(exists("lightning_logs/LSTMModel/version_1/hparams.yaml"));
  const Finished runs = pipeline({"runs", "workflow.toml"});
  CHECK(contains(runs.out, "  seed\n"));  // the one option in which they differ
  CHECK(contains(runs.out, "version_0  3407\n"));
  CHECK(contains(runs.out, "version_1  1\n"));
  CHECK(contains(runs.out, "version_0"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a training's record and its log say which kernels ran") {
  workflow(small_training);
  const std::vector<std::string> arguments{"run",   "workflow.toml",        "--until",     "train",
                                           "--set", "trainer.max_epochs=1", "--log-level", "debug"};
  const Finished ran = pipeline_program(arguments, path(), {"PIPELINE_CPU_CAPABILITY=default"});
  REQUIRE_MESSAGE(ran.status == 0, ran.err);
  const std::string kernels = json("runs/small/train/train.json").at("kernels").as_string();
  CHECK(kernels.ends_with(", default"));
  CHECK(json("runs/small/train/manifest.json").at("fields").at("kernels").as_string() == kernels);
  CHECK(contains(ran.err, "kernels of LSTM and GRU on a CPU: " + kernels));

  std::vector<std::string> quieter = arguments;
  quieter.back() = "info";
  const Finished again = pipeline_program(quieter, path(), {"PIPELINE_CPU_CAPABILITY"});
  REQUIRE_MESSAGE(again.status == 0, again.err);
  const std::string version = pipeline({"--version"}).out, best = json("runs/small/train/train.json").at("kernels").as_string();
  CHECK(contains(version, "kernels " + best.substr(best.find(' ') + 1) + ")"));
  CHECK_FALSE(contains(again.err, "kernels of LSTM and GRU"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a training shows its progress where no callback is listed for it, and a search does not") {
  workflow(std::string(small_training) +
           "[stages.optimize]\nn_trials = 2\n[stages.optimize.search]\n\"optimizer.lr\" = { low = 0.001, high = 0.1 }\n");
  const Finished shown = run();
  REQUIRE_MESSAGE(shown.status == 0, shown.err);
  CHECK(contains(shown.err, "epoch 1/2: train_loss "));
  CHECK(contains(shown.err, "epoch 2/2: train_loss "));
  const std::string log = read("runs/small/run.log");
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = log.find("epoch 1/2:", at)) != std::string::npos; ++at) ++lines;
  CHECK(lines == 1);  // the training's; a trial shows one line of its own

  const Finished silent = run({"--set", "trainer.enable_progress_bar=false"});
  CHECK_MESSAGE(contains(silent.err, "[train] up to date"), silent.err);
  const Finished off = run({"--set", "trainer.enable_progress_bar=false", "--stage", "train", "--force"});
  REQUIRE(off.status == 0);
  CHECK_FALSE(contains(off.err, "epoch 1/2"));
  const Finished quiet = run({"--quiet", "--stage", "train", "--force"});
  CHECK_FALSE(contains(quiet.err, "epoch 1/2"));
  const Finished listed = run({"--stage", "train", "--force", "--set", "callbacks=[{ type = \"ProgressBar\", refresh_rate = 0 }]"});
  REQUIRE_MESSAGE(listed.status == 0, listed.err);
  CHECK_FALSE(contains(listed.err, "epoch 1/2"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "runs tells no option of a stage that was no part of the run") {
  workflow(small_training);
  REQUIRE(run({"--until", "preprocess", "--set", "optimizer.lr=0.5"}).status == 0);
  REQUIRE(run({"--until", "slice_windows", "--set", "stages.slice_windows.window=20"}).status == 0);
  REQUIRE(run({"--until", "slice_windows", "--set", "stages.slice_windows.window=22"}).status == 0);
  const std::string table = pipeline({"runs", "workflow.toml"}).out;
  CHECK_FALSE(contains(table, "lr"));
  CHECK_MESSAGE(contains(table, "slice_windows.window"), table);
  CHECK_MESSAGE(contains(table, "-        -"), table);
}
