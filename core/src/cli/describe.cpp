#include <iostream>

#include "base/foreign_names.h"
#include "cli/host.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "config/check.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/stage.h"
#include "plugin/planned_kinds.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()("toml", "a table of the workflow file, every option at its default");
}

std::string default_text(const OptionInfo& option) {
  if (option.required) return "(required)";
  return option.default_value.is_null() ? "(unset)" : to_toml(option.default_value);
}

/// The header of the workflow table for such a component. Error (usage) for a kind that no workflow names.
std::string table_head(const ComponentInfo& info) {
  if (info.kind == "stage") return "[stages." + info.name + "]";
  for (const TableRule& rule : training_table_rules()) {
    if (rule.kind == info.kind && (rule.has_type() || rule.name == info.name))
      return rule.many ? "[[" + rule.name + "]]" : "[" + rule.name + "]";
  }
  throw usage_error(info.name + " is " + with_article(info.kind) + ", which is no part of a workflow file: describe it without --toml");
}

void print_toml(const ComponentInfo& info) {
  std::cout << table_head(info) << "\n";
  if (info.kind != "stage" && info.kind != "table") std::cout << "type = " << to_toml(info.name) << "\n";
  for (const OptionInfo& option : info.schema.options) {
    const bool unset = option.required || option.default_value.is_null();
    const std::string line = (unset ? "# " : "") + option.name + " = " + (unset ? "..." : to_toml(option.default_value));
    std::cout << line << std::string(line.size() < 34 ? 34 - line.size() : 1, ' ') << "  # " << (option.required ? "(required) " : "")
              << option.doc << "\n";
  }
}

/// The type's word for programs; type_label() has the one for people.
std::string json_type(const OptionInfo& option) {
  switch (option.type) {
    case OptionType::boolean:
      return "boolean";
    case OptionType::integer:
      return "integer";
    case OptionType::number:
      return "number";
    case OptionType::string:
      return "string";
    case OptionType::integers:
      return "integers";
    case OptionType::numbers:
      return "numbers";
    case OptionType::strings:
      return "strings";
    case OptionType::any:
      return option.whole ? "integer" : option.numeric ? "number" : "any";
  }
  return "any";
}

/// What the option takes, without its range.
std::string choices_text(OptionInfo option) {
  option.minimum.reset(), option.maximum.reset();
  return describe_range(option);
}

Value option_value(const OptionInfo& option) {
  Value value(Value::Map{{"name", option.name},
                         {"type", json_type(option)},
                         {"takes", choices_text(option)},
                         {"default", option.default_value},
                         {"doc", option.doc},
                         {"required", option.required},
                         {"affects_result", option.affects_result}});
  if (!option.unit.empty()) value["unit"] = option.unit;
  if (option.minimum) value[option.minimum_excluded ? "above" : "minimum"] = *option.minimum;
  if (option.maximum) value[option.maximum_excluded ? "below" : "maximum"] = *option.maximum;
  if (!option.choices.empty()) value["choices"] = Value::List(option.choices.begin(), option.choices.end());
  if (option.search) {
    value["search"] =
        Value::Map{{"low", option.search->low}, {"high", option.search->high}, {"step", option.search->step}, {"log", option.search->log}};
  }
  return value;
}

Value port_value(const Port& port) {
  Value value(Value::Map{{"kind", port.kind}, {"many", port.many}, {"optional", port.optional}});
  if (!port.unless_set.empty()) value["unless_set"] = port.unless_set;
  if (!port.only_if.empty()) value["only_if"] = port.only_if;
  return value;
}

void print_json(const ComponentInfo& info) {
  Value::List options, inputs;
  for (const Port& port : info.inputs) inputs.push_back(port_value(port));
  for (const OptionInfo& option : info.schema.options) options.push_back(option_value(option));
  std::cout << to_json(Value(Value::Map{{"kind", info.kind},
                                        {"name", info.name},
                                        {"summary", info.summary},
                                        {"reference", info.reference},
                                        {"plugin", info.plugin},
                                        {"version", info.version},
                                        {"library", info.library},
                                        {"inputs", inputs},
                                        {"outputs", Value::List(info.outputs.begin(), info.outputs.end())},
                                        {"tables", Value::List(info.tables.begin(), info.tables.end())},
                                        {"options", options}}),
                       2)
            << "\n";
}

/// The range of a search that gives none.
std::string search_text(const OptionInfo& option) {
  if (!option.search) return {};
  const SearchRange& range = *option.search;
  return " [search: " + format_number(range.low) + " to " + format_number(range.high) +
         (range.step > 0 ? " step " + format_number(range.step) : "") + (range.log ? ", log" : "") + "]";
}

void print_text(const ComponentInfo& info) {
  const auto line = [](std::size_t indent, const std::string& text) {
    std::cout << std::string(indent, ' ') << wrapped_after(indent, text, output_width()) << "\n";
  };
  line(0, info.name + " (" + info.kind + "): " + info.summary);
  if (!info.reference.empty()) line(2, "after " + info.reference);
  if (const std::string unused = unused_sentence(info.kind); !unused.empty()) line(2, unused);
  line(2, "from " + info.library + " (" + info.plugin + " " + info.version + ")");
  std::vector<std::string> needs, takes;
  for (const Port& port : info.inputs) {
    const std::string condition = !port.unless_set.empty() ? " unless " + port.unless_set + " is set"
                                  : !port.only_if.empty()  ? " if " + port.only_if + " is set"
                                                           : "";
    (port.optional ? takes : needs).push_back((port.many ? "every " : "") + port.kind + condition);
  }
  if (!needs.empty()) line(2, "needs " + join(needs));
  if (!takes.empty()) line(2, "takes, where there is one, " + join(takes));
  if (!info.outputs.empty()) line(2, "gives " + join(info.outputs));
  if (!info.tables.empty()) line(2, "uses the tables " + join(info.tables));
  std::cout << "\n";
  if (info.schema.options.empty()) {
    std::cout << "No options.\n";
    return;
  }
  TextTable table({"option", "default", "takes", "meaning"});
  for (const OptionInfo& option : info.schema.options) {
    table.add({option.name, default_text(option), describe_range(option) + (option.unit.empty() ? "" : " (" + option.unit + ")"),
               option.doc + search_text(option)});
  }
  table.print();
}

/// "LSTMModel", or "model/LSTMModel" where several kinds have a component of that name.
const ComponentInfo& component_named(const Registry& registry, const std::string& name) {
  std::vector<std::string> names, found;
  const ComponentInfo* component = nullptr;
  for (const ComponentInfo* info : registry.list()) {
    const std::string full = info->kind + "/" + info->name;
    if (full == name) return *info;
    if (info->kind == "component_test") continue;  // named as the kind it tests
    if (info->name == name) {
      component = info;
      found.push_back(full);
    }
    names.push_back(info->name);
  }
  if (found.size() > 1) throw usage_error("several components are named \"" + name + "\": write " + join(found, " or "));
  if (component) return *component;
  if (const std::vector<std::string> of_kind = registry.names(name); !of_kind.empty())
    throw usage_error("\"" + name + "\" is a kind: describe one of " + join(of_kind));
  throw usage_error(closed_sentence("there is no component \"" + name + "\"" + suggest_component({}, name, names)) +
                    " `pipeline plugins` lists them all; one of a plugin of your own needs --plugin-path DIR");
}

int describe(const Invocation& invocation) {
  ConsoleLog log({"error", false});
  Host host;
  load_host(host, invocation, {}, log);
  const ComponentInfo& info = component_named(host.registry, invocation.text("input-argument"));
  if (invocation.json) {
    print_json(info);
  } else if (invocation.arguments.count("toml")) {
    print_toml(info);
  } else {
    print_text(info);
  }
  return 0;
}

}  // namespace

Verb describe_verb() { return {"describe", "COMPONENT", "options of a component: type, default, range, meaning", &add_options, &describe}; }

}  // namespace pipeline
