// Files in a run folder that a disk, a hand or another program changed: of other types, links, named pipes.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "workflows/workflow_fixture.h"

namespace {

namespace fs = std::filesystem;

constexpr const char* until_windows = "slice_windows";

void put_pipe(const fs::path& file) {
  fs::remove(file);
  REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
}

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "a damaged manifest counts as none: its stage runs again and says why") {
  workflow("");
  REQUIRE(run({"--until", until_windows}).status == 0);
  const std::string manifest = "runs/small/preprocess/manifest.json";
  SUBCASE("of other types") { write(manifest, R"({"fields": 3, "output_hash": {}, "summary": [], "outputs": "x"})"); }
  SUBCASE("no table") { write(manifest, "[1]"); }
  SUBCASE("a named pipe") { put_pipe(path() / manifest); }
  const Finished again = run({"--until", until_windows});
  CHECK_MESSAGE(again.status == 0, again.err);
  CHECK(contains(again.err, "[preprocess] its manifest.json is damaged"));
  CHECK(contains(again.err, "[slice_windows] up to date"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a stage whose input has a damaged manifest names it and the cure") {
  workflow("");
  REQUIRE(run({"--until", until_windows}).status == 0);
  write("runs/small/preprocess/manifest.json", "{}");
  const Finished single = run({"--stage", until_windows, "--force"});
  CHECK(single.status == 2);
  CHECK(contains(single.err,
                 "stage \"slice_windows\" needs the series of stage \"preprocess\", whose manifest.json is damaged: run it again "
                 "with --until preprocess"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a line of the history that is no record of a run hinders no later run") {
  workflow("");
  REQUIRE(run({"--until", until_windows}).status == 0);
  std::ofstream(path() / "runs/small/history.jsonl", std::ios::app) << "{}\n[]\n{\"options\": 3}\n";
  const Finished again = run({"--until", until_windows});
  CHECK_MESSAGE(again.status == 0, again.err);
  const Finished runs = pipeline({"runs", "workflow.toml", "--json"});
  CHECK(runs.status == 0);
  CHECK(pipeline::from_json(runs.out, "runs").as_list().size() == 2);
}

TEST_CASE_FIXTURE(WorkflowFixture, "a named pipe in the place of a file is refused at once") {
  workflow("");
  for (const char* name : {"pipe.ckpt", "pipe.safetensors", "pipe.toml"}) put_pipe(path() / name);
  CHECK(pipeline({"checkpoint", "show", "pipe.ckpt"}).status == 2);
  CHECK(pipeline({"checkpoint", "show", "pipe.safetensors"}).status == 2);
  const Finished validated = pipeline({"validate", "pipe.toml"});
  CHECK(validated.status == 2);
  CHECK(contains(validated.err, "pipe.toml"));
  put_pipe(path() / "small.csv");
  const Finished ran = run();
  CHECK(ran.status == 2);
  CHECK(contains(ran.err, "small.csv"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a lock that is a link ends the run and keeps its target") {
  workflow("");
  write("mine", "precious");
  fs::create_directories(path() / "runs/small");
  fs::create_symlink("../../mine", path() / "runs/small/.preprocess.lock");
  const Finished ran = run();
  CHECK(ran.status == 1);
  CHECK(contains(ran.err, ".preprocess.lock: it is a symbolic link, which is not followed: remove it"));
  CHECK(read("mine") == "precious");
}

TEST_CASE_FIXTURE(WorkflowFixture, "names of columns steer no terminal, in messages and in run.log") {
  const std::string csv = read("small.csv");
  write("small.csv",
        "time,lo\x1b]0;x\x07"
        "ad,heat\n" +
            csv.substr(csv.find('\n') + 1));
  write("workflow.toml",
        "name = \"small\"\nthreads = 1\n[stages.preprocess]\nsource = \"small.csv\"\ntime_column = \"time\"\n"
        "features = [\"lo\\u001b]0;x\\u0007ad\", \"heat\"]\ntarget = [\"heat\"]\nfrequency = \"1min\"\n");
  const Finished ran = run();
  CHECK(ran.err.find('\x1b') == std::string::npos);
  CHECK(ran.err.find('\x07') == std::string::npos);
  write("workflow.toml",
        "name = \"small\"\n[stages.preprocess]\nsource = \"small.csv\"\ntime_column = \"time\"\nfeatures = [\"load\"]\n"
        "target = [\"heat\"]\n");
  const Finished unknown = run();
  CHECK(unknown.status == 2);
  CHECK(unknown.err.find('\x1b') == std::string::npos);
  CHECK(contains(unknown.err, "lo\\x1b]0;x\\x07ad"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a train.json that is not what was written is named, with the stage to run again") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const pipeline::Value whole = json("runs/small/train/train.json");
  const auto evaluated_with = [&](const pipeline::Value& content) {
    write("runs/small/train/train.json", pipeline::to_json(content));
    return run({"--stage", "evaluate", "--force"});
  };
  pipeline::Value other = whole;
  other["pipeline"]["window"] = "long";
  const Finished mistyped = evaluated_with(other);
  CHECK(mistyped.status == 2);
  CHECK_MESSAGE(contains(mistyped.err, "that were written: run that stage again with --stage train --force"), mistyped.err);
  other = whole;
  other["windows"] = 1;
  const Finished nowhere = evaluated_with(other);
  CHECK(nowhere.status == 2);
  CHECK(contains(nowhere.err, "train.json has "));
}
