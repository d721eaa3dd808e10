#include <doctest/doctest.h>

#include <filesystem>

#include "pipeline/data/files.h"
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
