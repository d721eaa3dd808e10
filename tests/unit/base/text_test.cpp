#include <doctest/doctest.h>

#include <stdexcept>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"

using namespace pipeline;

TEST_CASE("parts are joined by a separator, names as a sentence has them") {
  CHECK(join(std::vector<std::string>{}).empty());
  CHECK(join({"a", "b", "c"}) == "a, b, c");
  CHECK(join({"a", "", "c"}, "; ") == "a; ; c");
  CHECK(join(
            std::vector<int>{1, 2}, [](int number) { return std::to_string(number); }, "-") == "1-2");
  CHECK(join_names({}).empty());
  CHECK(join_names({"a"}) == "a");
  CHECK(join_names({"a", "b"}) == "a and b");
  CHECK(join_names({"a", "b", "c"}) == "a, b and c");
}

TEST_CASE("a sentence before another ends with a full stop, unless it asks") {
  CHECK(closed_sentence("no such verb") == "no such verb.");
  CHECK(closed_sentence("did you mean \"run\"?") == "did you mean \"run\"?");
}

TEST_CASE("the call stack that LibTorch appends is no part of a sentence") {
  CHECK(sentence_of(std::runtime_error("bad shape\nof two lines")) == "bad shape\nof two lines");
  CHECK(sentence_of(std::runtime_error("bad shape\nException raised from f at f.cpp:3 (most recent call first):\nframe #0: g")) ==
        "bad shape");
  CHECK(sentence_of(std::runtime_error("bad shape\nframe #0: g")) == "bad shape");
}

TEST_CASE("the messages of an error are its lines") {
  CHECK(std::string(Error(ExitStatus::usage, std::vector<std::string>{"one", "two"}).what()) == "one\ntwo");
}
