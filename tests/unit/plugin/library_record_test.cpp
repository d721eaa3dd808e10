#include <doctest/doctest.h>

#include <limits>

#include "plugin/library_record.h"
#include "plugin/schema_check.h"

using namespace pipeline;

namespace {

OptionInfo option_info(const std::string& name, OptionType type, Value default_value) {
  OptionInfo option;
  option.name = name;
  option.type = type;
  option.default_value = std::move(default_value);
  option.doc = "What it means.";
  return option;
}

PluginLibrary full_library() {
  OptionInfo option = option_info("lr", OptionType::number, 0.001);
  option.unit = "per step";
  option.minimum = 0.0;
  option.minimum_excluded = true;
  option.maximum = 1.0;
  option.search = SearchRange{1e-5, 0.1, 0, true};
  option.searchable = true;
  option.affects_result = false;
  const OptionInfo limit = option_info("limit", OptionType::number, std::numeric_limits<double>::infinity());
  OptionInfo mode = option_info("mode", OptionType::string, "min");
  mode.choices = {"min", "max"};
  mode.role = OptionRole::column;
  OptionInfo time = option_info("time", OptionType::string, "");
  time.form = TextForm{"[0-9]+:[0-9]+", "hours:minutes", "02:30"};
  OptionInfo betas = option_info("betas", OptionType::numbers, Value::List{0.9, 0.999});
  betas.least_items = betas.most_items = 2;
  OptionInfo last = option_info("last", OptionType::any, Value());
  last.flag = last.numeric = last.share = true;
  OptionInfo change = option_info("change", OptionType::any, Value::Map{});
  change.by_name = true;
  change.choices = {"log"};
  ComponentInfo component;
  component.kind = "stage";
  component.name = "thing";
  component.summary = "A thing.";
  component.reference = "Somebody, 1999";
  component.schema.options = {option, limit, mode, time, betas, last, change};
  component.schema.rules = {{OptionRule::Kind::less_than, "lr", "limit"},
                            {OptionRule::Kind::restricts, "mode", "lr", "max", {0.5, 1.0}, "takes few"}};
  component.enumerates = true;
  component.uses_season_length = true;
  component.inputs = {{"series", false, "path"}, {"windows", true, ""}};
  component.outputs = {"things"};
  component.tables = {"model"};
  component.uses_randomness = false;
  component.only_watches = true;
  component.plugin = "plug", component.version = "1", component.library = "/x/libplug.so", component.build = "abc";
  return {.path = "/x/libplug.so",
          .stamp = {1, 2, 3},
          .name = "plug",
          .version = "1",
          .license = "MIT",
          .description = "d",
          .torch_version = "2",
          .build = "abc",
          .components = {component},
          .code = RefusalCode::none,
          .reason = ""};
}

}  // namespace

TEST_CASE("a library's record restores everything, also from JSON text") {
  const PluginLibrary before = full_library();
  const PluginLibrary after = library_of(from_json(to_json(to_record(before)), "here"));
  CHECK(to_record(after) == to_record(before));
  CHECK(after.stamp == before.stamp);
  const ComponentInfo& component = after.components.at(0);
  CHECK(component.library == "/x/libplug.so");
  CHECK(component.build == "abc");
  CHECK(component.schema.find("limit")->default_value == Value(std::numeric_limits<double>::infinity()));
  CHECK(component.schema.find("lr")->search->log);
  CHECK(component.schema.find("mode")->role == OptionRole::column);
  CHECK(component.inputs.at(1).many);
  CHECK(component.only_watches);
  CHECK(component.schema.find("lr")->searchable);
  CHECK_FALSE(component.schema.find("mode")->searchable);
  CHECK(component.schema.find("time")->form->words == "hours:minutes");
  CHECK(component.schema.find("betas")->most_items == 2);
  CHECK(component.schema.find("last")->flag);
  CHECK(component.schema.find("last")->share);
  CHECK(component.schema.find("change")->by_name);
  CHECK(component.schema.rules.at(1).allowed == Value::List{0.5, 1.0});
  CHECK(component.enumerates);
  CHECK(component.uses_season_length);
}

TEST_CASE("a contradiction in a schema is reported") {
  const ComponentInfo good = full_library().components.at(0);
  CHECK(schema_mistake(good).empty());
  const auto mistake = [&](auto change) {
    ComponentInfo bad = good;
    change(bad.schema);
    return schema_mistake(bad);
  };
  CHECK(mistake([](Schema& s) { s.options[1].name = "lr"; }) == "the option lr is listed twice");
  CHECK(mistake([](Schema& s) { s.options[1].doc = ""; }) == "the option limit has no description");
  CHECK(mistake([](Schema& s) { s.options[0].default_value = 2.0; }).starts_with("its default is not allowed (lr takes"));
  CHECK(mistake([](Schema& s) { s.options[2].default_value = "mid"; }).starts_with("its default is not allowed (mode takes"));
  CHECK(mistake([](Schema& s) { s.options[0].search->low = 0; }).starts_with("lr suggests a logarithmic search from"));
  CHECK(mistake([](Schema& s) { s.options[0].search->high = 5; }) == "lr suggests a search outside its range");
  CHECK(mistake([](Schema& s) { s.options[0].minimum = 3; }) == "lr allows no value: minimum above maximum");
  CHECK(mistake([](Schema& s) { s.options[3].form->example = "2h"; }) == "the form of time does not fit its example \"2h\"");
  CHECK(mistake([](Schema& s) { s.options[3].form->pattern = "["; }).starts_with("the form of time is no regular expression: "));
  CHECK(mistake([](Schema& s) { s.options[4].most_items = 1; }).starts_with("its default is not allowed (betas takes"));
  CHECK(mistake([](Schema& s) { s.rules[0].second = "gone"; }) == "a rule names the option gone, which is not there");
  CHECK(mistake([](Schema& s) { s.rules[0].second = "gone.type"; }) == "a rule names the option gone.type, which is not there");
}

TEST_CASE("a rule that could not be checked is reported") {
  const ComponentInfo good = full_library().components.at(0);
  const auto mistake = [&](const OptionRule& rule, const char* kind = "model") {
    ComponentInfo bad = good;
    bad.kind = kind;
    bad.schema.rules = {rule};
    return schema_mistake(bad);
  };
  using enum OptionRule::Kind;
  CHECK(mistake({restricts, "mode", "loss.type", "max", {"MSELoss"}, "squares"}).empty());
  CHECK(mistake({restricts, "mode", "loader.batch_size", "max", {32}, "takes few"}).empty());
  CHECK(mistake({restricts, "mode", "loss.type", "max", {"MSELoss"}, "squares"}, "stage") ==
        "the rule of mode and loss.type would never be checked: no training table names a stage");
  CHECK(mistake({restricts, "loss.type", "mode", "MSELoss", {"max"}, "squares"}) ==
        "a rule names the option loss.type, which is not there");
  CHECK(mistake({less_than, "lr", "loader.batch_size"}) == "a rule names the option loader.batch_size, which is not there");
  CHECK(mistake({restricts, "mode", "loss.", "max", {"MSELoss"}, "squares"}) ==
        "the rule of mode and loss. names no option of loss, as in loss.type");
  CHECK(mistake({restricts, "mode", "loss.type.name", "max", {"MSELoss"}, "squares"}) ==
        "the rule of mode and loss.type.name names no option of loss, as in loss.type");
  CHECK(mistake({restricts, "mode", "callbacks.type", "max", {"Timer"}, "stops"}) ==
        "the rule of mode and callbacks.type is about a list: callbacks may hold several components, or none");
  CHECK(mistake({restricts, "mode", "loss.type", "max", {}, "squares"}) == "the rule of mode and loss.type allows no value");
  CHECK(mistake({restricts, "mode", "loss.type", "max", {"MSELoss"}}) == "the rule of mode and loss.type does not say why");
  CHECK(mistake({restricts, "mode", "loss.type", "max", {1}, "squares"}) ==
        "the rule of mode and loss.type allows what is no type of [loss]");
  CHECK(mistake({restricts, "mode", "loader.type", "max", {"x"}, "squares"}) ==
        "the rule of mode and loader.type allows what is no type of [loader]");
  CHECK(mistake({restricts, "mode", "loss.type", "mid", {"MSELoss"}, "squares"}) ==
        "the rule of mode and loss.type names mode = \"mid\", which it never is");
  CHECK(mistake({restricts, "mode", "lr", "max", {5.0}, "takes few"}) == "the rule of mode and lr names lr = 5.0, which it never is");
  CHECK(mistake({divisible, "lr", "mode"}) == "the rule of lr and mode compares numbers, and mode is none");
}
