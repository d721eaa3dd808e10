#include "data/csv_reader.h"

#include <doctest/doctest.h>

#include "unit/data/data_test.h"

namespace pipeline {
namespace {

using test::contains;
using test::error_of;

/// Rows of the columns a and b (and of the text column t, if there is one).
struct Rows {
  std::vector<std::vector<double>> numbers;
  std::vector<std::string> texts;
};

Rows read(const std::filesystem::path& file, const CsvFormat& format = {}) {
  const CsvFile csv(file, format);
  const std::vector<std::size_t> numbers{csv.index_of("a"), csv.index_of("b")};
  std::vector<std::size_t> texts;
  if (csv.has("t")) texts.push_back(csv.index_of("t"));
  CsvReader rows(csv, numbers, texts);
  Rows out;
  for (std::vector<double> row(2); rows.next(row.data());) {
    out.numbers.push_back(row);
    if (!texts.empty()) out.texts.emplace_back(rows.text(0));
  }
  return out;
}

TEST_CASE("a plain file is read, with or without a last newline, with LF or CRLF") {
  const test::TempFolder folder;
  const std::vector<std::vector<double>> expected{{1.5, -2}, {3e-3, 4}};
  CHECK(read(folder.file("lf.csv", "a,b\n1.5,-2\n3e-3,4\n")).numbers == expected);
  CHECK(read(folder.file("open.csv", "a,b\n1.5,-2\n3e-3,4")).numbers == expected);
  CHECK(read(folder.file("crlf.csv", "a,b\r\n1.5,-2\r\n3e-3,4\r\n")).numbers == expected);
  CHECK(read(folder.file("crlf-open.csv", "a,b\r\n1.5,-2\r\n3e-3,4")).numbers == expected);
  CHECK(read(folder.file("bom.csv",
                         "\xef\xbb\xbf"
                         "a,b\n1.5,-2\n3e-3,4\n"))
            .numbers == expected);
  CHECK(read(folder.file("blank.csv", "a,b\n\n1.5,-2\n  \n\r\n3e-3,4\n\n\n")).numbers == expected);
  CHECK(read(folder.file("spaces.csv", "a , b\n 1.5 ,\t-2\n+3e-3, 4 \n")).numbers == expected);
  CHECK(read(folder.file("skip.csv", "x,a,long column,b\nz,1.5,quite some text here,-2\n,3e-3,\"a, \"\"b\"\"\",4\n")).numbers == expected);
}

TEST_CASE("quoted cells may hold delimiters, line ends and doubled quotes") {
  const test::TempFolder folder;
  const Rows rows = read(folder.file("q.csv", "\"a\",t,b\n\"1\",\"x, \"\"y\"\"\n z\",\"2\"\n3,plain,4\n"));
  CHECK(rows.numbers == std::vector<std::vector<double>>{{1, 2}, {3, 4}});
  CHECK(rows.texts == std::vector<std::string>{"x, \"y\"\n z", "plain"});
  CHECK(error_of([&] { read(folder.file("open.csv", "a,b\n1,2\n\"3,4\n")); }, folder.path()) ==
        "4: open.csv:3: a quote is opened and never closed");
  CHECK(contains(error_of([&] { read(folder.file("after.csv", "a,b\n\"1\"x,2\n")); }, folder.path()),
                 "after.csv:2: text follows a closed quote"));
}

TEST_CASE("empty columns at the end of header or rows are left out") {
  const test::TempFolder folder;
  const std::vector<std::vector<double>> expected{{1, 2}, {3, 4}};
  CHECK(read(folder.file("rows.csv", "a,b\n1,2,\n3,4,,\r\n")).numbers == expected);
  CHECK(read(folder.file("header.csv", "a,b,,\n1,2\n3,4,,\n")).numbers == expected);
  CHECK(error_of([&] { read(folder.file("long.csv", "a,b\n1,2,7\n")); }, folder.path()) ==
        "4: long.csv:2: the line has 3 cells where the header names 2 columns; quote cells that hold a \",\"");
}

TEST_CASE("a short line is an error that names it, blank and quoted lines counted") {
  const test::TempFolder folder;
  CHECK(error_of([&] { read(folder.file("short.csv", "a,t,b\n1,\"x\ny\",2\n\n3,z\n")); }, folder.path()) ==
        "4: short.csv:5: the line has 2 cells where the header names 3 columns; complete or remove the line");
}

TEST_CASE("missing values are empty, NA, NaN and what na_values names, as word or as number") {
  const test::TempFolder folder;
  const CsvFormat format = CsvFormat::from_options(",", ".", Value::List{-200, "n/a", "9e2"});
  const Rows rows = read(folder.file("na.csv", "a,b\n,1\nNA,2\nNaN,3\nnan,4\nn/a,5\n-200,6\n-200.0,7\n900,8\n\"\",9\n-199,10\n"), format);
  REQUIRE(rows.numbers.size() == 10);
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(std::isnan(rows.numbers[i][0]));
    CHECK(rows.numbers[i][1] == static_cast<double>(i + 1));
  }
  CHECK(rows.numbers[9][0] == -199);
}

TEST_CASE("a bad cell is an error that names file, line, column and text, and the cure") {
  const test::TempFolder folder;
  CHECK(error_of([&] { read(folder.file("bad.csv", "a,b\n1,2\n3,4x\n")); }, folder.path()) ==
        "4: bad.csv:3: column \"b\": \"4x\" is not a number; if it means \"missing\", write na_values = [\"4x\"]");
  for (const char* bad : {"inf", "-Infinity", "1e999", "0x10", "1.2.3", "+-1", "--1", "1 2", "nan(1)", "1_000"}) {
    CAPTURE(bad);
    CHECK(contains(error_of([&] { read(folder.file("bad.csv", std::string("a,b\n") + bad + ",1\n")); }), "is not a number"));
  }
  CHECK(contains(error_of([&] { read(folder.file("comma.csv", "a,b\n\"1,5\",2\n")); }),
                 "if the comma is its decimal sign, write decimal = \",\""));
}

TEST_CASE("a number that cannot be computed with is an error, unless it means missing") {
  const test::TempFolder folder;
  const auto file = folder.file("large.csv", "a,b\n1,2\n3,1e300\n");
  CHECK(error_of([&] { read(file); })
            .ends_with("large.csv:3: column \"b\": 1e300 is beyond 1e100, a number that cannot be computed with; correct it, or if it "
                       "means \"missing\", "
                       "write na_values = [\"1e300\"]"));
  CHECK(contains(error_of([&] { read(folder.file("quoted.csv", "a,b\n1,\"-1e101\"\n")); }), "-1e101 is beyond 1e100"));
  CHECK(std::isnan(read(file, CsvFormat::from_options(",", ".", Value::List{1e300})).numbers.at(1).at(1)));
  CHECK(read(folder.file("fine.csv", "a,b\n1e100,-1e100\n")).numbers.at(0) == std::vector<double>{1e100, -1e100});
}

TEST_CASE("numbers are read to the last bit") {
  const test::TempFolder folder;
  const Rows rows =
      read(folder.file("n.csv", "a,b\n5.827000141143799,30.5310001373291\n9.9999999999999997e99,4.9e-324\n1e-400,12345678901234567890\n"));
  CHECK(rows.numbers[0] == std::vector<double>{5.827000141143799, 30.5310001373291});
  CHECK(rows.numbers[1] == std::vector<double>{9.9999999999999997e99, 4.9e-324});
  CHECK(rows.numbers[2] == std::vector<double>{0, 12345678901234567890.0});
}

TEST_CASE("another delimiter and a decimal comma") {
  const test::TempFolder folder;
  const CsvFormat format = CsvFormat::from_options(";", ",", Value::List{});
  CHECK(read(folder.file("de.csv", "a;b\n1,5;-2\n0,25;4e2\n"), format).numbers == std::vector<std::vector<double>>{{1.5, -2}, {0.25, 400}});
  CHECK(contains(error_of([&] { read(folder.file("de.csv", "a;b\n1.5;2\n"), format); }), "\"1.5\" is not a number"));
  CHECK(read(folder.file("tab.csv", "a\tb\n1\t2\n"), CsvFormat::from_options("\\t", ".", {})).numbers.size() == 1);
  CHECK(contains(error_of([] { static_cast<void>(CsvFormat::from_options("ab", ".", {})); }), "2: delimiter must be one character"));
  CHECK(contains(error_of([] { static_cast<void>(CsvFormat::from_options(",", ",", {})); }), "2: delimiter and decimal must be different"));
  CHECK(contains(error_of([] { static_cast<void>(CsvFormat::from_options(",", ".", Value::List{true})); }),
                 "2: na_values takes numbers and words"));
}

TEST_CASE("an unknown column is an error with the nearest name") {
  const test::TempFolder folder;
  const CsvFile csv(folder.file("c.csv", "date,close,volume,volume\n1,2,3,4\n"), {});
  CHECK(error_of([&] { static_cast<void>(csv.index_of("clsoe")); }, folder.path()) ==
        "4: c.csv has no column \"clsoe\"; did you mean \"close\"?");
  CHECK(contains(error_of([&] { static_cast<void>(csv.index_of("temperature")); }),
                 "no column \"temperature\"; there are date, close, volume and volume"));
  CHECK(contains(error_of([&] { static_cast<void>(csv.index_of("volume")); }), "two columns named \"volume\""));
}

TEST_CASE("a file that is no CSV text is refused with the reason") {
  const test::TempFolder folder;
  CHECK(contains(error_of([&] { CsvFile(folder.path() / "absent.csv", {}); }), "4: cannot read"));
  CHECK(contains(error_of([&] { CsvFile(folder.path(), {}); }), "it is a folder"));
  CHECK(contains(error_of([&] { CsvFile(folder.file("empty.csv", ""), {}); }), "is empty"));
  CHECK(contains(error_of([&] { CsvFile(folder.file("x.csv.gz", "\x1f\x8b\x08"), {}); }), "is compressed"));
  CHECK(contains(error_of([&] {
                   CsvFile(folder.file("utf16.csv",
                                       "\xff\xfe"
                                       "a"),
                           {});
                 }),
                 "is UTF-16"));
  CHECK(contains(error_of([&] { CsvFile(folder.file("nameless.csv", ",,\n1,2,3\n"), {}); }), "names no column"));
}

}  // namespace
}  // namespace pipeline
