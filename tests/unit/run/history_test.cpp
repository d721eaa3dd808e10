#include <doctest/doctest.h>

#include <fstream>

#include "run/history.h"
#include "support/temp_folder.h"

using namespace pipeline;

TEST_CASE("runs are appended, and half a line of a killed run is passed over") {
  const TempFolder folder;
  CHECK(read_history(folder.path()).empty());
  append_history(folder.path(), Value(Value::Map{{"run", 1}}));
  std::ofstream(folder.path() / "history.jsonl", std::ios::app) << "{\"run\": \n";
  append_history(folder.path(), Value(Value::Map{{"run", 2}}));
  std::ofstream(folder.path() / "history.jsonl", std::ios::app) << "{\"run\": ";  // cut off by a full disk
  append_history(folder.path(), Value(Value::Map{{"run", 3}}));
  const auto records = read_history(folder.path());
  REQUIRE(records.size() == 3);
  CHECK(records[1].at("run") == Value(2));
  CHECK(records[2].at("run") == Value(3));
}
