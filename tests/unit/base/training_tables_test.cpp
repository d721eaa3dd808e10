#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "pipeline/stage.h"

using namespace pipeline;

TEST_CASE("tables hold components by the tables' names; one that is not given is empty") {
  TrainingTables tables;
  const TrainingTables& read = tables;
  CHECK(read.one("model").type.empty());
  CHECK(read.options("trainer") == Value(Value::Map{}));
  CHECK(read.many("callbacks").empty());
  tables.one("model") = {"LSTMModel", Value::Map{{"hidden_size", 8}}};
  tables.options("trainer")["max_epochs"] = 3;
  tables.many("callbacks") = {{"Timer"}, {"EarlyStopping"}};
  CHECK(read.one("model").options.at("hidden_size") == Value(8));
  CHECK(read.one("trainer").type == "trainer");  // so that the registry finds it like a component
  CHECK(read.many("trainer").front().options.at("max_epochs") == Value(3));
  CHECK(read.many("callbacks").back().type == "EarlyStopping");
}

TEST_CASE("a table that no workflow has is a mistake of the program") {
  TrainingTables tables;
  CHECK_THROWS_WITH_AS(static_cast<void>(tables.one("modle")), "no workflow has a table \"modle\"", Error);
}

TEST_CASE("every table has a name of its own, and a search uses those of a training too") {
  std::set<std::string> names;
  for (const TableRule& rule : training_table_rules()) {
    CHECK(names.insert(rule.name).second);
    CHECK(find_table_rule(rule.name) == &rule);
  }
  CHECK(find_table_rule("stages") == nullptr);
  CHECK(table_names(TableUse::training) ==
        std::vector<std::string>{"model", "loss", "optimizer", "scheduler", "loader", "trainer", "callbacks", "loggers", "collective"});
  CHECK(table_names(TableUse::data) == std::vector<std::string>{"derived_features"});
  CHECK(table_names(TableUse::search).size() + table_names(TableUse::data).size() == training_table_rules().size());
}

TEST_CASE("entries of a list are named by their type, by their index where it stands several times or is missing") {
  CHECK(entry_names({"Timer", "EarlyStopping", "EarlyStopping", ""}) == std::vector<std::string>{"Timer", "1", "2", "3"});
}
