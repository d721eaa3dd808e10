#include "data/mapped_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "support/temp_folder.h"

using namespace pipeline;

TEST_CASE("a file that is changed in place while it is mapped is told") {
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "data.csv";
  write_text(file, "time,load\n1,2\n");
  const MappedFile mapped(file);
  CHECK_NOTHROW(mapped.require_unchanged());
  const std::string sentence = file.string() + " was changed while it was read: run again when nothing writes into it any more";
  SUBCASE("longer") { std::ofstream(file, std::ios::app) << "2,3\n"; }
  SUBCASE("shorter, within its last page") { REQUIRE(::truncate(file.c_str(), 12) == 0); }
  SUBCASE("other bytes") { std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1)); }
  CHECK_THROWS_WITH_AS(mapped.require_unchanged(), sentence.c_str(), Error);
}

TEST_CASE("a mapped file that is replaced or removed is read to its end") {
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "data.csv";
  write_text(file, "old");
  const MappedFile mapped(file);
  write_text(file, "newer");
  CHECK_NOTHROW(mapped.require_unchanged());
  std::filesystem::remove(file);
  CHECK_NOTHROW(mapped.require_unchanged());
  CHECK(mapped.text() == "old");
}
