#include <doctest/doctest.h>

#include "workflows/search_fixture.h"

using namespace pipeline;

TEST_CASE_FIXTURE(WorkflowFixture, "an address with a slip shows its password nowhere") {
  workflow(search);
  const auto texts = [&](const std::vector<std::string>& words) {
    const Finished ended = pipeline_program(words, path(), {"DB_PASSWORD=hush"});
    CHECK(ended.status == 2);
    return ended.out + ended.err;
  };
  const std::vector<std::string> run{"run", "workflow.toml", "--until", "optimize", "--set"},
      validate{"validate", "workflow.toml", "--set"};
  for (const char* set :
       {"stages.optimize.storage=postgresql:/me:${env:DB_PASSWORD}@h/db", "stages.optimize.storage=postgresql://me/hush@h/db",
        "stages.optimize.storage=postgresql://h/db?PASSWORD=hush", "stages.optimise.storage=postgresql://me:hush@h/db",
        "stages.optimize.storge=postgresql://me:hush@h/db", "stages.optimize.storage=\"postgresql://me:hush@h/db",
        "postgresql://me:hush@h/db?sslmode=require", "stages.optimize.storage postgresql://me:hush@h/db"}) {
    for (std::vector<std::string> words : {run, validate}) {
      words.emplace_back(set);
      const std::string said = texts(words);
      CHECK_MESSAGE(contains(said, "--set"), said);
      CHECK_FALSE_MESSAGE(contains(said, "hush"), said);
    }
  }
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"study", "show", "postgresql:/me:hush@h/db"},
                                             {"study", "show", "postgresql//me:hush@h/db"},
                                             {"study", "show", "me:hush@h/db"},
                                             {"study", "show", "postgresql://me/hush@h/db"},
                                             {"study", "postgresql://me:hush@h/db", "show"},
                                             {"study", "show", "--storage=postgresql://me:hush@h/db"},
                                             {"run", "workflow.toml", "--storage=postgresql://me:hush@h/db"}}) {
    const std::string said = texts(words);
    CHECK_FALSE_MESSAGE(contains(said, "hush"), said);
  }
  CHECK_FALSE(exists("runs"));
  CHECK(contains(texts({"study", "show", "mine.db"}), "no such file: mine.db"));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a storage's password is in no file and no output of a run") {
  workflow(search + "[[loggers]]\ntype = \"CSVLogger\"\n");
  const std::string set = "stages.optimize.storage=sqlite:///hush.db";
  std::string said;
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"run", "workflow.toml", "--dry-run", "--set", set},
                                             {"graph", "workflow.toml", "--set", set},
                                             {"graph", "workflow.toml", "--json", "--set", set},
                                             {"validate", "workflow.toml", "--json", "--set", set}}) {
    const Finished ended = pipeline(words);
    CHECK_MESSAGE(ended.status == 0, ended.err);
    said += ended.out + ended.err;
  }
  REQUIRE(run({"--set", set}).status == 0);
  for (const char* file : {"runs/small/optimize/manifest.json", "runs/small/train/manifest.json", "runs/history.jsonl"}) {
    if (exists(file)) said += read(file);
  }
  CHECK_FALSE_MESSAGE(contains(said, "hush"), said);
}
