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
  std::filesystem::create_directory(path() / "hush");  // where a password would stand in another address
  const std::string set = "stages.optimize.storage=sqlite:///" + (path() / "hush/study.db").string();
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
  std::vector<std::string> holding;  // those that show the address have it without its password
  for (const char* folder : {"runs", "lightning_logs"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path() / folder)) {
      const std::string file = entry.path().lexically_relative(path()).string();
      if (entry.is_regular_file() && contains(read(file), "hush")) holding.push_back(entry.path().filename().string());
    }
  }
  std::ranges::sort(holding);
  CHECK(holding == std::vector<std::string>{"run.log", "study.json"});
  CHECK_FALSE_MESSAGE(contains(said, "hush"), said);
}
