#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"
#include "pipeline/value.h"

using namespace pipeline;

TEST_CASE("JSON keeps integers and floats apart and sorts keys") {
  const Value value(Value::Map{{"b", 1}, {"a", 1.0}, {"c", Value::List{true, "x", Value{}}}});
  CHECK(to_json(value) == R"({"a":1.0,"b":1,"c":[true,"x",null]})");
  CHECK(from_json(to_json(value), "memory") == value);
}

TEST_CASE("JSON has no NaN: it becomes null") { CHECK(to_json(Value(std::nan(""))) == "null"); }

TEST_CASE("damaged JSON names its origin") {
  CHECK_THROWS_WITH_AS(static_cast<void>(from_json("{", "train.json")), doctest::Contains("train.json: damaged JSON"), Error);
}

TEST_CASE("TOML text of a value reads back as the same type") {
  CHECK(to_toml(Value(1.0)) == "1.0");
  CHECK(to_toml(Value(1e-5)) == "1e-05");
  CHECK(to_toml(Value(std::numeric_limits<double>::infinity())) == "inf");
  CHECK(to_toml(Value(Value::Map{{"model.lr", 1}, {"x", Value::List{"a\"b"}}})) == R"({ "model.lr" = 1, x = ["a\"b"] })");
}

TEST_CASE("a value of another type is refused with both names") {
  CHECK_THROWS_WITH_AS(static_cast<void>(Value("x").as_int()), "expected an integer, got a string", Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(Value(Value::Map{}).at("best")), "\"best\" is missing", Error);
}

TEST_CASE("numbers and times are written for people") {
  CHECK(format_short(0.123456) == "0.1235");
  CHECK(format_short(1455.2) == "1455");
  CHECK(format_short(0) == "0.000");
  CHECK(format_count(17420) == "17,420");
  CHECK(format_count(-1234567) == "-1,234,567");
  CHECK(format_count(999) == "999");
  CHECK(format_time(1467331200'000'000'000) == "2016-07-01 00:00:00");
  CHECK(format_time(1467331200'000'000'000, true) == "2016-07-01");
  CHECK(format_time(-1, true) == "1969-12-31 23:59:59.999999999");
}

TEST_CASE("SHA-256 is the standard's") { CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); }

TEST_CASE("JSON of 100,000 members is read in time that grows with its length") {
  Value map{Value::Map{}};
  for (int i = 0; i < 100'000; ++i) map[std::to_string(i)] = Value::Map{{"shape", Value::List{i}}};
  CHECK(from_json(to_json(map), "memory") == map);  // took minutes with the parser's own count of levels
}

TEST_CASE("JSON is read to a depth of 200, and brackets in texts do not count") {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(from_json(nested(200), "memory").is_list());
  CHECK_THROWS_WITH_AS(static_cast<void>(from_json(nested(201), "train.json")), "train.json: damaged JSON (nested too deeply)", Error);
  const Value texts = Value::Map{{std::string(300, '['), "\\" + std::string(300, '{') + "\""}};
  CHECK(from_json(to_json(texts), "memory") == texts);
}

TEST_CASE("an integer of JSON that needs more than 63 bits is read as a float") {
  CHECK(from_json("9223372036854775807", "memory") == Value(std::int64_t{9223372036854775807}));
  CHECK(from_json("18446744073709551615", "memory") == Value(18446744073709551615.0));
}
