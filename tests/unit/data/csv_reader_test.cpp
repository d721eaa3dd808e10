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

TEST_CASE("lines of nothing but delimiters, blanks and quotes are no rows, wherever they stand") {
  const test::TempFolder folder;
  const auto file = folder.file("e.csv", ",,,\na,b\n,\n1,2\n,,,,,\n \t\n\"\",\" \"\n3,4\n\"\n\",\n,\n,\n");
  CHECK(read(file).numbers == std::vector<std::vector<double>>{{1, 2}, {3, 4}});
  const CsvFile csv(file, {});
  CsvReader rows(csv, {}, {});
  while (rows.next(nullptr)) {
  }
  CHECK(rows.empty_rows() == 6);
  CHECK(read(folder.file("half.csv", "a,b\n,2\n\"\",\"4\"\n")).numbers.size() == 2);
  CHECK(error_of([&] { read(folder.file("open.csv", "a,b\n1,2\n\",\n")); }, folder.path()) ==
        "4: open.csv:3: a quote is opened and never closed");
}

TEST_CASE("where all rows agree with each other, the heading is at fault") {
  const test::TempFolder folder;
  CHECK(error_of([&] { read(folder.file("few.csv", "t,a,b\nx,1,2,3\ny,4,5,6\nz,7,8,9\n")); }, folder.path()) ==
        "4: few.csv:2: the line has 4 cells where the header names 3 columns, as all rows do: the heading lacks a name, add it");
  CHECK(error_of([&] { read(folder.file("many.csv", "t,a,b\nx,1\ny,4\nz,7\n")); }, folder.path()) ==
        "4: many.csv:2: the line has 2 cells where the header names 3 columns, as all rows do: the heading has a name too many, remove it");
}

TEST_CASE("comments, lines before the heading, and lines below it are left out") {
  const test::TempFolder folder;
  const std::vector<std::vector<double>> expected{{1, 2}, {3, 4}};
  CHECK(read(folder.file("c.csv", "# a \"note\na,b\n1,2\n # x,y,z\n3,4\n#"), {.comment = "#"}).numbers == expected);
  const auto report = folder.file("r.csv", "Report\n\n\"of\" 2024,,,\na,b\n\"m/s\",C\n,\n1,2\n3,4\n");
  CHECK(read(report, {.skip_rows = 3, .skip_after_header = 1}).numbers == expected);
  CHECK(error_of([&] { read(report, {.skip_rows = 3}); }, folder.path()) ==
        "4: r.csv:5: column \"a\": \"m/s\" is not a number; the line below the heading holds no data, but units and the like: write "
        "skip_after_header = 1");
  CHECK(error_of([&] { read(report, {.skip_rows = 9}); }, folder.path()) ==
        "4: r.csv has nothing below the first 8 lines; skip_rows = 9 skips too many");
}

TEST_CASE("a file without a heading has columns 1, 2, ...") {
  const test::TempFolder folder;
  const CsvFile csv(folder.file("n.csv", "\n5,\"6\"\r\n7,8\r\n"), {.header = false});
  CHECK(csv.names() == std::vector<std::string>{"1", "2"});
  const std::vector<std::size_t> numbers{csv.index_of("2"), csv.index_of("1")};
  CsvReader rows(csv, numbers, {});
  std::vector<double> row(2);
  REQUIRE(rows.next(row.data()));
  CHECK(row == std::vector<double>{6, 5});
  CHECK(rows.place().ends_with("n.csv:2"));
  CHECK(rows.next(row.data()));
  CHECK_FALSE(rows.next(row.data()));
  const CsvFile short_row(folder.file("s.csv", "5,6\n7\n8,9\n"), {.header = false});
  CsvReader short_rows(short_row, {}, {});
  REQUIRE(short_rows.next(nullptr));
  CHECK(error_of([&] { short_rows.next(nullptr); }, folder.path()) ==
        "4: s.csv:2: the line has 1 cells where the first row has 2; complete or remove the line");
}

TEST_CASE("missing values of one column are numbers in another") {
  const test::TempFolder folder;
  const CsvFormat format = CsvFormat::from_options(",", ".", Value::Map{{"a", Value::List{999.9, "bad"}}, {"*", "-"}, {"absent", 1}});
  const auto file = folder.file("na.csv", "a,b\n999.9,999.9\nbad,-\n\"999.90\",1\n2,3\n");
  const Rows rows = read(file, format);
  REQUIRE(rows.numbers.size() == 4);
  CHECK(std::isnan(rows.numbers[0][0]));
  CHECK(rows.numbers[0][1] == 999.9);
  CHECK((std::isnan(rows.numbers[1][0]) && std::isnan(rows.numbers[1][1]) && std::isnan(rows.numbers[2][0])));
  CHECK(rows.numbers[3] == std::vector<double>{2, 3});
  CHECK(contains(error_of([&] { read(folder.file("b.csv", "a,b\n1,bad\n"), format); }),
                 "write na_values = { \"*\" = [\"-\"], a = [\"bad\", 999.9], absent = [1.0], b = [\"bad\"] }"));
  CHECK(contains(error_of([&] { read(folder.file("b.csv", "a,b\n1,bad\n"), CsvFormat::from_options(",", ".", Value::List{"-"})); }),
                 "write na_values = [\"-\", \"bad\"]"));
}

TEST_CASE("the cells of a column have one unit") {
  const test::TempFolder folder;
  CHECK(read(folder.file("p.csv", "a,b\n0,$5\n5%,6\n-0.3%,\"$1,000\"\n"), {.numbers = {.thousands = ','}}).numbers ==
        std::vector<std::vector<double>>{{0, 5}, {5, 6}, {-0.3, 1000}});
  CHECK(error_of([&] { read(folder.file("after.csv", "a,b\n5%,1\n0.05,2\n")); }, folder.path()) ==
        "4: after.csv:3: column \"a\": this cell has no %, and those before have one; write a column in one unit");
  CHECK(error_of([&] { read(folder.file("before.csv", "a,b\n0.05,1\n5%,2\n")); }, folder.path()) ==
        "4: before.csv:3: column \"a\": this cell is in %, and that of line 2 has no such sign; write a column in one unit");
  CHECK(error_of([&] { read(folder.file("money.csv", "a,b\n$5,1\n\u20ac5,2\n")); }, folder.path()) ==
        "4: money.csv:3: column \"a\": this cell is in \u20ac, and those before are in $; write a column in one unit");
}

TEST_CASE("runs of blanks, line ends of CR alone, and other encodings") {
  const test::TempFolder folder;
  const std::vector<std::vector<double>> expected{{1, 2}, {3, 4}};
  CHECK(read(folder.file("blanks.csv", "  a \t b\n 1   2 \n\n3\t4\r\n"), {.delimiter = ' '}).numbers == expected);
  const Rows quoted = read(folder.file("quoted.csv", "a  t   b\n1 \"x  \"\"y\"\" z\"  2\n"), {.delimiter = ' '});
  CHECK(quoted.texts == std::vector<std::string>{"x  \"y\" z"});
  CHECK(read(folder.file("cr.csv", "a,b\r1,2\r3,4\r")).numbers == expected);
  CHECK(error_of([&] { read(folder.file("cr.csv", "a,b\r1,2\r3,x\r")); }, folder.path()).starts_with("4: cr.csv:3: column"));
  const CsvFile latin(folder.file("latin.csv", "W\xe4rme,b\n1,2\n"), {.encoding = "windows-1252"});
  CHECK(latin.names().front() == "W\u00e4rme");
  using namespace std::string_literals;
  const auto utf16 = folder.file("utf16.csv", "\xff\xfe"s + "a\0,\0b\0\n\0\x31\0,\0\x32\0\n\0\x33\0,\0\x34\0"s);
  CHECK(read(utf16, {.encoding = "utf-16"}).numbers == expected);
  CHECK(contains(error_of([&] { read(utf16); }), "is UTF-16 text; write encoding = \"utf-16\""));
  CHECK(error_of([&] { read(folder.file("broken.csv", "a,b\n1,2\n\x81,3\n"), {.encoding = "windows-1252"}); }, folder.path()) ==
        "4: broken.csv:3: byte 9 of the file is no text in encoding = \"windows-1252\": write the encoding in which the file was saved");
  CHECK(contains(error_of([&] { read(utf16, {.encoding = "klingon"}); }), "2: encoding = \"klingon\" is unknown to this system"));
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
  CHECK(
      error_of([&] { read(folder.file("bad.csv", "a,b\n1,2\n3,4x\n")); }, folder.path()) ==
      "4: bad.csv:3: column \"b\": \"4x\" is not a number; if the cells are words, add \"b\" to categories; if it means \"missing\", write "
      "na_values = [\"4x\"]");
  for (const char* bad : {"inf", "-Infinity", "1e999", "0x10", "1.2.3", "+-1", "--1", "1 2", "nan(1)", "1_000"}) {
    CAPTURE(bad);
    CHECK(contains(error_of([&] { read(folder.file("bad.csv", std::string("a,b\n") + bad + ",1\n")); }), "is not a number"));
  }
  CHECK(contains(error_of([&] { read(folder.file("comma.csv", "a,b\n\"1,5\",2\n")); }),
                 "\"1,5\" is not a number; its decimal sign is the delimiter too: save the file with another delimiter, such as \";\""));
  CHECK(contains(error_of([&] { read(folder.file("semi.csv", "a;b\n1,5;2\n"), {.delimiter = ';'}); }),
                 "\"1,5\" is not a number; if \",\" is the decimal sign, write decimal = \",\""));
  CHECK(contains(error_of([&] { read(folder.file("two.csv", "a;b\n1,500;2\n"), {.delimiter = ';'}); }),
                 "if \",\" parts thousands, write thousands = \",\"; if \",\" is the decimal sign, write decimal = \",\""));
  CHECK(contains(error_of([&] { read(folder.file("quoted.csv", "a,b\n\"1,500\",2\n")); }),
                 "; if \",\" parts thousands, write thousands = \",\""));
  CHECK(contains(error_of([&] { read(folder.file("german.csv", "a;b\n1.500,5;2\n"), {.delimiter = ';'}); }),
                 "if \",\" is the decimal sign, write decimal = \",\" and thousands = \".\""));
  CHECK(contains(error_of([&] { read(folder.file("small.csv", "a,b\n<1,2\n")); }),
                 "\"<1\" is not a number; say what such a value stands for: censored = \"half\" (of the limit), \"limit\", \"zero\" or"));
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
  CHECK(csv.count("volume") == 2);
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
  CHECK(contains(error_of([&] { CsvFile(folder.file("nameless.csv", ",,\n \n\"\"\n"), {}); }), "is empty"));
}

}  // namespace
}  // namespace pipeline
