#include "config/json_schema.h"

#include <functional>

#include "config/settings.h"
#include "config/tables.h"

namespace pipeline {

namespace {

using Map = Value::Map;
using List = Value::List;

Value any_of(List choices) { return choices.size() == 1 ? choices.front() : Value(Map{{"anyOf", std::move(choices)}}); }

/// A text that is filled in from the environment before it is checked.
Value from_environment() { return Map{{"type", "string"}, {"pattern", R"(\$\{env:)"}}; }

Value with_range(const char* type, const OptionInfo& option) {
  Value schema(Map{{"type", type}});
  if (option.minimum) schema[option.minimum_excluded ? "exclusiveMinimum" : "minimum"] = *option.minimum;
  if (option.maximum) schema[option.maximum_excluded ? "exclusiveMaximum" : "maximum"] = *option.maximum;
  return schema;
}

Value text_schema(const OptionInfo& option) {
  if (option.form) {
    return any_of({Map{{"type", "string"}, {"pattern", "^(?:" + option.form->pattern + ")$"}}, Map{{"const", option.default_value}},
                   from_environment()});
  }
  if (option.choices.empty() || option.role == OptionRole::input_path) return Map{{"type", "string"}};
  return any_of({Map{{"enum", List(option.choices.begin(), option.choices.end())}}, from_environment()});
}

/// One element, or a list of them, as many as the option takes.
Value one_or_many(const Value& element, const OptionInfo& option = {}) {
  Value list(Map{{"type", "array"}, {"items", element}});
  if (option.least_items > 0) list["minItems"] = static_cast<std::int64_t>(option.least_items);
  if (option.most_items > 0) list["maxItems"] = static_cast<std::int64_t>(option.most_items);
  return option.least_items > 1 ? list : any_of({element, list});
}

Value table_by_name(Value element) { return Map{{"type", "object"}, {"additionalProperties", std::move(element)}, {"minProperties", 1}}; }

/// An option of type any.
Value any_schema(const OptionInfo& option) {
  if (option.by_name && !option.whole) return Map{{"type", "object"}, {"additionalProperties", text_schema(option)}};
  List taken;
  if (option.by_name) taken.push_back(table_by_name(with_range("integer", option)));
  if (option.flag) taken.emplace_back(Map{{"type", "boolean"}});
  if (option.numeric) taken.push_back(with_range(option.whole ? "integer" : "number", option));
  if (taken.empty()) return Map{};
  if (!option.choices.empty()) taken.push_back(text_schema(option));
  return any_of(std::move(taken));
}

Value value_schema(const OptionInfo& option) {
  switch (option.type) {
    case OptionType::boolean:
      return Map{{"type", "boolean"}};
    case OptionType::integer:
      return with_range("integer", option);
    case OptionType::number:
      return with_range("number", option);
    case OptionType::string:
      return text_schema(option);
    case OptionType::integers:
      return one_or_many(with_range("integer", option), option);
    case OptionType::numbers:
      return one_or_many(with_range("number", option), option);
    case OptionType::strings:
      return one_or_many(text_schema(option), option);
    case OptionType::any:
      return any_schema(option);
  }
  return Map{};
}

Value option_schema(const OptionInfo& option) {
  Value schema = value_schema(option);
  schema["description"] = option.doc + (option.unit.empty() ? "" : " (" + option.unit + ")");
  const bool has_default = !option.required && !option.default_value.is_null() && option.default_value != Value("");
  if (has_default) schema["default"] = option.default_value;
  return schema;
}

/// An object with a component's options, the members `more`, and no others.
Value options_object(const Schema& schema, Map more, bool needs_type) {
  for (const OptionInfo& option : schema.options) more.insert_or_assign(option.name, option_schema(option));
  Value object(Map{{"type", "object"}, {"properties", std::move(more)}, {"additionalProperties", false}});
  if (needs_type) object["required"] = List{"type"};
  return object;
}

std::string definition_name(const ComponentInfo& info, bool typed) { return info.kind + "." + info.name + (typed ? "" : ".untyped"); }
Value reference(const std::string& definition) { return Map{{"$ref", "#/$defs/" + definition}}; }

Value type_member(const ComponentInfo& info) { return Map{{"const", info.name}, {"description", info.summary}}; }

/// Whether required options are demanded. They are not where a base file may give them.
enum class Demand { nothing, required_options };

Value with_demand(Value schema, const ComponentInfo& info, Demand demand) {
  List names;
  for (const OptionInfo& option : info.schema.options) {
    if (option.required) names.emplace_back(option.name);
  }
  if (demand == Demand::nothing || names.empty()) return schema;
  return Map{{"allOf", List{std::move(schema), Map{{"required", std::move(names)}}}}};
}

Value has_type() { return Map{{"required", List{"type"}}}; }

/// A table whose `type` decides its options. Each type has one rule, so that a mistake points at its key and not at the table. `properties`
/// holds the options of all types, since editors complete from there. A type from the environment is not checked further.
Value table_by_type(const std::vector<const ComponentInfo*>& infos, const std::function<Value(const ComponentInfo&)>& members_of,
                    Demand demand) {
  Map members;
  List types, rules;
  for (const ComponentInfo* info : infos) {
    types.emplace_back(info->name);
    const Value properties = members_of(*info);
    for (const auto& [name, member] : properties.as_map()) {
      const Value* meaning = member.find("description");
      members.try_emplace(name, meaning ? Value(Map{{"description", *meaning}}) : Value(Map{}));
    }
    rules.push_back(Map{{"if", Map{{"properties", Map{{"type", Map{{"const", info->name}}}}}, {"required", List{"type"}}}},
                        {"then", with_demand(reference(definition_name(*info, true)), *info, demand)}});
  }
  members["type"] = any_of({Map{{"enum", std::move(types)}}, from_environment()});
  Map table{{"type", "object"}, {"properties", std::move(members)}, {"additionalProperties", false}};
  if (!rules.empty()) table["allOf"] = std::move(rules);  // no plugin may give a component of the kind
  return table;
}

Value option_members(const ComponentInfo& info) {
  Map members;
  for (const OptionInfo& option : info.schema.options) members[option.name] = Map{{"description", option.doc}};
  return members;
}

/// Lets the table take the options of any of the components while it has no `type`.
void allow_untyped(Value& table, const std::vector<const ComponentInfo*>& infos) {
  List untyped;
  for (const ComponentInfo* info : infos) untyped.push_back(reference(definition_name(*info, false)));
  if (!untyped.empty()) table["allOf"].as_list().push_back(Map{{"if", Map{{"not", has_type()}}}, {"then", any_of(std::move(untyped))}});
}

/// A table that names a component. In a list `type` is required; elsewhere it may come from the default, a shared table or a base file.
Value component_table(const Registry& registry, const TableRule& rule) {
  const std::vector<const ComponentInfo*> infos = registry.list(rule.kind);
  Value table = table_by_type(infos, option_members, rule.many ? Demand::required_options : Demand::nothing);
  if (rule.many) {
    table["required"] = List{"type"};
    return table;
  }
  allow_untyped(table, infos);
  return table;
}

Value training_table(const Registry& registry, const TableRule& rule) {
  if (!rule.has_type()) {
    const ComponentInfo* info = registry.find(rule.kind, rule.name);
    return info ? reference(definition_name(*info, true)) : Value(Map{{"type", "object"}});
  }
  if (rule.many) return Map{{"type", "array"}, {"items", component_table(registry, rule)}};
  return component_table(registry, rule);
}

Value name_list() { return one_or_many(Map{{"type", "string"}}); }

/// A stage of one type: its options, its tables and the members of every stage.
Value stage_object(const Registry& registry, const ComponentInfo& info, bool typed) {
  Map members{{"inputs", Map{{"type", "object"},
                             {"additionalProperties", name_list()},
                             {"description", "Which stage gives a kind of artifact, where several do."}}},
              {"needs", name_list()}};
  for (const std::string& table : info.tables) {
    if (const TableRule* rule = find_table_rule(table)) members.insert_or_assign(table, training_table(registry, *rule));
  }
  if (typed) members.insert_or_assign("type", type_member(info));
  Value object = options_object(info.schema, std::move(members), typed);
  object["description"] = info.summary;
  return object;
}

Value definitions(const Registry& registry) {
  Map all;
  for (const ComponentInfo* info : registry.list()) {
    for (const bool typed : {true, false}) {
      const std::string name = definition_name(*info, typed);
      if (info->kind == "stage") {
        all[name] = stage_object(registry, *info, typed);
      } else if (info->kind == "table") {
        if (typed) all[name] = options_object(info->schema, {}, false);
      } else {
        all[name] = options_object(info->schema, {{"type", type_member(*info)}}, typed);
      }
    }
  }
  return all;
}

/// `strict`: there is no base file. A stage whose name is no type then needs `type`, and required options must be given.
Value stages_schema(const Registry& registry, bool strict) {
  const Demand demand = strict ? Demand::required_options : Demand::nothing;
  const std::vector<const ComponentInfo*> infos = registry.list("stage");
  const Value any_stage = table_by_type(
      infos, [&](const ComponentInfo& info) { return stage_object(registry, info, true).at("properties"); }, demand);
  Map named;
  for (const ComponentInfo* info : infos) {
    Value stage = any_stage;
    stage["allOf"].as_list().push_back(
        Map{{"if", Map{{"not", has_type()}}}, {"then", with_demand(reference(definition_name(*info, false)), *info, demand)}});
    named[info->name] = std::move(stage);
  }
  Value other = any_stage;
  if (strict) {
    other["required"] = List{"type"};
  } else {
    allow_untyped(other, infos);
  }
  return Map{{"type", "object"},
             {"properties", std::move(named)},
             {"additionalProperties", std::move(other)},
             {"description", "The stages; a table's name is the stage's name, and its type unless `type` says another."}};
}

Value split_schema() {
  const auto tail = [] {
    const Value number(Map{{"type", "number"}, {"minimum", 0}});
    return any_of({number, table_by_name(number)});
  };
  const auto three = [](Value item) { return Value(Map{{"type", "array"}, {"items", std::move(item)}, {"minItems", 3}, {"maxItems", 3}}); };
  return Map{
      {"anyOf", List{three(Map{{"type", "number"}, {"minimum", 0}, {"maximum", 1}}), three(Map{{"type", "integer"}, {"minimum", 1}}),
                     Map{{"type", "array"}, {"items", Map{{"type", "string"}}}, {"minItems", 2}, {"maxItems", 2}},
                     Map{{"type", "object"},
                         {"properties", Map{{"val", tail()}, {"test", tail()}, {"calibration", tail()}}},
                         {"required", List{"val", "test"}},
                         {"additionalProperties", false}}}},
      {"description",
       "Three fractions of the rows, three counts, two times (the first of validation and the first of test), or rows or shares at the "
       "end of each series; calibration rows lie before those of test, and serve conformal intervals alone."},
      {"default", List{0.7, 0.15, 0.15}}};
}

}  // namespace

Value workflow_schema(const Registry& registry) {
  Map members;
  for (const OptionInfo& option : make_schema<WorkflowOptions>().options) members[option.name] = option_schema(option);
  members["split"] = split_schema();
  members["device"] = Map{{"type", "string"},
                          {"pattern", R"(^(auto|cpu|cuda(:[0-9]{1,3})?)$|\$\{env:)"},
                          {"description", make_schema<WorkflowOptions>().find("device")->doc},
                          {"default", "auto"}};
  members["threads"] =
      Map{{"anyOf", List{Map{{"type", "integer"}, {"minimum", 1}, {"maximum", 4096}}, Map{{"const", "auto"}}, from_environment()}},
          {"description", make_schema<WorkflowOptions>().find("threads")->doc},
          {"default", "auto"}};
  const Value rows(Map{{"type", "integer"}, {"minimum", 1}});
  members["season_length"] = Map{{"anyOf", List{Map{{"const", "infer"}}, rows, table_by_name(rows), from_environment()}},
                                 {"description", make_schema<WorkflowOptions>().find("season_length")->doc},
                                 {"default", "infer"}};
  members["extends"] = Map{{"type", "string"}, {"description", "A workflow that this one changes: tables merge, lists are replaced."}};
  members["plugins"] = Map{{"type", "object"},
                           {"properties", Map{{"path", name_list()}}},
                           {"additionalProperties", false},
                           {"description", "Folders searched for plugins first, relative to this file."}};
  for (const TableRule& rule : training_table_rules()) members[rule.name] = training_table(registry, rule);
  members["stages"] = stages_schema(registry, false);
  members["name"]["pattern"] = R"(^[A-Za-z0-9._-]*[A-Za-z0-9_-][A-Za-z0-9._-]*$|\$\{env:)";
  return Map{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
             {"title", "pipeline workflow"},
             {"type", "object"},
             {"properties", std::move(members)},
             {"additionalProperties", false},
             {"if", Map{{"required", List{"extends"}}}},
             {"else", Map{{"properties", Map{{"stages", stages_schema(registry, true)}}}}},
             {"$defs", definitions(registry)}};
}

}  // namespace pipeline
