#include "data/csv_files.h"

#include <doctest/doctest.h>

#include "unit/data/data_test.h"

namespace pipeline {
namespace {

using test::error_of;

struct Parts {
  test::TempFolder folder;
  std::vector<std::filesystem::path> paths{};

  void add(const std::string& name, std::string_view text) { paths.push_back(folder.file(name, text)); }
  /// The columns t (as text) and v of all rows, with their places.
  [[nodiscard]] std::vector<std::string> rows() const {
    const CsvFiles files(paths, {});
    const std::vector<std::size_t> numbers{files.first().index_of("v")}, texts{files.first().index_of("t")};
    CsvFilesReader reader(files, numbers, texts);
    std::vector<std::string> out;
    for (double v = 0; reader.next(&v);) {
      const std::filesystem::path place = reader.place();
      out.push_back(std::string(reader.text(0)) + " " + std::to_string(static_cast<int>(v)) + " " + place.filename().string());
    }
    return out;
  }
};

TEST_CASE("the rows of several files follow each other, each with its own place") {
  Parts parts;
  parts.add("one.csv", "t,v\na,1\nb,2");
  parts.add("none.csv", "t,v\n");
  parts.add("two.csv", "\n\"t\",\"v\"\nc,3\n,\n");
  CHECK(parts.rows() == std::vector<std::string>{"a 1 one.csv:2", "b 2 one.csv:3", "c 3 two.csv:3"});
}

TEST_CASE("files of one source have one heading") {
  Parts parts;
  parts.add("one.csv", "t,v\na,1\n");
  parts.add("two.csv", "t,w\nb,2\n");
  CHECK(error_of([&] { static_cast<void>(parts.rows()); }, parts.folder.path()) ==
        "4: two.csv: column 2 is \"w\", and \"v\" in one.csv; files of one source must have the same heading");
  parts.paths.pop_back();
  parts.add("short.csv", "t\nb\n");
  CHECK(error_of([&] { static_cast<void>(parts.rows()); }, parts.folder.path()) ==
        "4: short.csv: column 2 is absent, and \"v\" in one.csv; files of one source must have the same heading");
}

TEST_CASE("a column has per cents in all files or in none") {
  Parts parts;
  parts.add("one.csv", "t,v\na,1\n");
  parts.add("two.csv", "t,v\nb,2%\n");
  CHECK(error_of([&] { static_cast<void>(parts.rows()); }, parts.folder.path()) ==
        "4: two.csv: column \"v\" has numbers in %, and none in one.csv; write a column in one unit");
}

TEST_CASE("a file whose numbers are all zero or missing fits files with per cents and files without") {
  for (const char* bare : {"t,v\na,0\nb,0.0\n", "t,v\na,\nb,NA\n"}) {
    for (const bool leads : {true, false}) {
      Parts parts;
      if (leads) parts.add("bare.csv", bare);
      parts.add("one.csv", "t,v\nc,2%\n");
      if (!leads) parts.add("bare.csv", bare);
      parts.add("two.csv", "t,v\nd,3%\n");
      CHECK(parts.rows().size() == 4);
      parts.add("three.csv", "t,v\ne,0\nf,3\n");
      CHECK(error_of([&] { static_cast<void>(parts.rows()); }, parts.folder.path())
                .starts_with("4: three.csv: column \"v\" has no numbers in %, and some in "));
    }
  }
}

}  // namespace
}  // namespace pipeline
