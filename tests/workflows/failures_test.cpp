#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <csignal>

#include "support/eventually.h"
#include "workflows/workflow_fixture.h"

namespace {

/// Whether a training has ended its first epoch.
bool has_resume_point(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder)) return false;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".ckpt") return true;
  return false;
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "eight different mistakes are eight located messages, exit 2, and nothing is written") {
  write("workflow.toml", R"(name = "small"
sead = 1
[stages.preprocess]
source = "smal.csv"
time_column = "time"
features = ["load"]
target = ["load"]
gaps = "ignore"
[stages.slice_windows]
window = "long"
horizon = 0
[model]
type = "LSTMModl"
[trainer]
accelerator = "gpu"
[[callbacks]]
type = "EarlyStopping"
patiense = 3
[stages.train]
)");
  const Finished run = this->run();
  CHECK(run.status == 2);
  const char* const places[] = {"workflow.toml:2:1: ",   "workflow.toml:4:10: ", "workflow.toml:8:8: ",  "workflow.toml:10:10: ",
                                "workflow.toml:11:11: ", "workflow.toml:13:8: ", "workflow.toml:15:1: ", "workflow.toml:18:1: "};
  for (const char* place : places) CHECK_MESSAGE(contains(run.err, std::string("error: ") + place), run.err);
  CHECK(contains(run.err, "did you mean \"seed\"?"));
  CHECK(contains(run.err, "did you mean \"LSTMModel\"?"));
  CHECK(contains(run.err, "did you mean \"patience\"?"));
  CHECK(contains(run.err, "device"));
  CHECK_FALSE(exists("runs"));
  CHECK_FALSE(exists("lightning_logs"));
  CHECK(pipeline({"validate", "workflow.toml"}).err == run.err);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a part of a model's name is answered with the model whose name is closest") {
  workflow("[stages.train]\nmodel = { type = \"LinearModel\" }\n");
  const Finished validated = pipeline({"validate", "workflow.toml", "--set", "stages.train.model.type=LSTM"});
  CHECK(validated.status == 2);
  CHECK(contains(validated.err, "unknown model \"LSTM\"; did you mean \"LSTMModel\"?"));
  CHECK(contains(pipeline({"describe", "LSTM"}).err, "there is no component \"LSTM\"; did you mean \"LSTMModel\"?"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a forgotten --plugin-path is named where a component is unknown") {
  const std::string plugins = BUILD_DIR "/tests/plugins/greedy_model";
  workflow("[model]\ntype = \"GreedyModel\"\n[trainer]\nmax_epochs = 1\n[stages.train]\n");
  const Finished first = pipeline({"validate", "workflow.toml"});
  CHECK(first.status == 2);
  CHECK_MESSAGE(
      contains(first.err, "error: if a plugin of yours gives \"GreedyModel\", name its folder with --plugin-path DIR or [plugins] path\n"),
      first.err);
  REQUIRE(run({"--plugin-path", plugins}).status == 0);
  const Finished forgotten = run();
  CHECK(forgotten.status == 2);
  CHECK_MESSAGE(contains(forgotten.err, "error: \"GreedyModel\" came from " + plugins +
                                            "/libgreedy_model.so in the last run: give --plugin-path " + plugins + "\n"),
                forgotten.err);

  const std::string last = json("runs/small/train/train.json").at("last").as_string();
  const std::vector<std::string> words{"predict", "--checkpoint", last, "--input", "small.csv"};
  const Finished predicted = pipeline(words);
  CHECK(predicted.status == 5);
  CHECK_MESSAGE(contains(predicted.err,
                         "its model \"GreedyModel\" is in no plugin that was found; it was trained with libgreedy_model.so: "
                         "name the folder of that library with --plugin-path DIR"),
                predicted.err);
  CHECK(pipeline({"predict", "--checkpoint", last, "--input", "small.csv", "--plugin-path", plugins}).status == 0);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a value given to a table that every stage replaces is a mistake") {
  workflow("[stages.train]\nmodel = { type = \"LinearModel\" }\n[stages.evaluate]\n");
  const Finished validated = pipeline({"validate", "workflow.toml", "--set", "model.type=GRUModel"});
  CHECK(validated.status == 2);
  CHECK(
      contains(validated.err,
               "--set model.type: no stage takes [model]; set it in the table of a stage that trains: --set stages.train.model.type=..."));
  CHECK(pipeline({"validate", "workflow.toml", "--set", "stages.train.model.type=GRUModel"}).status == 0);
}

TEST_CASE_FIXTURE(WorkflowFixture, "with --json mistakes are a result too") {
  workflow("[model]\ntype = \"LSTMModle\"\n[stages.train]\n");
  const Finished validated = pipeline({"validate", "workflow.toml", "--json"});
  CHECK(validated.status == 2);
  const pipeline::Value said = pipeline::from_json(validated.out, "validate");
  CHECK(said.at("valid") == pipeline::Value(false));
  REQUIRE(said.at("mistakes").as_list().size() == 1);
  CHECK(contains(said.at("mistakes").as_list().front().as_string(), "unknown model \"LSTMModle\"; did you mean \"LSTMModel\"?"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a transform of a column that is not there is found before any work") {
  workflow(small_training);
  const Finished validated = pipeline({"validate", "workflow.toml", "--set", "stages.preprocess.transform={ lod = \"log\" }"});
  CHECK(validated.status == 2);
  CHECK(contains(validated.err, "no column \"lod\" in small.csv; did you mean \"load\"?"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a stage whose input was never made names the stage to run first") {
  workflow(small_training);
  const Finished run = this->run({"--stage", "train"});
  CHECK(run.status == 2);
  CHECK(contains(
      run.err, "stage \"train\" needs the windows of stage \"slice_windows\", which has not run: run it first with --until slice_windows"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "an unknown stage or flag is refused with the nearest name") {
  workflow(small_training);
  CHECK(contains(run({"--stage", "trian"}).err, "did you mean \"train\"?"));
  const Finished flag = run({"--stge", "train"});
  CHECK(flag.status == 2);
  CHECK(contains(flag.err, "unknown flag --stge; did you mean \"--stage\"?"));
  CHECK(pipeline({"rum", "workflow.toml"}).status == 2);
  CHECK(contains(pipeline({"rum", "workflow.toml"}).err, "unknown verb \"rum\"; did you mean \"run\"? See pipeline --help"));
  CHECK(contains(pipeline({"qqqqqq"}).err, "unknown verb \"qqqqqq\". See pipeline --help"));
  CHECK(contains(run({"--stage", "qqqqqq"}).err, "--stage qqqqqq: the workflow has no such stage. It has preprocess, "));
  CHECK(run({"--stage", "train", "--from", "train"}).status == 2);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a bad cell is exit 4 and names file, line, column and text") {
  workflow(small_training);
  std::string csv = read("small.csv");
  csv.replace(csv.find(",", csv.find("2024-01-02 00")) + 1, 2, "1x");
  write("small.csv", csv);
  const Finished run = this->run();
  CHECK(run.status == 4);
  CHECK_MESSAGE(contains(run.err, "small.csv:26"), run.err);
  CHECK(contains(run.err, "load"));
  CHECK(contains(run.err, "1x"));
  CHECK(contains(run.err, "stage \"preprocess\""));
  CHECK_FALSE(exists("runs/small/preprocess"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a monitor that nothing measures is found before anything is logged") {
  workflow(small_training);
  const Finished run = this->run({"--set", "callbacks.ModelCheckpoint.monitor=val_los"});
  CHECK(run.status == 2);
  CHECK(contains(run.err, "ModelCheckpoint: monitor is \"val_los\", which no training measures; did you mean \"val_loss\"?"));
  CHECK_FALSE(exists("runs"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a monitor that this training does not measure is found before anything is logged") {
  workflow(small_training);
  const Finished run = this->run({"--set", "trainer.limit_val_batches=0"});
  CHECK(run.status == 2);
  CHECK(contains(run.err,
                 "ModelCheckpoint monitors \"val_loss\", which this training does not measure, as it has no validation: give `split` rows "
                 "for it, let limit_val_batches be above 0, or leave out ModelCheckpoint"));
  CHECK_FALSE(exists("lightning_logs"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a diverging training is exit 5 and says what helps") {
  workflow(small_training);
  const Finished run = this->run({"--set", "optimizer.type=SGD", "--set", "optimizer.lr=1e30", "--set", "model.type=LinearModel"});
  CHECK_MESSAGE(run.status == 5, run.err);
  CHECK(contains(run.err, "lr"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a stage in use by another run is exit 6 and names its holder") {
  workflow(small_training);
  REQUIRE(run({"--until", "slice_windows"}).status == 0);
  const int lock = ::open((path() / "runs/small/.train.lock").c_str(), O_RDWR | O_CREAT, 0644);
  REQUIRE(::flock(lock, LOCK_EX) == 0);
  REQUIRE(::write(lock, "here, process 1", 15) == 15);
  const Finished run = this->run();
  ::close(lock);
  CHECK(run.status == 6);
  CHECK(contains(run.err, "in use by another run (here, process 1)"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "the series that a training reads cannot be rewritten by another run meanwhile") {
  workflow(small_training);
  Program training(std::filesystem::path(BUILD_DIR) / "bin" / "pipeline", {"run", "workflow.toml", "--set", "trainer.max_epochs=1000000"},
                   path());
  REQUIRE(training.says("parameters"));
  const Finished other = run({"--stage", "preprocess", "--force"});
  CHECK(other.status == 6);
  CHECK(contains(other.err, "stage \"preprocess\" is in use by another run"));
  training.signal(SIGTERM);
  CHECK(training.wait().status == 143);
}

TEST_CASE_FIXTURE(WorkflowFixture, "SIGINT and SIGTERM end a training with its state saved") {
  workflow(small_training);
  for (const auto& [number, status] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    Program program(std::filesystem::path(BUILD_DIR) / "bin" / "pipeline",
                    {"run", "workflow.toml", "--set", "trainer.max_epochs=1000000", "--set", "name=run" + std::to_string(status)}, path());
    const std::string folder = "runs/run" + std::to_string(status);
    REQUIRE_MESSAGE(eventually([&] { return has_resume_point(path() / folder / ".train.lasting") || !program.runs(); }),
                    program.err_so_far());
    program.signal(number);
    const Finished end = program.wait();
    CHECK(end.status == status);
    CHECK_MESSAGE(contains(end.err, "--resume"), end.err);
    CHECK_FALSE(exists(folder + "/train"));
  }
}

TEST_CASE_FIXTURE(WorkflowFixture,
                  "the folder of checkpoints is relative to the file that names it, or given by --set to the current folder") {
  std::filesystem::create_directory(path() / "deep");
  workflow(small_training);
  std::string text = read("workflow.toml");
  text.replace(text.find("small.csv"), 9, "../small.csv");
  text.insert(text.find("save_top_k"), "dirpath = \"mine\"\n");
  write("deep/workflow.toml", text);
  REQUIRE(pipeline({"run", "deep/workflow.toml", "--until", "train"}).status == 0);
  CHECK(exists("deep/mine"));
  CHECK_FALSE(exists("mine"));
  REQUIRE(
      pipeline({"run", "deep/workflow.toml", "--until", "train", "--force", "--set", "callbacks.ModelCheckpoint.dirpath=here"}).status ==
      0);
  CHECK(exists("here"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a training that has gone beyond the limit asked for is not continued under it") {
  workflow(small_training);
  REQUIRE(run({"--until", "train"}).status == 0);
  const Finished fewer = run({"--stage", "train", "--resume", "--set", "trainer.max_epochs=1"});
  CHECK(fewer.status == 2);
  CHECK_MESSAGE(contains(fewer.err,
                         "has done 2 epochs already, more than trainer.max_epochs = 1: raise it, or train from the start without "
                         "--resume"),
                fewer.err);
  CHECK(run({"--stage", "train", "--resume", "--set", "trainer.max_epochs=3"}).status == 0);
}

TEST_CASE_FIXTURE(WorkflowFixture, "drawing ends at a signal too, and leaves no half report") {
  workflow(std::string(small_training) +
           "[stages.visualize]\nnext_forecast = false\nexamples = 60\nwidth = 4000\nheight = 4000\nscale = 1\n");
  REQUIRE(run({"--until", "evaluate"}).status == 0);
  Program drawing(std::filesystem::path(BUILD_DIR) / "bin" / "pipeline", {"run", "workflow.toml"}, path());
  REQUIRE_MESSAGE(drawing.says("[visualize] it has not run yet"), drawing.err_so_far());
  drawing.signal(SIGINT);
  const Finished end = drawing.wait();
  CHECK(end.status == 130);
  CHECK(contains(end.err, "stage \"visualize\": interrupted while drawing; run it again with --stage visualize"));
  CHECK_FALSE(exists("runs/small/visualize"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a broken plugin library is named and stops nothing else") {
  workflow(small_training);
  std::filesystem::create_directory(path() / "more");
  write("more/libtext.so", "no library at all");
  const Finished run = this->run({"--plugin-path", "more"});
  CHECK(run.status == 0);
  CHECK(contains(run.err, "libtext.so: not-a-plugin: is not a pipeline plugin"));
  CHECK(contains(pipeline({"plugins", "--plugin-path", "more"}).out, "broken: "));
}
