#include "pipeline/search/search_space.h"

#include <algorithm>

#include "base/option_value.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

Distribution distribution_of(const std::string& path, const Value& range) {
  if (const Value* choices = range.find("choices")) return Distribution::categorical(choices->as_list());
  const Value* low = range.find("low");
  const Value* high = range.find("high");
  if (!low || !high) throw usage_error("search: " + path + " has no low and high, and no choices");
  const Value* step = range.find("step");
  const Value* log = range.find("log");
  const bool in_log = log && log->as_bool();
  if (low->is_int() && high->is_int()) return Distribution::integer(low->as_int(), high->as_int(), step ? step->as_int() : 1, in_log);
  return Distribution::real(low->as_double(), high->as_double(), step ? step->as_double() : 0, in_log);
}

SearchParameter parameter_of(const std::string& path, const Value& range) {
  const Value* name = range.find("name");
  SearchParameter parameter{path, name ? name->as_string() : path, distribution_of(path, range), {}};
  if (const Value* when = range.find("when")) {
    for (const auto& [other, values] : when->as_map()) {
      parameter.when[other] = values.is_list() ? values.as_list() : Value::List{values};
    }
  }
  return parameter;
}

bool holds(const SearchParameter& parameter, const Value::Map& drawn) {
  return std::ranges::all_of(parameter.when, [&](const auto& condition) {
    const auto value = drawn.find(condition.first);
    if (value == drawn.end()) return false;
    return std::ranges::any_of(condition.second, [&](const Value& wanted) { return same_value(wanted, value->second); });
  });
}

/// "callbacks.EarlyStopping.patience" -> {"callbacks", "EarlyStopping.patience"}
std::pair<std::string_view, std::string_view> split_at_dot(std::string_view path) {
  const std::size_t dot = path.find('.');
  return {path.substr(0, dot), dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1)};
}

/// `path`: "EarlyStopping.patience"
void set_in_list(std::vector<ComponentSpec>& list, const TableRule& rule, std::string_view path, const Value& value) {
  const auto [type, option] = split_at_dot(path);
  const auto found = std::ranges::find(list, type, &ComponentSpec::type);
  if (found == list.end()) throw usage_error(rule.name + "." + std::string(path) + " is searched, but there is no such " + rule.kind);
  found->options[option] = value;
}

ComponentSpec of_type(const ComponentSpec& from, const std::string& kind, const std::string& type, const Registry& registry) {
  const ComponentInfo *before = registry.find(kind, from.type), *now = registry.find(kind, type);
  ComponentSpec out{type, now ? now->schema.with_defaults(Value::Map{}) : Value(Value::Map{})};
  if (!before || !now) return out;
  for (const auto& [name, value] : from.options.as_map()) {
    const OptionInfo *first = before->schema.find(name), *second = now->schema.find(name);
    if (first && second && value != first->default_value && !value_mistake(*second, value)) out.options[name] = value;
  }
  return out;
}

}  // namespace

SearchSpace SearchSpace::from_value(const Value& table, const std::vector<std::string>& order) {
  std::vector<std::string> paths = order;
  for (const auto& [path, range] : table.as_map()) {
    if (std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
  }
  SearchSpace space;
  const auto placed = [&](const std::string& path) { return std::ranges::find(space.parameters_, path, &SearchParameter::path); };
  while (!paths.empty()) {
    const auto ready = std::ranges::find_if(paths, [&](const std::string& path) {
      const Value& range = table.at(path);
      const Value* when = range.find("when");
      return !when || std::ranges::all_of(when->as_map(), [&](const auto& c) { return placed(c.first) != space.parameters_.end(); });
    });
    if (ready == paths.end()) throw usage_error("search: the conditions of " + paths.front() + " lead nowhere or in a circle");
    space.parameters_.push_back(parameter_of(*ready, table.at(*ready)));
    paths.erase(ready);
  }
  return space;
}

const SearchParameter* SearchSpace::find(std::string_view path_or_name) const {
  const auto found =
      std::ranges::find_if(parameters_, [&](const SearchParameter& p) { return p.path == path_or_name || p.name == path_or_name; });
  return found == parameters_.end() ? nullptr : &*found;
}

std::vector<std::pair<std::string, Distribution>> SearchSpace::distributions() const {
  std::vector<std::pair<std::string, Distribution>> all;
  for (const SearchParameter& parameter : parameters_) all.emplace_back(parameter.name, parameter.distribution);
  return all;
}

void SearchSpace::suggest(Sampler& sampler, const StudyState& study, Trial& trial) const {
  Value::Map drawn;
  for (const SearchParameter& parameter : parameters_) {
    if (!holds(parameter, drawn)) continue;
    const double value = pipeline::suggest(sampler, study, trial, parameter.name, parameter.distribution);
    drawn[parameter.path] = parameter.distribution.external(value);
  }
}

Value::Map SearchSpace::values_of(const Trial& trial) const {
  Value::Map values;
  for (const auto& [name, value] : trial.parameters) {
    if (const SearchParameter* parameter = find(name)) values[parameter->path] = trial.distributions.at(name).external(value);
  }
  return values;
}

TrainingTables with_values(TrainingTables tables, const Value::Map& values, const Registry& registry) {
  // Types first: another type has other options.
  for (const auto& [path, value] : values) {
    const auto [table, option] = split_at_dot(path);
    const TableRule* rule = find_table_rule(table);
    if (!rule || rule->many || option != "type" || tables.one(table).type == value.as_string()) continue;
    tables.one(table) = of_type(tables.one(table), rule->kind, value.as_string(), registry);
  }
  for (const auto& [path, value] : values) {
    const auto [table, option] = split_at_dot(path);
    const TableRule* rule = find_table_rule(table);
    if (!rule || option == "type") continue;
    if (rule->many) {
      set_in_list(tables.many(table), *rule, option, value);
    } else {
      tables.options(table)[option] = value;
    }
  }
  return tables;
}

Value::Map values_of_stage(const Value::Map& values, std::string_view stage) {
  Value::Map found;
  if (find_table_rule(stage)) return found;
  const std::string prefix = std::string(stage) + ".";
  for (const auto& [path, value] : values) {
    if (path.starts_with(prefix)) found[path.substr(prefix.size())] = value;
  }
  return found;
}

}  // namespace pipeline
