#include <doctest/doctest.h>

#include <fstream>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "run/history.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

Value record(int number) {
  return Value::Map{{"when", "2026-01-01T00:00:00Z"},
                    {"status", "done"},
                    {"seconds", 1.5},
                    {"options", Value::Map{{"seed", number}}},
                    {"stages", Value::Map{{"train", Value::Map{{"ran", true}, {"summary", Value::Map{}}}}}}};
}

}  // namespace

TEST_CASE("runs are appended, and half a line of a killed run is skipped") {
  const TempFolder folder;
  CHECK(read_history(folder.path()).empty());
  append_history(folder.path(), record(1));
  std::ofstream(folder.path() / "history.jsonl", std::ios::app) << "{\"run\": \n";
  append_history(folder.path(), record(2));
  std::ofstream(folder.path() / "history.jsonl", std::ios::app) << "{\"run\": ";  // cut off by a full disk
  append_history(folder.path(), record(3));
  const auto records = read_history(folder.path());
  REQUIRE(records.size() == 3);
  CHECK(records[1] == record(2));
  CHECK(records[2] == record(3));
}

TEST_CASE("a line of the history that is no record of a run is skipped") {
  const TempFolder folder;
  append_history(folder.path(), Value(Value::Map{}));
  append_history(folder.path(), Value(Value::List{1, "x"}));
  const Value whole = record(1);
  for (const auto& [member, value] : whole.as_map()) {
    Value other = whole;
    other[member] = value.is_list() ? Value(1) : Value(Value::List{});
    append_history(folder.path(), other);
    other.as_map().erase(member);
    append_history(folder.path(), other);
  }
  Value other = whole;
  other["stages"]["train"] = Value::Map{};
  append_history(folder.path(), other);
  append_history(folder.path(), record(2));
  CHECK(read_history(folder.path()) == std::vector<Value>{record(2)});
}

TEST_CASE("a history that is a link is not written through") {
  const TempFolder folder;
  write_text(folder.path() / "mine", "precious");
  std::filesystem::create_symlink("mine", folder.path() / "history.jsonl");
  const std::string file = (folder.path() / "history.jsonl").string();
  CHECK_THROWS_WITH_AS(append_history(folder.path(), record(1)),
                       ("cannot write " + file + ": it is a symbolic link, which is not followed: remove it").c_str(), Error);
  CHECK(read_text(folder.path() / "mine") == "precious");
}

namespace {

struct PatienceOptions {
  std::int64_t patience = 3;
  static constexpr auto options() { return option_list<PatienceOptions>(option("patience", &PatienceOptions::patience, "Epochs.")); }
};

}  // namespace

TEST_CASE("a run's options are those that are not at their default; two callbacks of one type are distinguished as in --set") {
  const auto callback = [](int patience) { return ComponentSpec{"EarlyStopping", Value::Map{{"patience", patience}}}; };
  Registrar registrar;
  registrar.add_table<NoOptions>("train", "For tests.");
  registrar.entries().back().info.kind = "stage";
  registrar.add_table<PatienceOptions>("EarlyStopping", "For tests.");
  registrar.entries().back().info.kind = "callback";
  registrar.add_table<PatienceOptions>("trainer", "For tests.");
  Registry registry;
  registry.commit(std::move(registrar.entries()));
  Workflow workflow;
  StagePlan& stage = workflow.stages.emplace_back();
  stage.name = "first", stage.type = "train";
  TrainingTables& tables = stage.tables;
  tables.options("trainer") = Value::Map{{"patience", 1}};
  tables.many("callbacks") = {callback(7)};
  Value given = given_options(workflow, registry);
  CHECK(given.at("first.trainer.patience") == Value(1));
  CHECK(given.find("first.trainer.type") == nullptr);
  CHECK(given.at("first.EarlyStopping.type") == Value("EarlyStopping"));
  CHECK(given.at("first.EarlyStopping.patience") == Value(7));
  tables.many("callbacks") = {callback(7), callback(9)};
  given = given_options(workflow, registry);
  CHECK(given.find("first.EarlyStopping.patience") == nullptr);
  CHECK(given.at("first.callbacks.0.patience") == Value(7));
  CHECK(given.at("first.callbacks.1.patience") == Value(9));
}
