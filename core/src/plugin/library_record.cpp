#include "plugin/library_record.h"

#include <cmath>
#include <limits>

namespace pipeline {

namespace {

/// JSON has no infinity or NaN: such a default is kept as text in a table of its own.
Value default_record(const Value& value) {
  if (!value.is_double() || std::isfinite(value.as_double())) return value;
  const double number = value.as_double();
  return Value::Map{{"not_finite", std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf"}};
}

Value default_of(const Value& record) {
  const Value* text = record.find("not_finite");
  if (!text) return record;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return text->as_string() == "nan" ? std::numeric_limits<double>::quiet_NaN() : text->as_string() == "inf" ? infinity : -infinity;
}

Value texts(const std::vector<std::string>& list) { return Value::List(list.begin(), list.end()); }

std::vector<std::string> texts_of(const Value& list) {
  std::vector<std::string> out;
  for (const Value& text : list.as_list()) out.push_back(text.as_string());
  return out;
}

Value option_record(const OptionInfo& o) {
  Value record(Value::Map{{"name", o.name},
                          {"type", static_cast<int>(o.type)},
                          {"default", default_record(o.default_value)},
                          {"doc", o.doc},
                          {"unit", o.unit},
                          {"minimum_excluded", o.minimum_excluded},
                          {"maximum_excluded", o.maximum_excluded},
                          {"numeric", o.numeric},
                          {"whole", o.whole},
                          {"share", o.share},
                          {"flag", o.flag},
                          {"by_name", o.by_name},
                          {"required", o.required},
                          {"choices", texts(o.choices)},
                          {"least_items", static_cast<std::int64_t>(o.least_items)},
                          {"most_items", static_cast<std::int64_t>(o.most_items)},
                          {"searchable", o.searchable},
                          {"affects_result", o.affects_result},
                          {"secret", o.secret},
                          {"role", static_cast<int>(o.role)}});
  if (o.minimum) record["minimum"] = *o.minimum;
  if (o.maximum) record["maximum"] = *o.maximum;
  if (o.form) record["form"] = Value::Map{{"pattern", o.form->pattern}, {"words", o.form->words}, {"example", o.form->example}};
  if (o.search)
    record["search"] = Value::Map{{"low", o.search->low}, {"high", o.search->high}, {"step", o.search->step}, {"log", o.search->log}};
  return record;
}

OptionInfo option_of(const Value& record) {
  OptionInfo o;
  o.name = record.at("name").as_string();
  o.type = static_cast<OptionType>(record.at("type").as_int());
  o.default_value = default_of(record.at("default"));
  o.doc = record.at("doc").as_string();
  o.unit = record.at("unit").as_string();
  o.minimum_excluded = record.at("minimum_excluded").as_bool();
  o.maximum_excluded = record.at("maximum_excluded").as_bool();
  o.numeric = record.at("numeric").as_bool();
  o.whole = record.at("whole").as_bool();
  o.share = record.at("share").as_bool();
  o.flag = record.at("flag").as_bool();
  o.by_name = record.at("by_name").as_bool();
  o.required = record.at("required").as_bool();
  o.choices = texts_of(record.at("choices"));
  o.least_items = static_cast<std::size_t>(record.at("least_items").as_int());
  o.most_items = static_cast<std::size_t>(record.at("most_items").as_int());
  o.searchable = record.at("searchable").as_bool();
  o.affects_result = record.at("affects_result").as_bool();
  o.secret = record.at("secret").as_bool();
  o.role = static_cast<OptionRole>(record.at("role").as_int());
  if (const Value* low = record.find("minimum")) o.minimum = low->as_double();
  if (const Value* high = record.find("maximum")) o.maximum = high->as_double();
  if (const Value* form = record.find("form"))
    o.form = TextForm{form->at("pattern").as_string(), form->at("words").as_string(), form->at("example").as_string()};
  if (const Value* s = record.find("search"))
    o.search = SearchRange{s->at("low").as_double(), s->at("high").as_double(), s->at("step").as_double(), s->at("log").as_bool()};
  return o;
}

Value component_record(const ComponentInfo& c) {
  Value::List options, rules, inputs;
  for (const OptionInfo& option : c.schema.options) options.push_back(option_record(option));
  for (const OptionRule& rule : c.schema.rules)
    rules.push_back(Value::Map{{"kind", static_cast<int>(rule.kind)},
                               {"first", rule.first},
                               {"second", rule.second},
                               {"value", rule.value},
                               {"allowed", rule.allowed},
                               {"why", rule.why}});
  for (const Port& port : c.inputs) {
    inputs.push_back(Value::Map{
        {"kind", port.kind}, {"many", port.many}, {"unless_set", port.unless_set}, {"only_if", port.only_if}, {"optional", port.optional}});
  }
  return Value::Map{{"kind", c.kind},
                    {"name", c.name},
                    {"summary", c.summary},
                    {"reference", c.reference},
                    {"options", options},
                    {"rules", rules},
                    {"inputs", inputs},
                    {"outputs", texts(c.outputs)},
                    {"tables", texts(c.tables)},
                    {"only_watches", c.only_watches},
                    {"uses_randomness", c.uses_randomness},
                    {"recipient", c.recipient},
                    {"shared_folder", c.shared_folder},
                    {"growing", texts(c.growing)},
                    {"uses_metrics", c.uses_metrics},
                    {"uses_season_length", c.uses_season_length},
                    {"enumerates", c.enumerates},
                    {"on_every_rank", c.on_every_rank}};
}

ComponentInfo component_of(const Value& record, const PluginLibrary& library) {
  ComponentInfo c;
  c.kind = record.at("kind").as_string();
  c.name = record.at("name").as_string();
  c.summary = record.at("summary").as_string();
  c.reference = record.at("reference").as_string();
  for (const Value& option : record.at("options").as_list()) c.schema.options.push_back(option_of(option));
  for (const Value& rule : record.at("rules").as_list()) {
    c.schema.rules.push_back({static_cast<OptionRule::Kind>(rule.at("kind").as_int()), rule.at("first").as_string(),
                              rule.at("second").as_string(), rule.at("value"), rule.at("allowed").as_list(), rule.at("why").as_string()});
  }
  for (const Value& port : record.at("inputs").as_list())
    c.inputs.push_back({port.at("kind").as_string(), port.at("many").as_bool(), port.at("unless_set").as_string(),
                        port.at("only_if").as_string(), port.at("optional").as_bool()});
  c.outputs = texts_of(record.at("outputs"));
  c.tables = texts_of(record.at("tables"));
  c.only_watches = record.at("only_watches").as_bool();
  c.uses_randomness = record.at("uses_randomness").as_bool();
  c.recipient = record.at("recipient").as_string();
  c.shared_folder = record.at("shared_folder").as_bool();
  c.growing = texts_of(record.at("growing"));
  c.uses_metrics = record.at("uses_metrics").as_bool();
  c.uses_season_length = record.at("uses_season_length").as_bool();
  c.enumerates = record.at("enumerates").as_bool();
  c.on_every_rank = record.at("on_every_rank").as_bool();
  c.plugin = library.name;
  c.version = library.version;
  c.library = library.path.string();
  c.build = library.build;
  return c;
}

}  // namespace

Value to_record(const PluginLibrary& library) {
  Value::List components;
  for (const ComponentInfo& component : library.components) components.push_back(component_record(component));
  return Value::Map{{"path", library.path.string()},
                    {"size", library.stamp.size},
                    {"modified", library.stamp.modified},
                    {"changed", library.stamp.changed},
                    {"name", library.name},
                    {"version", library.version},
                    {"license", library.license},
                    {"description", library.description},
                    {"torch_version", library.torch_version},
                    {"build", library.build},
                    {"code", static_cast<int>(library.code)},
                    {"reason", library.reason},
                    {"components", components}};
}

PluginLibrary library_of(const Value& record) {
  PluginLibrary library;
  library.path = record.at("path").as_string();
  library.stamp = {record.at("size").as_int(), record.at("modified").as_int(), record.at("changed").as_int()};
  library.name = record.at("name").as_string();
  library.version = record.at("version").as_string();
  library.license = record.at("license").as_string();
  library.description = record.at("description").as_string();
  library.torch_version = record.at("torch_version").as_string();
  library.build = record.at("build").as_string();
  library.code = static_cast<RefusalCode>(record.at("code").as_int());
  library.reason = record.at("reason").as_string();
  for (const Value& component : record.at("components").as_list()) library.components.push_back(component_of(component, library));
  return library;
}

}  // namespace pipeline
