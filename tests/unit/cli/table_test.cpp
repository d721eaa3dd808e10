#include "cli/table.h"

#include <doctest/doctest.h>

#include <sstream>

#include "cli/terminal.h"

using namespace pipeline;

TEST_CASE("text is broken between words, and a longer word is left whole") {
  CHECK(wrapped("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrapped("one two three", 3) == std::vector<std::string>{"one", "two", "three"});
  CHECK(wrapped("/a/long/path is one word", 6) == std::vector<std::string>{"/a/long/path", "is one", "word"});
  CHECK(wrapped("as  it is", 0) == std::vector<std::string>{"as  it is"});
  CHECK(wrapped("", 5) == std::vector<std::string>{""});
  CHECK(wrapped("größer größer", 6) == std::vector<std::string>{"größer", "größer"});  // letters count, not bytes
  CHECK(wrapped_after(4, "one two three", 11) == "one two\n    three");
  CHECK(wrapped_after(4, "one two three", 0) == "one two three");
}

TEST_CASE("a table that is wider than the terminal wraps its widest column") {
  TextTable table({"name", "what it is"});
  table.add({"first", "a sentence of some words"});
  table.add({"second", "short"});
  std::ostringstream whole, narrow;
  table.print(whole, 0);
  CHECK(whole.str() ==
        "name    what it is\n"
        "first   a sentence of some words\n"
        "second  short\n");
  table.print(narrow, 22, "  ");
  CHECK(narrow.str() ==
        "  name    what it is\n"
        "  first   a sentence\n"
        "          of some\n"
        "          words\n"
        "  second  short\n");
  std::ostringstream fits;
  table.print(fits, 32);
  CHECK(fits.str() == whole.str());
}

TEST_CASE("a table of long words stays in its columns, whatever the width") {
  TextTable table({"key", "value"});
  table.add({"trainer.max_epochs", "/a/path/that/is/long"});
  std::ostringstream out;
  table.print(out, 10);
  CHECK(out.str() ==
        "key                 value\n"
        "trainer.max_epochs  /a/path/that/is/long\n");
}

TEST_CASE("a table fits a terminal where its words do") {
  TextTable table({"name", "a long heading"});
  table.add({"x", "of several words"});
  CHECK(table.fits(0));
  CHECK(table.fits(22));
  CHECK(table.fits(13));
  CHECK_FALSE(table.fits(12));
}
