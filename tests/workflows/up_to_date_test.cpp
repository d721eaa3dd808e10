#include <doctest/doctest.h>

#include <fstream>

#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "workflows/workflow_fixture.h"

using pipeline::format_count;
using pipeline::read_text;

TEST_CASE_FIXTURE(WorkflowFixture, "an unchanged workflow runs nothing again") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const Finished again = run();
  REQUIRE(again.status == 0);
  for (const char* stage : {"preprocess", "slice_windows", "train", "evaluate"})
    CHECK(contains(again.err, std::string("[") + stage + "] up to date"));
  CHECK_FALSE(exists("lightning_logs/LSTMModel/version_1"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a changed option runs its stage and those behind it, and is named") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const Finished changed = run({"--set", "optimizer.lr=0.02"});
  REQUIRE(changed.status == 0);
  CHECK(contains(changed.err, "[slice_windows] up to date"));
  CHECK(contains(changed.err, "[train] optimizer.lr changed from 0.01 to 0.02"));
  CHECK(contains(changed.err, "[evaluate] train gives something else"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "what cannot change the result runs nothing again") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const Finished changed = run({"--set", "loader.num_workers=2", "--set", "trainer.log_every_n_steps=1"});
  CHECK(contains(changed.err, "[train] up to date"));
  const Finished watched =
      run({"--set",
           "callbacks=[{ type = \"ProgressBar\" }, { type = \"ModelCheckpoint\", monitor = \"val_loss\", save_top_k = 1, "
           "filename = \"LSTMModel-{epoch:02d}-{val_loss:.4f}\" }]"});
  CHECK(contains(watched.err, "[train] up to date"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a removed checkpoint is made again") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  std::filesystem::remove_all(path() / "lightning_logs");
  const Finished again = run();
  REQUIRE(again.status == 0);
  CHECK(contains(again.err, "is gone"));
}

namespace {

/// As a disk may do after a power cut: the same size, and zeros from this place on.
void zero_from(const std::filesystem::path& file, std::streamoff place) {
  std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(0, std::ios::end);
  const std::string zeros(static_cast<std::size_t>(out.tellp() - place), '\0');
  out.seekp(place).write(zeros.data(), static_cast<std::streamsize>(zeros.size()));
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "a file of another size than was written makes its stage run again") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const auto file = path() / "runs/small/evaluate/predictions.csv";
  const std::string whole = read_text(file);
  std::filesystem::resize_file(file, 100);
  const Finished again = run();
  REQUIRE(again.status == 0);
  CHECK(contains(again.err,
                 "[evaluate] " + file.string() + " has 100 bytes, not the " + format_count(std::ssize(whole)) + " that were written"));
  CHECK(contains(again.err, "[train] up to date"));
  CHECK(read_text(file) == whole);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a stage never reads a damaged file: the stage that wrote it runs first") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const auto file = path() / "runs/small/preprocess/series.npy";
  const std::string whole = read_text(file);
  zero_from(file, 256);
  REQUIRE(read_text(file) != whole);
  const std::string sentence = file.string() + " is not what was written: it is damaged, or someone changed it";

  const Finished alone = run({"--stage", "train", "--set", "optimizer.lr=0.02"});
  CHECK(alone.status == 2);
  CHECK(contains(alone.err, "stage \"train\": " + sentence + ": run that stage again with --stage preprocess --force"));

  const Finished again = run({"--set", "optimizer.lr=0.02"});
  REQUIRE(again.status == 0);
  CHECK(contains(again.err, "[preprocess] " + sentence));
  CHECK(contains(again.err, "[slice_windows] up to date"));
  CHECK(contains(again.err, "[train] optimizer.lr changed from 0.01 to 0.02"));
  CHECK(read_text(file) == whole);

  zero_from(file, 256);
  REQUIRE(run({"--stage", "preprocess", "--force"}).status == 0);
  CHECK(read_text(file) == whole);
  CHECK(run({"--stage", "train", "--set", "optimizer.lr=0.03"}).status == 0);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a checkpoint that was changed is trained again before it is measured") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const auto folder = path() / "lightning_logs/LSTMModel/version_0/checkpoints";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) zero_from(entry.path(), 64);
  const Finished again = run({"--set", "stages.evaluate.splits=[\"val\"]"});
  REQUIRE(again.status == 0);
  CHECK(contains(again.err, ".ckpt is not what was written"));
  CHECK(exists("lightning_logs/LSTMModel/version_1"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "data that change within the time step of the file system are read again") {
  workflow(small_training);
  const auto data = path() / "small.csv";
  REQUIRE(run().status == 0);
  const auto modified = std::filesystem::last_write_time(data);
  std::string text = read_text(data);
  const std::size_t digit = text.find_last_of("0123456789");
  text[digit] = text[digit] == '5' ? '6' : '5';
  std::ofstream(data, std::ios::binary) << text;
  std::filesystem::last_write_time(data, modified);
  CHECK(contains(run().err, "[preprocess] the file of source changed"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a checkpoint that is named is measured again when its file changes") {
  workflow(small_training);
  const std::vector<std::string> named{"--set", "stages.evaluate.checkpoint=mine.ckpt"};
  const Finished missing = run(named);
  CHECK(missing.status == 2);
  CHECK(contains(missing.err, "checkpoint: no such file: "));
  REQUIRE(run().status == 0);
  CHECK(contains(run({"--set", "stages.evaluate.checkpoint=last"}).err, "[evaluate] checkpoint changed from \"best\" to \"last\""));
  const auto take = [&](const std::string& logs) {
    std::filesystem::copy_file(path() / logs / "LSTMModel/version_0/checkpoints/last.ckpt", path() / "mine.ckpt",
                               std::filesystem::copy_options::overwrite_existing);
  };
  take("lightning_logs");
  REQUIRE(run(named).status == 0);
  CHECK(contains(run(named).err, "[evaluate] up to date"));
  REQUIRE(run({"--set", "seed=1", "--set", "run_dir=other", "--set", "log_dir=other_logs"}).status == 0);
  take("other_logs");
  CHECK(contains(run(named).err, "[evaluate] the file of checkpoint changed"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "changed data runs everything again") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  write("small.csv", read("small.csv") + "2024-01-17 16:00:00,10.0,20.0\n");
  CHECK(contains(run().err, "[preprocess] the file of source changed"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "--dry-run and graph say what would run, and write nothing") {
  workflow(small_training);
  const Finished dry = run({"--dry-run"});
  REQUIRE(dry.status == 0);
  CHECK(contains(dry.out, "it has not run yet"));
  CHECK_FALSE(exists("runs"));
  REQUIRE(run().status == 0);
  CHECK(contains(pipeline({"graph", "workflow.toml"}).out, "up to date"));
  CHECK(contains(pipeline({"graph", "workflow.toml", "--set", "slice_windows.window=12"}).err, "--set"));
  CHECK(contains(pipeline({"graph", "workflow.toml", "--set", "stages.slice_windows.window=12"}).out, "window changed from 24 to 12"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "--until and --from run parts of the graph") {
  workflow(small_training);
  REQUIRE(run({"--until", "slice_windows"}).status == 0);
  CHECK(exists("runs/small/slice_windows/windows.json"));
  CHECK_FALSE(exists("runs/small/train"));
  const Finished rest = run({"--from", "train"});
  REQUIRE(rest.status == 0);
  CHECK_FALSE(contains(rest.err, "[preprocess]"));
  CHECK(exists("runs/small/evaluate/metrics.json"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a run that goes on from results of another workflow says what differs") {
  workflow(small_training);
  REQUIRE(run({"--until", "train"}).status == 0);
  CHECK_FALSE(contains(run({"--from", "train"}).err, "not among those asked for"));
  REQUIRE(run({"--until", "preprocess", "--set", "stages.preprocess.target=[\"heat\"]"}).status == 0);
  const Finished stale = run({"--from", "slice_windows"});
  CHECK(stale.status == 0);
  CHECK_MESSAGE(contains(stale.err,
                         "warning: these results are of a workflow with other options, and this run takes them, since their stages are not "
                         "among those asked for: [preprocess] target changed from [\"heat\"] to [\"load\"]. Leave out --stage or --from to "
                         "make them anew"),
                stale.err);
  const Finished set = run({"--stage", "train", "--set", "stages.slice_windows.window=20"});
  CHECK(contains(set.err, "[slice_windows] window changed from 24 to 20"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "--from with --until runs the stages from the one to the other") {
  workflow(small_training);
  REQUIRE(run({"--until", "preprocess"}).status == 0);
  const Finished range = run({"--from", "slice_windows", "--until", "train"});
  REQUIRE_MESSAGE(range.status == 0, range.err);
  CHECK_FALSE(contains(range.err, "[preprocess]"));
  CHECK(exists("runs/small/train/train.json"));
  CHECK_FALSE(exists("runs/small/evaluate"));
  const Finished one = run({"--from", "train", "--until", "train", "--force"});
  CHECK(contains(one.err, "[train] --force"));
  CHECK_FALSE(contains(one.err, "[slice_windows]"));
  const Finished backwards = run({"--from", "train", "--until", "preprocess"});
  CHECK(backwards.status == 2);
  CHECK_MESSAGE(contains(backwards.err, "--from train --until preprocess: no stage lies between, as preprocess needs nothing of train"),
                backwards.err);
  const Finished both = run({"--stage", "train", "--until", "evaluate"});
  CHECK(both.status == 2);
  CHECK(contains(both.err, "--stage runs one stage, --from and --until run a range: give the one or the other"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "data of the same length, or scaled otherwise, are trained on again") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  std::string csv = read("small.csv");
  const std::size_t point = csv.find('.', csv.find('\n'));
  csv[point + 1] = csv[point + 1] == '5' ? '6' : '5';
  write("small.csv", csv);
  const Finished changed = run();
  REQUIRE_MESSAGE(changed.status == 0, changed.err);
  for (const char* stage : {"preprocess", "slice_windows", "train", "evaluate"})
    CHECK_MESSAGE(!contains(changed.err, std::string("[") + stage + "] up to date"), changed.err);
  const Finished scaled = run({"--set", "stages.preprocess.scaler=minmax"});
  REQUIRE_MESSAGE(scaled.status == 0, scaled.err);
  CHECK_MESSAGE(contains(scaled.err, "[train] slice_windows gives something else"), scaled.err);
  CHECK(contains(run({"--set", "stages.preprocess.scaler=minmax"}).err, "[train] up to date"));
}
