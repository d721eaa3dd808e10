#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "pipeline/data/files.h"
#include "pipeline/data/new_file.h"
#include "pipeline/errors.h"
#include "support/temp_folder.h"

using namespace pipeline;

TEST_CASE("a file is written whole or not at all") {
  const TempFolder folder;
  write_text(folder.path() / "a.txt", "old");
  write_text(folder.path() / "a.txt", "new");
  CHECK(read_text(folder.path() / "a.txt") == "new");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  CHECK(sha256_file(folder.path() / "a.txt") == sha256("new"));
}

TEST_CASE("a file that cannot be written or read is named with the reason") {
  const TempFolder folder;
  const std::string missing = (folder.path() / "no" / "a.txt").string();
  CHECK_THROWS_WITH_AS(write_text(missing, "x"), ("cannot write " + missing + ": No such file or directory").c_str(), Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(read_text(missing)), ("cannot read " + missing + ": No such file or directory").c_str(), Error);
}

TEST_CASE("a failed replacement leaves the old content and nothing beside it") {
  const TempFolder folder;
  std::filesystem::create_directory(folder.path() / "target");
  CHECK_THROWS_AS(write_text(folder.path() / "target", "x"), Error);
  CHECK(std::filesystem::is_directory(folder.path() / "target"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("what a killed process was writing is removed, what a living one writes is not") {
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "a.ckpt";
  const pid_t killed = ::fork();
  if (killed == 0) {
    NewFile half(file);
    half.write("half");
    static_cast<void>(::raise(SIGKILL));
  }
  REQUIRE(::waitpid(killed, nullptr, 0) == killed);
  const std::string left = file.string() + ".tmp." + std::to_string(killed);
  REQUIRE(std::filesystem::exists(left));
  CHECK(is_unfinished(left));
  CHECK_FALSE(is_unfinished("a.tmp.ckpt"));
  NewFile mine(file);
  mine.write("whole");
  remove_unfinished(folder.path());
  CHECK_FALSE(std::filesystem::exists(left));
  mine.commit();
  CHECK(read_text(file) == "whole");
  remove_unfinished(folder.path() / "missing");
}
