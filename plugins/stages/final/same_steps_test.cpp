#include "same_steps.h"

#include <doctest/doctest.h>

#include <limits>

#include "pipeline/errors.h"
#include "pipeline/options.h"

using namespace pipeline;
using namespace pipeline::stage::final_training;

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

struct WatchOptions {
  std::string monitor = "val_loss";
  static constexpr auto options() {
    return option_list<WatchOptions>(option("monitor", &WatchOptions::monitor, "The metric.").role(OptionRole::metric));
  }
};
struct LimitOptions {
  std::string duration = "00:00:01:00";
  static constexpr auto options() {
    return option_list<LimitOptions>(option("duration", &LimitOptions::duration, "The time.").role(OptionRole::time_limit));
  }
};

/// A registry of names and options: no component is made.
struct Names {
  Names() {
    const auto add = [&](const char* kind, const char* name, Schema schema) {
      std::deque<Registry::Entry> entries;
      entries.push_back({{.kind = kind, .name = name, .schema = std::move(schema)}, nullptr});
      registry.commit(std::move(entries));
    };
    add("callback", "Watches", make_schema<WatchOptions>());
    add("callback", "Limits", make_schema<LimitOptions>());
    add("callback", "Shows", make_schema<NoOptions>());
    add("scheduler", "Plateau", make_schema<WatchOptions>());
  }
  Registry registry;
};

std::vector<std::string> kept(const TrainingTables& tables) {
  std::vector<std::string> out;
  for (const ComponentSpec& callback : tables.many("callbacks")) out.push_back(callback.type);
  return out;
}

}  // namespace

TEST_CASE("what watches validation or limits the time is left out, and the steps are given") {
  const Names names;
  TrainingTables tables;
  tables.many("callbacks") = {{"Watches", Value::Map{{"monitor", "val_loss"}}},
                              {"Watches", Value::Map{{"monitor", "train_loss"}}},
                              {"Limits", Value::Map{}},
                              {"Shows", Value::Map{}}};
  tables.options("trainer") = Value::Map{{"max_epochs", 80}, {"max_time", "00:01:00:00"}};
  tables.options("loader") = Value::Map{{"batch_size", 16}};
  take_all_rows(tables, names.registry, 120, 1);
  CHECK(kept(tables) == std::vector<std::string>{"Watches", "Shows"});
  CHECK(tables.options("trainer").at("max_steps") == Value(120));
  CHECK(tables.options("trainer").at("max_epochs") == Value(80));
  CHECK(tables.options("trainer").at("max_time") == Value(""));
  CHECK(tables.options("loader").at("batch_size") == Value(16));
  take_all_rows(tables, names.registry, 120, 4);
  CHECK(tables.options("loader").at("batch_size") == Value(64));
}

TEST_CASE("a schedule that follows validation is refused with the cure") {
  const Names names;
  TrainingTables tables;
  tables.one("scheduler") = {"Plateau", Value::Map{{"monitor", "val_loss"}}};
  try {
    take_all_rows(tables, names.registry, 1, 1);
    FAIL("it follows validation");
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::usage);
    CHECK(std::string(error.what()) ==
          "[scheduler] Plateau follows val_loss, which a training on all rows does not measure: train with a scheduler that follows no "
          "metric, "
          "such as CosineAnnealingLR, or leave this stage out");
  }
  tables.one("scheduler").options["monitor"] = "train_loss";
  CHECK_NOTHROW(take_all_rows(tables, names.registry, 1, 1));
}

TEST_CASE("the steps of an epoch come from the curve") {
  TrainingRecord record{
      .epochs = 3,
      .history = {{.epoch = 0, .step = 10, .val = {}}, {.epoch = 1, .step = 20, .val = {}}, {.epoch = 2, .step = 25, .val = {}}}};
  CHECK(steps_of_epoch(record) == 10);
  record.history.erase(record.history.begin());  // it went on from a checkpoint, and was cut short
  CHECK(steps_of_epoch(record) == 5);
  record.history.resize(1);
  CHECK_FALSE(steps_of_epoch(record).has_value());
  CHECK_FALSE(was_searched({.history = {{.train_loss = 1, .learning_rate = unknown, .val = {}}}}));  // a closed form
  CHECK_FALSE(was_searched({.history = {{.train_loss = unknown, .learning_rate = unknown, .val = {}}}}));
  CHECK(was_searched({.history = {{.train_loss = 1, .learning_rate = 0.1, .val = {}}}}));
}
