#include <doctest/doctest.h>

#include <limits>

#include "pipeline/data/files.h"
#include "pipeline/logger.h"
#include "support/temp_folder.h"

using pipeline::to_yaml;
using pipeline::Value;

TEST_CASE("doubles have a point in the mantissa and read back exactly") {
  CHECK(to_yaml(1.0) == "1.0\n");
  CHECK(to_yaml(0.001) == "0.001\n");
  CHECK(to_yaml(1e-5) == "1.0e-05\n");
  CHECK(to_yaml(2.5e-7) == "2.5e-07\n");
  CHECK(to_yaml(1e22) == "1.0e+22\n");
  CHECK(to_yaml(1.0 / 3) == "0.3333333333333333\n");
  CHECK(to_yaml(std::numeric_limits<double>::infinity()) == ".inf\n");
  CHECK(to_yaml(-std::numeric_limits<double>::infinity()) == "-.inf\n");
  CHECK(to_yaml(std::numeric_limits<double>::quiet_NaN()) == ".nan\n");
}

TEST_CASE("integers, bools and null keep their types") {
  CHECK(to_yaml(128) == "128\n");
  CHECK(to_yaml(true) == "true\n");
  CHECK(to_yaml(Value()) == "null\n");
  CHECK(to_yaml(Value(Value::Map{})) == "{}\n");
  CHECK(to_yaml(Value(Value::List{})) == "[]\n");
}

TEST_CASE("strings that YAML 1.1 reads as another type stand in quotes") {
  for (const char* text : {"on", "Off", "yes", "n", "true", "null", "012", "1e5", "1.5", "12:30:45", "2020-01-01", "", " a", "a: b", "#x",
                           "-", "=", "~", ".5"}) {
    CAPTURE(text);
    CHECK(to_yaml(text) == "'" + std::string(text) + "'\n");
  }
  CHECK(to_yaml("LSTMModel") == "LSTMModel\n");
  CHECK(to_yaml("data/ETTh1.csv") == "data/ETTh1.csv\n");
  CHECK(to_yaml("it's") == "'it''s'\n");
  CHECK(to_yaml("two\nlines\t\"") == "\"two\\nlines\\x09\\\"\"\n");
  CHECK(to_yaml("\xC2\x85 \xE2\x80\xA8") == "\"\\u0085 \\u2028\"\n");
}

TEST_CASE("maps are sorted and nest as PyYAML writes them") {
  Value value;
  value["lr"] = 1e-3;
  value["hidden_size"] = 8;
  value["on"] = "off";
  value["layers"] = Value::List{1, Value(Value::List{2, 3}), Value(Value::Map{{"a", 4}, {"b", Value(Value::List{5})}})};
  value["model"]["type"] = "LSTMModel";
  CHECK(to_yaml(value) ==
        "hidden_size: 8\n"
        "layers:\n"
        "- 1\n"
        "- - 2\n"
        "  - 3\n"
        "- a: 4\n"
        "  b:\n"
        "  - 5\n"
        "lr: 0.001\n"
        "model:\n"
        "  type: LSTMModel\n"
        "'on': 'off'\n");
}

TEST_CASE("hparams.yaml is written once") {
  const TempFolder folder;
  pipeline::write_hparams(folder.path(), Value(Value::Map{{"lr", 0.1}}));
  pipeline::write_hparams(folder.path(), Value(Value::Map{{"lr", 0.2}}));
  CHECK(pipeline::read_text(folder.path() / "hparams.yaml") == "lr: 0.1\n");
}
