#include "pipeline/search/search_space.h"

#include <doctest/doctest.h>

#include "pipeline/errors.h"

using namespace pipeline;

namespace {

/// Draws the lowest value or the first choice of everything.
class LowestSampler final : public Sampler {
 public:
  double sample(const StudyState&, const Trial&, const std::string& name, const Distribution& distribution) override {
    asked.push_back(name);
    return distribution.is_categorical() ? 0 : distribution.low;
  }
  std::vector<std::string> asked;
};

const Value table = Value::Map{
    {"model.kernel_size", Value::Map{{"low", 2}, {"high", 8}, {"when", Value::Map{{"model.type", "CNNModel"}}}}},
    {"model.type", Value::Map{{"choices", Value::List{"LSTMModel", "CNNModel"}}}},
    {"optimizer.lr", Value::Map{{"low", 1e-5}, {"high", 1e-1}, {"log", true}, {"name", "lr"}}},
};

TrainingTables lstm() {
  TrainingTables tables;
  tables.one("model") = {"LSTMModel", Value::Map{{"hidden_size", 8}}};
  tables.one("optimizer") = {"Adam", Value::Map{{"lr", 0.1}}};
  tables.many("callbacks") = {{"EarlyStopping", Value::Map{{"patience", 3}}}};
  return tables;
}

struct CnnOptions {
  std::int64_t kernel_size = 3;
  double dropout = 0.1;
  static constexpr auto options() {
    return option_list<CnnOptions>(option("kernel_size", &CnnOptions::kernel_size, "Rows."),
                                   option("dropout", &CnnOptions::dropout, "Share.").at_most(0.5));
  }
};
struct LstmOptions {
  std::int64_t hidden_size = 128;
  double dropout = 0;
  static constexpr auto options() {
    return option_list<LstmOptions>(option("hidden_size", &LstmOptions::hidden_size, "Values."),
                                    option("dropout", &LstmOptions::dropout, "Share."));
  }
};

void add_models(Registry& registry) {
  Registrar registrar;
  registrar.add_table<CnnOptions>("CNNModel", "For tests.");
  registrar.entries().back().info.kind = "model";
  registrar.add_table<LstmOptions>("LSTMModel", "For tests.");
  registrar.entries().back().info.kind = "model";
  registry.commit(std::move(registrar.entries()));
}

}  // namespace

TEST_CASE("parameters are drawn in the given order, after those they depend on") {
  const SearchSpace space = SearchSpace::from_value(table, {"optimizer.lr", "model.kernel_size"});
  std::vector<std::string> paths;
  for (const SearchParameter& parameter : space.parameters()) paths.push_back(parameter.path);
  CHECK(paths == std::vector<std::string>{"optimizer.lr", "model.type", "model.kernel_size"});
  CHECK(space.find("lr")->path == "optimizer.lr");
  CHECK(space.find("nothing") == nullptr);
}

TEST_CASE("a parameter whose condition does not hold is not drawn") {
  const SearchSpace space = SearchSpace::from_value(table);
  LowestSampler sampler;
  Trial trial;
  space.suggest(sampler, {}, trial);
  CHECK(sampler.asked == std::vector<std::string>{"model.type", "lr"});
  CHECK(space.values_of(trial) == Value::Map{{"model.type", "LSTMModel"}, {"optimizer.lr", 1e-5}});
  Trial convolution;
  convolution.fixed = {{"model.type", "CNNModel"}};
  space.suggest(sampler, {}, convolution);
  CHECK(space.values_of(convolution).at("model.kernel_size") == Value(2));
}

TEST_CASE("a range of integers is one of integers, all others are of doubles") {
  const SearchSpace space = SearchSpace::from_value(table);
  CHECK(space.find("model.kernel_size")->distribution == Distribution::integer(2, 8));
  CHECK(space.find("lr")->distribution == Distribution::real(1e-5, 1e-1, 0, true));
}

TEST_CASE("an invalid search space is refused") {
  CHECK_THROWS_AS(static_cast<void>(SearchSpace::from_value(Value::Map{{"model.a", Value::Map{{"low", 1}}}})), Error);
  const Value circle = Value::Map{{"a.a", Value::Map{{"low", 1}, {"high", 2}, {"when", Value::Map{{"a.b", 1}}}}},
                                  {"a.b", Value::Map{{"low", 1}, {"high", 2}, {"when", Value::Map{{"a.a", 1}}}}}};
  CHECK_THROWS_AS(static_cast<void>(SearchSpace::from_value(circle)), Error);
}

TEST_CASE("values go into the tables they name") {
  Registry registry;
  const Value::Map values{{"model.hidden_size", 64},
                          {"optimizer.lr", 0.5},
                          {"trainer.max_epochs", 7},
                          {"callbacks.EarlyStopping.patience", 9},
                          {"slice_windows.window", 12}};
  const TrainingTables tables = with_values(lstm(), values, registry);
  CHECK(tables.one("model").options.at("hidden_size") == Value(64));
  CHECK(tables.one("optimizer").options.at("lr") == Value(0.5));
  CHECK(tables.options("trainer").at("max_epochs") == Value(7));
  CHECK(tables.many("callbacks").front().options.at("patience") == Value(9));
  CHECK(values_of_stage(values, "slice_windows") == Value::Map{{"window", 12}});
  CHECK(values_of_stage(values, "slice").empty());
  CHECK(values_of_stage(values, "model").empty());  // the table's, though a stage may have that name
  CHECK_THROWS_WITH_AS(static_cast<void>(with_values(lstm(), {{"callbacks.Timer.duration", "x"}}, registry)),
                       "callbacks.Timer.duration is searched, but there is no such callback", Error);
}

TEST_CASE("another type takes its defaults, and what is written of the options that it has too") {
  Registry registry;
  add_models(registry);
  const auto dropout_of_cnn = [&](double written) {
    TrainingTables tables = lstm();
    tables.options("model")["dropout"] = written;
    const Value options = with_values(std::move(tables), {{"model.type", "CNNModel"}}, registry).one("model").options;
    CHECK(options.at("kernel_size") == Value(3));
    CHECK(options.find("hidden_size") == nullptr);
    return options.at("dropout").as_double();
  };
  CHECK(dropout_of_cnn(0) == 0.1);  // the default of the first type is nobody's wish
  CHECK(dropout_of_cnn(0.3) == 0.3);
  CHECK(dropout_of_cnn(0.9) == 0.1);  // no value that this type takes
  const TrainingTables same = with_values(lstm(), {{"model.type", "LSTMModel"}}, registry);
  CHECK(same.one("model").options.at("hidden_size") == Value(8));
}

TEST_CASE("lost trials and their repetitions do not change the draws of later trials") {
  StudyState study;
  study.trials.resize(4);
  for (std::size_t i = 0; i < 4; ++i) study.trials[i].number = static_cast<std::int64_t>(i);
  study.trials[1].state = TrialState::fail;
  study.trials[2].system_state["failed_trial"] = 1;
  CHECK(draw_index(study, study.trials[1]) == 1);
  CHECK(draw_index(study, study.trials[2]) == 1);
  CHECK(draw_index(study, study.trials[3]) == 2);
}
