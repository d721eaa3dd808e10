#include <doctest/doctest.h>

#include <array>
#include <limits>

#include "pipeline/options.h"

using namespace pipeline;

namespace {

enum class Rounding { down, up, nearest };

struct SizedOptions {
  std::int64_t window = 1, seed = 0;
  std::vector<std::int64_t> milestones{};
  double lr = 1;

  static constexpr auto options() {
    return option_list<SizedOptions>(
        option("window", &SizedOptions::window, "Rows."), option("seed", &SizedOptions::seed, "Of draws.").at_most(9e18),
        option("milestones", &SizedOptions::milestones, "Epochs."), option("lr", &SizedOptions::lr, "Step size."));
  }
};

}  // namespace

template <>
struct pipeline::Words<Rounding> {
  static constexpr std::array words{"down", "up", "nearest"};
};

namespace {

struct RoundingOptions {
  Rounding rounding = Rounding::up;
  static constexpr auto options() {
    return option_list<RoundingOptions>(option("rounding", &RoundingOptions::rounding, "Where halves go."));
  }
};

struct SampleOptions {
  double lr = 0.001;
  std::int64_t layers = 2;
  std::string mode = "min";
  std::vector<std::string> columns;
  Value limit = 1.0;
  Value workers = 1;
  std::int64_t low = 1;
  std::int64_t high = 10;

  static constexpr auto options() {
    return option_list<SampleOptions>(
        option("lr", &SampleOptions::lr, "Step size.").above(0).search_log(1e-5, 1e-1),
        option("layers", &SampleOptions::layers, "Layers.").between(1, 8),
        option("mode", &SampleOptions::mode, "Direction.").choices({"min", "max"}), option("columns", &SampleOptions::columns, "Columns."),
        option("limit", &SampleOptions::limit, "Batches.").number().at_least(0),
        option("workers", &SampleOptions::workers, "Workers.").whole_number().at_least(1).choices({"auto", "fastest"}),
        option("low", &SampleOptions::low, "Low."), option("high", &SampleOptions::high, "High."));
  }
  static std::vector<OptionRule> rules() { return {{OptionRule::Kind::less_than, "low", "high"}}; }
};

std::string mistake_of(Value::Map given) {
  const auto mistakes = check_options(make_schema<SampleOptions>(), Value(std::move(given)));
  REQUIRE(mistakes.size() == 1);
  return mistakes.front().message;
}

}  // namespace

TEST_CASE("a schema takes its defaults from the struct") {
  const Schema schema = make_schema<SampleOptions>();
  REQUIRE(schema.options.size() == 8);
  CHECK(schema.find("lr")->default_value == Value(0.001));
  CHECK(schema.find("lr")->search->log);
  CHECK(to_value(bind_options<SampleOptions>(Value{})) == schema.with_defaults(Value(Value::Map{})));
}

TEST_CASE("given values reach the struct, a single element stands for a list of one") {
  const auto options = bind_options<SampleOptions>(Value(Value::Map{{"lr", 1}, {"columns", "OT"}, {"limit", 3}}));
  CHECK(options.lr == 1.0);
  CHECK(options.columns == std::vector<std::string>{"OT"});
  CHECK(options.limit.is_int());
}

TEST_CASE("mistakes name the option, what it takes and what it got") {
  CHECK(mistake_of({{"lr", 0}}) == "lr takes a number above 0, got 0");
  CHECK(mistake_of({{"lr", "fast"}}) == "lr takes a number above 0, got a string (\"fast\")");
  CHECK(mistake_of({{"layers", 2.5}}) == "layers takes an integer of at least 1 and at most 8, got a float (2.5)");
  CHECK(mistake_of({{"layers", 9}}) == "layers takes an integer of at least 1 and at most 8, got 9");
  CHECK(mistake_of({{"mode", "mix"}}) == "mode takes one of min, max, got \"mix\"; did you mean \"min\"?");
  CHECK(mistake_of({{"layrs", 2}}) == "unknown option \"layrs\"; did you mean \"layers\"?");
  CHECK(mistake_of({{"columns", Value::List{1}}}) == "columns takes strings, got a list");
  CHECK(mistake_of({{"limit", -1}}) == "limit takes an integer or a float of at least 0, got -1");
  CHECK(mistake_of({{"workers", 1.5}}) == "workers takes an integer of at least 1, or auto, or fastest, got a float (1.5)");
  CHECK(mistake_of({{"low", 10}}) == "low (10) must be below high (10)");
}

namespace {

struct FormOptions {
  std::string duration, mode = "fast";
  std::vector<double> betas{0.9, 0.999};
  std::vector<std::string> columns{"a"};
  Value share = 1.0, dev_run = false, last, change = Value::Map{};
  std::int64_t workers = 1;

  static constexpr auto options() {
    return option_list<FormOptions>(option("duration", &FormOptions::duration, "Time.").form(duration_form),
                                    option("mode", &FormOptions::mode, "Mode."),
                                    option("betas", &FormOptions::betas, "Decay.").items(2, 2).at_least(0).below(1),
                                    option("columns", &FormOptions::columns, "Columns.").items(1).choices({"a", "b"}),
                                    option("share", &FormOptions::share, "Batches.").share().at_least(0),
                                    option("dev_run", &FormOptions::dev_run, "Short.").flag().whole_number().at_least(0),
                                    option("last", &FormOptions::last, "Last.").flag().choices({"link"}),
                                    option("change", &FormOptions::change, "Change.").choices_by_name({"log", "diff"}),
                                    option("workers", &FormOptions::workers, "Workers."));
  }
  static std::vector<OptionRule> rules() {
    return {{OptionRule::Kind::restricts, "mode", "workers", "sequence", {1, 2}, "draws in sequence"}};
  }
};

/// The only mistake in `option = value`; empty if there is none.
std::string form_mistake(const std::string& option, const Value& value) {
  const auto mistakes = check_options(make_schema<FormOptions>(), Value(Value::Map{{option, value}}));
  REQUIRE(mistakes.size() <= 1);
  return mistakes.empty() ? "" : mistakes.front().message;
}

}  // namespace

TEST_CASE("a text has the form that its option declares; the default needs none") {
  CHECK(form_mistake("duration", "00:02:30:00").empty());
  CHECK(form_mistake("duration", "").empty());
  for (const char* wrong : {"2h", "1:2:3", "1:2:3:4:5", "1:2:3:4 ", "-1:2:3:4", "1:2:3:9999999999"}) {
    CHECK(form_mistake("duration", wrong) ==
          "duration takes days:hours:minutes:seconds, such as \"00:02:30:00\", got \"" + std::string(wrong) + "\"");
  }
  CHECK_FALSE(form_mistake("duration", std::string(1'000'000, '1')).empty());  // matching it would need a deep stack
}

TEST_CASE("a list has as many elements as its option declares") {
  CHECK(form_mistake("betas", Value::List{0.5, 0.6}).empty());
  CHECK(form_mistake("betas", Value::List{0.5}) == "betas takes 2 numbers of at least 0 and below 1, got 1");
  CHECK(form_mistake("betas", 0.5) == "betas takes 2 numbers of at least 0 and below 1, got 1");
  CHECK(form_mistake("betas", Value::List{0.5, 1.0}) == "betas takes 2 numbers of at least 0 and below 1, got 1.0");
  CHECK(form_mistake("betas", Value::List{}) == "betas is empty: give at least 2");
  CHECK(form_mistake("columns", Value::List{}) == "columns is empty: give at least one of a, b");
  CHECK(form_mistake("columns", "b").empty());
}

TEST_CASE("an option of several types takes those that it declares") {
  CHECK(form_mistake("share", 0.5).empty());
  CHECK(form_mistake("share", 20).empty());
  CHECK(form_mistake("share", 1.5) == "share takes an integer or a share (a float of at most 1) of at least 0, got 1.5");
  CHECK(form_mistake("dev_run", true).empty());
  CHECK(form_mistake("dev_run", 3).empty());
  CHECK(form_mistake("dev_run", 3.5) == "dev_run takes true, false or an integer of at least 0, got a float (3.5)");
  CHECK(form_mistake("last", "link").empty());
  CHECK(form_mistake("last", false).empty());
  CHECK(form_mistake("last", "lnik") == "last takes true or false, or link, got \"lnik\"; did you mean \"link\"?");
  CHECK(form_mistake("last", 1) == "last takes true or false, or link, got an integer (1)");
  CHECK(form_mistake("change", Value::Map{{"OT", "log"}}).empty());
  CHECK(form_mistake("change", Value::Map{{"OT", "lag"}}) == "change of \"OT\" takes one of log, diff, got \"lag\"; did you mean \"log\"?");
  CHECK(form_mistake("change", Value::Map{{"OT", 1}}) == "change of \"OT\" takes one of log, diff, got 1");
  CHECK(form_mistake("change", "log") == "change takes a table whose values are of log, diff, got a string (\"log\")");
}

TEST_CASE("a value of one option may restrict another") {
  const auto mistakes = [](const char* mode, std::int64_t workers) {
    return check_options(make_schema<FormOptions>(), Value(Value::Map{{"mode", mode}, {"workers", workers}}));
  };
  CHECK(mistakes("fast", 3).empty());
  CHECK(mistakes("sequence", 2).empty());
  REQUIRE(mistakes("sequence", 3).size() == 1);
  CHECK(mistakes("sequence", 3).front().option == "workers");
  CHECK(mistakes("sequence", 3).front().message == "mode = \"sequence\" draws in sequence: write workers = 1 or 2 with it, not 3");
}

TEST_CASE("the nearest name is found whatever its case, and none when nothing is near") {
  CHECK(nearest_name("lstmmodel", {"LSTMModel", "LinearModel"}) == "LSTMModel");
  CHECK(nearest_name("patiense", {"monitor", "patience"}) == "patience");
  CHECK(nearest_name("zebra", {"monitor", "patience"}).empty());
  CHECK(nearest_name("", {"a", "b"}).empty());
}

TEST_CASE("a name is found by its letters in another order, or by a part of it: the one closest in length") {
  CHECK(nearest_name("nmae", {"seed", "name"}) == "name");
  CHECK(nearest_name("LSTM", {"AttentionLSTMModel", "GRUModel", "LSTMModel"}) == "LSTMModel");
  CHECK(nearest_name("train_cnn", {"tra", "train", "evaluate"}) == "train");
  CHECK(nearest_name("L", {"LSTMModel"}).empty());
}

TEST_CASE("a suggestion is the intended name, or all names if they are few") {
  CHECK(suggest("LSTM", {"GRUModel", "LSTMModel"}) == "; did you mean \"LSTMModel\"?");
  CHECK(suggest("zebra", {"GRUModel", "LSTMModel", "CNNModel"}) == "; there are GRUModel, LSTMModel and CNNModel");
  CHECK(suggest("zebra", {"GRUModel"}) == "; there is only GRUModel");
  CHECK(suggest("zebra", std::vector<std::string>(13, "GRUModel")).empty());
  CHECK(suggest("zebra", {}).empty());
  CHECK(did_you_mean("zebra", {"GRUModel", "LSTMModel"}).empty());
}

TEST_CASE("an enumeration with words is an option that takes them") {
  const OptionInfo info = make_schema<RoundingOptions>().options.at(0);
  CHECK(info.type == OptionType::string);
  CHECK(info.default_value == Value("up"));
  CHECK(info.choices == std::vector<std::string>{"down", "up", "nearest"});
  CHECK(bind_options<RoundingOptions>(Value(Value::Map{{"rounding", "nearest"}})).rounding == Rounding::nearest);
  CHECK(to_value(RoundingOptions{.rounding = Rounding::down}) == Value(Value::Map{{"rounding", "down"}}));
  CHECK_THROWS_WITH_AS(static_cast<void>(bind_options<RoundingOptions>(Value(Value::Map{{"rounding", "dwn"}}))),
                       "rounding takes one of down, up, nearest, got \"dwn\"; did you mean \"down\"?", Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(parse_word<Rounding>("halves", "off")), "halves takes one of down, up, nearest, got \"off\"",
                       Error);
}

TEST_CASE("an option without a largest value refuses sizes whose products would overflow") {
  const Schema schema = make_schema<SizedOptions>();
  const auto mistake = [&](const char* option, const Value& value) -> std::string {
    const auto mistakes = check_options(schema, Value(Value::Map{{option, value}}));
    return mistakes.empty() ? "" : mistakes.at(0).message;
  };
  CHECK(mistake("window", 1'000'000'000) == "");
  CHECK(mistake("window", std::int64_t{9223372036854775807}) == "window takes an integer of at most 1000000000, got 9223372036854775807");
  CHECK(mistake("window", -2'000'000'000) == "window takes an integer of at most 1000000000, got -2000000000");
  CHECK(mistake("milestones", Value::List{1, 2'000'000'000}) == "milestones takes integers of at most 1000000000, got 2000000000");
  CHECK(mistake("lr", 1e300) == "lr takes a number of at most 1e+30, got 1e+300");
  CHECK(mistake("lr", 1e30) == "");
  CHECK(mistake("lr", 2'000'000'000) == "");
  CHECK(mistake("lr", std::numeric_limits<double>::infinity()) == "");
  CHECK(mistake("seed", std::int64_t{4'000'000'000'000}) == "");
}

TEST_CASE("the name of a file to write leads to no place outside its folder") {
  OptionInfo name;
  name.name = "filename";
  name.type = OptionType::string;
  name.role = OptionRole::file_name;
  const auto mistakes = [&](const char* text) {
    return check_options({.options = {name}, .rules = {}}, Value(Value::Map{{"filename", text}}));
  };
  for (const char* inside : {"", "{epoch}", "a/b", "..a", "a..b", "a/..b"}) CHECK_MESSAGE(mistakes(inside).empty(), inside);
  for (const char* outside : {"../../x", "/tmp/x", "a/../../x", ".."}) CHECK_MESSAGE(mistakes(outside).size() == 1, outside);
  CHECK(mistakes("../../x").at(0).message ==
        "filename leads out of its folder, got \"../../x\": write a name without .. and without / at its beginning");
}
