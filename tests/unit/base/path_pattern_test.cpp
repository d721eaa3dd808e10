#include "base/path_pattern.h"

#include <doctest/doctest.h>

#include <fstream>

#include "support/temp_folder.h"

namespace pipeline {
namespace {

TEST_CASE("a pattern names files in the order of their names, numbers by their value") {
  const TempFolder folder;
  const std::filesystem::path inner = folder.path() / "a[b]";  // a folder's name is no pattern
  std::filesystem::create_directories(inner / "part-3.csv");
  for (const char* name : {"part-10.csv", "part-2.csv", "part-02.csv", "part-1.csv", "other.csv"}) std::ofstream(inner / name) << "x";
  std::vector<std::string> names;
  for (const auto& file : matching_files(inner, "part-*.csv")) names.push_back(file.filename().string());
  CHECK(names == std::vector<std::string>{"part-1.csv", "part-02.csv", "part-2.csv", "part-10.csv"});
  CHECK(matching_files(inner, "none-*.csv").empty());
  CHECK(is_pattern("part-?.csv"));
  CHECK_FALSE(is_pattern("part-1.csv"));
}

}  // namespace
}  // namespace pipeline
