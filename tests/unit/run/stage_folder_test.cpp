#include <doctest/doctest.h>
#include <unistd.h>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "run/stage_folder.h"
#include "support/temp_folder.h"

using namespace pipeline;

TEST_CASE("a stage's folder is swapped in whole") {
  const TempFolder run;
  for (const char* text : {"first", "second"}) {
    StagedFolder staged(run.path(), "train");
    write_text(staged.path() / "result", text);
    staged.commit();
    CHECK(read_text(run.path() / "train" / "result") == text);
  }
  CHECK_FALSE(std::filesystem::exists(run.path() / ".train.part"));
}

TEST_CASE("an uncommitted folder leaves the old result alone, and a leftover of a killed run is cleared") {
  const TempFolder run;
  std::filesystem::create_directories(run.path() / ".train.part");
  write_text(run.path() / ".train.part" / "leftover", "x");
  std::filesystem::create_directories(run.path() / "train");
  write_text(run.path() / "train" / "result", "old");
  {
    StagedFolder staged(run.path(), "train");
    CHECK(std::filesystem::is_empty(staged.path()));
    write_text(staged.path() / "result", "new");
  }
  CHECK(read_text(run.path() / "train" / "result") == "old");
}

TEST_CASE("a second run of a stage is told which process holds it; readers share") {
  const TempFolder run;
  {
    const StageLock writer(run.path(), "train", StageLock::Mode::exclusive);
    try {
      const StageLock second(run.path(), "train", StageLock::Mode::exclusive);
      FAIL("both got the lock");
    } catch (const Error& error) {
      CHECK(error.status() == ExitStatus::locked);
      CHECK(std::string(error.what()).find("process " + std::to_string(::getpid())) != std::string::npos);
    }
    CHECK_THROWS_AS(StageLock(run.path(), "train", StageLock::Mode::shared), Error);
  }
  const StageLock one(run.path(), "train", StageLock::Mode::shared);
  const StageLock two(run.path(), "train", StageLock::Mode::shared);
  CHECK_THROWS_AS(StageLock(run.path(), "train", StageLock::Mode::exclusive), Error);
}

TEST_CASE("a lock that is a link keeps its target as it is") {
  const TempFolder run;
  write_text(run.path() / "mine", "precious");
  std::filesystem::create_symlink("mine", run.path() / ".train.lock");
  const std::string file = (run.path() / ".train.lock").string();
  CHECK_THROWS_WITH_AS(StageLock(run.path(), "train", StageLock::Mode::exclusive),
                       ("cannot write " + file + ": it is a symbolic link, which is not followed: remove it").c_str(), Error);
  CHECK(read_text(run.path() / "mine") == "precious");
}
