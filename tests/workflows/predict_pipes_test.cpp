#include <doctest/doctest.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "pipeline/data/format.h"
#include "support/eventually.h"
#include "workflows/workflow_fixture.h"

TEST_CASE_FIXTURE(WorkflowFixture, "a forecast goes into a pipe, and not over a folder") {
  workflow(small_training);
  REQUIRE(run({"--until", "train"}).status == 0);
  const auto to = [&](const std::string& output) {
    return std::vector<std::string>{"predict", "--checkpoint", best_checkpoint(), "--input", "small.csv", "--output", output};
  };
  const Finished refused = pipeline(to("runs"));
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "--output runs is a folder: name a file"));
  const std::filesystem::path pipe = path() / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  Program reader("/bin/cat", {"pipe"}, path());
  CHECK(pipeline(to("pipe")).status == 0);
  CHECK(reader.wait().out.starts_with("origin,time,step,load_pred\n"));
  CHECK(std::filesystem::is_fifo(pipe));
}

TEST_CASE_FIXTURE(WorkflowFixture, "predict reads stdin and writes stdout") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const Finished from_file = pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "small.csv"});
  const std::filesystem::path program = std::filesystem::path(BUILD_DIR) / "bin" / "pipeline";
  const std::string command = program.string() + " predict --checkpoint " + best_checkpoint() + " --input - --output - < small.csv";
  const Finished piped = Program("/bin/sh", {"-c", command}, path()).wait();
  REQUIRE_MESSAGE(piped.status == 0, piped.err);
  CHECK(piped.out == from_file.out);
  const Finished empty =
      Program("/bin/sh", {"-c", program.string() + " predict --checkpoint " + best_checkpoint() + " --input - < /dev/null"}, path()).wait();
  CHECK(empty.status == 4);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a mistake in what a pipe gives is told by the name that the user wrote") {
  workflow(small_training);
  REQUIRE(run({"--until", "train"}).status == 0);
  const std::string program = BUILD_DIR "/bin/pipeline predict --checkpoint " + best_checkpoint() + " --input ";
  const auto said = [&](const std::string& input) {
    return Program("/bin/sh", {"-c", "printf 'a,b\n1,x\n' | " + program + input}, path()).wait().err;
  };
  CHECK_MESSAGE(contains(said("-"), "error: standard input has no column \"time\"; there are a and b"), said("-"));
  CHECK_MESSAGE(contains(said("/dev/stdin"), "error: /dev/stdin has no column \"time\"; there are a and b"), said("/dev/stdin"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "predict reads named pipes and /dev/stdin to their end") {
  workflow(small_training);
  REQUIRE(run({"--until", "train"}).status == 0);
  const std::string program = BUILD_DIR "/bin/pipeline predict --checkpoint " + best_checkpoint() + " --input ";
  const Finished from_file = pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "small.csv"});
  for (const std::string& command : {"cat small.csv | " + program + "/dev/stdin", program + "/dev/stdin < small.csv",
                                     "mkfifo pipe; cat small.csv > pipe & " + program + "pipe"}) {
    const Finished piped = Program("/bin/sh", {"-c", command}, path()).wait();
    CHECK_MESSAGE(piped.status == 0, command, "\n", piped.err);
    CHECK(piped.out == from_file.out);
  }
  const Finished folder = pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "runs"});
  CHECK(folder.status == 2);
  CHECK(contains(folder.err, "--input runs is a folder: name a file"));
  CHECK(contains(pipeline({"predict", "--checkpoint", "pipe", "--input", "small.csv"}).err, "--checkpoint pipe is no regular file"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a source that is a pipe is a mistake of the workflow") {
  workflow(small_training);
  REQUIRE(::mkfifo((path() / "pipe.csv").c_str(), 0600) == 0);
  const Finished refused = run({"--set", "stages.preprocess.source=" + (path() / "pipe.csv").string()});
  CHECK(refused.status == 2);
  CHECK_MESSAGE(contains(refused.err,
                         "source: is a pipe or a device, which gives its content once; a run reads a file again to see whether it "
                         "changed. Write the content to a file and name that: " +
                             (path() / "pipe.csv").string()),
                refused.err);
}

namespace {

/// The file in which a forecast is being written; empty: there is none.
std::filesystem::path part_in(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().find(".part-") != std::string::npos) return entry.path();
  }
  return {};
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "a signal that ends predict leaves no file of the forecast, and keeps the one before") {
  workflow("[model]\ntype = \"NaiveModel\"\n[stages.train]\n");
  REQUIRE(run({"--until", "train"}).status == 0);
  std::string many = "time,load,heat\n";  // so many forecasts that predict is still writing when the signal comes
  for (int row = 0; row < 300'000; ++row) {
    const std::int64_t time = std::int64_t{1'704'067'200'000'000'000} + row * std::int64_t{3'600'000'000'000};
    many += pipeline::format_time(time) + "," + std::to_string(row % 24) + ",1\n";
  }
  write("many.csv", many);
  write("f.csv", "the forecast before");
  const std::string last = json("runs/small/train/train.json").at("last").as_string();
  for (const int signal : {SIGINT, SIGTERM}) {
    const Program predict(std::filesystem::path(BUILD_DIR) / "bin/pipeline",
                          {"predict", "--checkpoint", last, "--input", "many.csv", "--all", "--output", "f.csv"}, path());
    REQUIRE(eventually([&] {
      const auto part = part_in(path());
      std::error_code gone;
      return !part.empty() && std::filesystem::file_size(part, gone) > 0 && !gone;
    }));
    predict.signal(signal);
    REQUIRE(eventually([&] { return !predict.runs(); }));
    CHECK(part_in(path()).empty());
    CHECK(read("f.csv") == "the forecast before");
  }
}

TEST_CASE_FIXTURE(WorkflowFixture, "a forecast that fails leaves no file") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  write("short.csv", read("small.csv").substr(0, read("small.csv").find("2024-01-01 05")));
  CHECK(pipeline({"predict", "--checkpoint", best_checkpoint(), "--input", "short.csv", "--output", "f.csv"}).status == 4);
  CHECK_FALSE(exists("f.csv"));
  CHECK(part_in(path()).empty());
}
