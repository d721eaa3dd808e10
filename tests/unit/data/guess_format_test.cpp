#include "data/guess_format.h"

#include <doctest/doctest.h>

#include <cmath>

#include "data/guess_numbers.h"
#include "unit/data/data_test.h"

namespace pipeline {
namespace {

using test::contains;

/// `rows` of a date and two numbers.
std::string rows(int count, char delimiter = ',') {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += "2024-01-" + std::to_string(10 + i) + delimiter + std::to_string(i % 7) + ".25" + delimiter + std::to_string(3 * i % 11) + "\n";
  return text;
}

TEST_CASE("the delimiter is the one that parts heading and rows alike") {
  CHECK(guess_text_format("date,a,b\n" + rows(9)).format.delimiter == ',');
  CHECK(guess_text_format("date;a;b\n" + rows(9, ';')).format.delimiter == ';');
  CHECK(guess_text_format("date\ta\tb\n" + rows(9, '\t')).format.delimiter == '\t');
  CHECK(guess_text_format("date   a  b\n" + rows(9, ' ')).format.delimiter == ' ');
  CHECK(guess_text_format("value\n1\n2\n3\n").format.delimiter == ',');
  CHECK(guess_text_format("value\n1,5\n2,25\n3,5\n").format.delimiter == ';');
}

TEST_CASE("lines before the heading are found, whatever they hold") {
  CHECK(guess_text_format("date,a,b\n" + rows(9)).format.skip_rows == 0);
  CHECK(guess_text_format("Report; of, 2024\n\ndate,a,b\n" + rows(9)).format.skip_rows == 2);
  CHECK(guess_text_format("Report,,\nOf 2024,,\ndate,a,b\n" + rows(9)).format.skip_rows == 2);
  CHECK(guess_text_format("date,,\n" + rows(9)).format.skip_rows == 0);
  CHECK(guess_text_format("date,a\n" + rows(9)).format.skip_rows == 0);
}

TEST_CASE("comments are lines that begin with a sign, and a heading is none") {
  CHECK(guess_text_format("# one\n# two, three\ndate,a,b\n" + rows(9)).format.comment == "#");
  CHECK(guess_text_format("date,a,b\n" + rows(3) + "# broken\n" + rows(3)).format.comment == "#");
  const FormatGuess named = guess_text_format("# made today\n#date,a,b\n" + rows(9));
  CHECK(named.format.comment.empty());
  CHECK(named.format.skip_rows == 1);
  CHECK(guess_text_format("id,a,b\n#1,2,3\n#2,3,4\n#3,4,5\n").format.comment.empty());
}

TEST_CASE("lines of units below the heading hold no data, marks of missing values do") {
  CHECK(guess_text_format("date,a,b\nUTC,m/s,C\n" + rows(9)).format.skip_after_header == 1);
  CHECK(guess_text_format("date,a,b\nUTC,m/s,C\n\n,,Avg\n" + rows(9)).format.skip_after_header == 3);
  CHECK(guess_text_format("date,a,b\n" + rows(9)).format.skip_after_header == 0);
  CHECK(guess_text_format("a,b\n-,-\n1,2\n-,3\n4,-\n5,6\n").format.skip_after_header == 0);
  CHECK(guess_text_format("name,a\nx,-\ny,1\nz,2\n").format.skip_after_header == 0);
}

TEST_CASE("a first line of numbers is a heading, a row, or doubtful") {
  CHECK(guess_text_format("0,1,2\n0.5,0.7,0.9\n0.6,0.7,0.8\n").heading == HeadingKind::numbered);
  CHECK(guess_text_format(",0,1\n0,0.7,0.9\n1,0.7,0.8\n").heading == HeadingKind::numbered);
  CHECK(guess_text_format("0.4,0.8\n0.5,0.7\n0.6,0.7\n").heading == HeadingKind::none);
  CHECK(guess_text_format("2024-01-01,5\n2024-01-02,7\n2024-01-03,6\n").heading == HeadingKind::none);
  CHECK(guess_text_format("5,3\n7,1\n6,2\n").heading == HeadingKind::doubtful);
  CHECK(guess_text_format("2024-01-01,A,5\n2024-01-02,A,7\n2024-01-03,A,6\n").heading == HeadingKind::none);
  CHECK(guess_text_format("A,5.5\nA,7.25\nB,6.5\n").heading == HeadingKind::none);
  CHECK(guess_text_format("series,0.1,0.9\nA,7.25,8.5\nB,6.5,9.5\n").heading == HeadingKind::names);
  CHECK(guess_text_format("country,2020,2021\nX,5,6\nY,6,7\n").heading == HeadingKind::names);
  CHECK(guess_text_format(",2020-01-01,2020-01-02\nX,5,6\nY,6,7\n").heading == HeadingKind::names);
}

NumbersGuess numbers_of(const std::string& text, char delimiter = ';') {
  const test::TempFolder folder;
  return guess_numbers(CsvFile(folder.file("n.csv", text), {.delimiter = delimiter}));
}

TEST_CASE("a point before three digits parts thousands if numbers below 1000 have none, and else a note tells") {
  const NumbersGuess thousands = numbers_of("a;b\n1.570;3\n846;4\n2.330;5\n");
  CHECK(thousands.format.thousands == '.');
  CHECK(thousands.format.decimal == ',');
  CHECK(thousands.notes.at(0) == "thousands: \"1.570\" is 1570; if \".\" is the decimal sign, write neither decimal nor thousands");
  const auto decimals = [](const std::string& text, char delimiter = ';') {
    const NumbersGuess guess = numbers_of(text, delimiter);
    CHECK(guess.format.decimal == '.');
    CHECK(guess.format.thousands == 0);
    return guess.notes;
  };
  CHECK(decimals("a\n1.570\n2.330\n").at(0) ==
        "decimal: \"1.570\" is 1.57; if \".\" parts thousands, write thousands = \".\" and decimal = \",\"");
  CHECK(decimals("a\n1.570\n0\n2.330\n").size() == 1);         // a bare 0 stands among decimals too
  CHECK(decimals("a\n1.570\n846\n1500\n").size() == 1);        // 1500 has no sign
  CHECK(decimals("a\n1.570\n846\n1.5\n").empty());             // 1.5 is certain
  CHECK(decimals("a;b\n1.570;846\n2.330;847\n").size() == 1);  // another column's numbers say nothing
  CHECK(decimals("a,b\n1.570,3\n846,4\n", ',').empty());
}

TEST_CASE("a sign before three digits is that of thousands if the other cells say so") {
  const NumbersGuess thousands = numbers_of("a\n2,570\n846\n1,330\n");
  CHECK(thousands.format.thousands == ',');
  CHECK(thousands.format.decimal == '.');
  CHECK(contains(thousands.notes.at(0), "thousands: \"2,570\" is 2570; if \",\" is the decimal sign, write decimal = \",\""));

  const NumbersGuess decimals = numbers_of("a\n2,570\n1,330\n");
  CHECK(decimals.format.decimal == ',');
  CHECK(contains(decimals.notes.at(0), "decimal: \"2,570\" is 2.57; if \",\" parts thousands, write thousands = \",\""));

  CHECK(numbers_of("a\n2.5\n0.5\n0,5\n").format.decimal == '.');  // one odd cell
  CHECK(numbers_of("a;b\n2,570;030 123\n1,330;\n12,1;\n").format.decimal == ',');
  CHECK(numbers_of("a\n2,570\n0,846\n").format.decimal == ',');
  CHECK(numbers_of("a\n2,570\n846\n1,33\n").format.decimal == ',');
  CHECK(numbers_of("a;b\n2,570;0.5\n1,330;0.25\n").format.thousands == ',');
  CHECK(numbers_of("a\n\"2,570\"\n\"1,330\"\n", ',').format.thousands == ',');
  CHECK(numbers_of("a\n12.995\n13.005\n").format.thousands == 0);
  const NumberFormat german = numbers_of("a;b\n1.234;0,5\n2.570;0,25\n").format;
  CHECK(german.decimal == ',');
  CHECK(german.thousands == '.');
  CHECK(numbers_of("a\n12'345.5\n").format.thousands == '\'');
  const NumberFormat french = numbers_of("a\n12\u00a0345,5\n").format;
  CHECK(french.thousands == ' ');
  CHECK(french.decimal == ',');
  CHECK(contains(numbers_of("a\n1\n>9\n").notes.at(0), "censored: \">9\" is 9, in 1 cell; or"));
  CHECK(numbers_of("a\n1\n<1\n").format.censored == Censored::half);
  CHECK(numbers_of("a\n1\n2.5\n").notes.empty());
}

}  // namespace
}  // namespace pipeline
