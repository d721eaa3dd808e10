#include <doctest/doctest.h>
#include <unistd.h>

#include <cerrno>

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

namespace {

int no_swap(const std::filesystem::path& /*one*/, const std::filesystem::path& /*other*/) {
  errno = EINVAL;
  return -1;
}

/// As `no_swap`, and the new folder is gone: its rename fails too.
int no_swap_nor_rename(const std::filesystem::path& staged, const std::filesystem::path& /*other*/) {
  std::filesystem::remove_all(staged);
  errno = EINVAL;
  return -1;
}

void put_old_result(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  write_text(folder / "result", "old");
}

}  // namespace

TEST_CASE("a file system that cannot exchange folders replaces them all the same") {
  const TempFolder run;
  put_old_result(run.path() / "train");
  StagedFolder staged(run.path(), "train", no_swap);
  write_text(staged.path() / "result", "new");
  staged.commit();
  CHECK(read_text(run.path() / "train" / "result") == "new");
  CHECK_FALSE(std::filesystem::exists(run.path() / ".train.old"));
}

TEST_CASE("a swap that fails leaves the old result") {
  const TempFolder run;
  put_old_result(run.path() / "train");
  StagedFolder staged(run.path(), "train", no_swap_nor_rename);
  const std::string target = (run.path() / "train").string();
  CHECK_THROWS_WITH_AS(staged.commit(), ("cannot replace " + target + ": No such file or directory").c_str(), Error);
  CHECK(read_text(run.path() / "train" / "result") == "old");
}

TEST_CASE("a result that a killed run had put aside is put back, or removed where the new one is there") {
  const TempFolder run;
  put_old_result(run.path() / ".train.old");
  restore_stage_folder(run.path(), "train");
  CHECK(read_text(run.path() / "train" / "result") == "old");
  put_old_result(run.path() / ".train.old");
  write_text(run.path() / "train" / "result", "new");
  restore_stage_folder(run.path(), "train");
  CHECK(read_text(run.path() / "train" / "result") == "new");
  CHECK_FALSE(std::filesystem::exists(run.path() / ".train.old"));
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
