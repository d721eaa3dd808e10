#include "config/tables.h"

#include <algorithm>

#include "config/hints.h"

namespace pipeline {

namespace {

using Origins = std::map<std::string, std::string>;

void add_origins(Origins& all, const std::string& prefix, const CheckedOptions& checked) {
  for (const auto& [name, origin] : checked.origins) all[prefix + "." + name] = origin;
}

/// The type a table names, or its rule's default; empty, with a mistake, where there is none.
std::string type_of(CheckContext& context, const TableRule& rule, const Node* table) {
  const Node* type = table ? table->find("type") : nullptr;
  if (!type && !rule.default_type.empty()) return rule.default_type;
  if (!type) {
    context.mistake(table->place, rule.name + ": add type = \"...\"" + suggest({}, context.registry.names(rule.kind)));
    return {};
  }
  if (!type->is_string()) context.mistake(type->place, rule.name + ": type is the name of " + with_article(rule.kind));
  return type->text();
}

/// A table that names a component; `place` is blamed where nothing is written.
ComponentSpec check_component(CheckContext& context, const TableRule& rule, const Node* table, const Place& place,
                              const std::string& prefix, Origins& origins) {
  if (table && !table->is_table()) {
    const std::string cure = table->is_string() ? ": write { type = " + to_toml(table->text()) + " }" : "";
    context.mistake(table->place, rule.name + ": expected a table of options, got " + type_name(table->to_value()) + cure);
    return {};
  }
  const std::string type = type_of(context, rule, table);
  if (type.empty()) return {};
  const Node* type_node = table ? table->find("type") : nullptr;
  const ComponentInfo* info = context.registry.find(rule.kind, type);
  if (!info) {
    const std::vector<std::string> names = context.registry.names(rule.kind);
    context.unknown_component(type_node ? type_node->place : place, "unknown " + rule.kind + " \"" + type + "\"" +
                                                                        (names.empty() ? "; no plugin gives one" : suggest(type, names)));
    return {};
  }
  const CheckedOptions checked = check_table(
      context, info->schema, table, {.name = type, .kind = rule.kind, .reserved = {"type"}, .place = table ? table->place : place});
  origins[prefix + ".type"] = type_node ? origin_of(*type_node) : "default";
  add_origins(origins, prefix, checked);
  return {type, checked.options};
}

/// A table of options without a type: [loader], [trainer].
Value check_plain(CheckContext& context, const TableRule& rule, const Node* table, const Place& place, Origins& origins) {
  const ComponentInfo* info = context.registry.find("table", rule.name);
  if (!info) {
    if (table) context.mistake(table->place, "[" + rule.name + "] is not known: no plugin reads it");
    return Value::Map{};
  }
  const CheckedOptions checked =
      check_table(context, info->schema, table,
                  {.name = "[" + rule.name + "]", .kind = rule.name, .reserved = {}, .place = table ? table->place : place});
  add_origins(origins, rule.name, checked);
  return checked.options;
}

std::vector<ComponentSpec> check_list(CheckContext& context, const TableRule& rule, const Node* node, Origins& origins) {
  std::vector<ComponentSpec> specs;
  if (!node) return specs;
  if (!node->is_list()) {
    context.mistake(node->place, rule.name + " is a list of tables: write [[" + rule.name + "]] above each");
    return specs;
  }
  std::map<std::string, int> times;
  for (const Node& entry : node->list()) ++times[entry.text("type")];
  for (std::size_t i = 0; i < node->list().size(); ++i) {
    const Node& entry = node->list()[i];
    const std::string type = entry.text("type");
    const std::string prefix = rule.name + "." + (times[type] == 1 && !type.empty() ? type : std::to_string(i));
    ComponentSpec spec = check_component(context, rule, &entry, entry.place, prefix, origins);
    if (!spec.type.empty()) specs.push_back(std::move(spec));
  }
  return specs;
}

/// The table that holds for a stage.
struct EffectiveTable {
  std::optional<Node> node;
  bool uses_shared = false;
};
/// A table over the ones below it: merged where both are of one type.
EffectiveTable put_over(EffectiveTable below, const TableRule& rule, const Node* own, const std::string& stage) {
  if (!own) return below;
  Node marked = *own;
  mark_via(marked, "stages." + stage + "." + rule.name);
  if (rule.list && below.node && below.node->is_set() && !own->is_set()) return below;  // --set callbacks=[] goes before every list
  if (!below.node || rule.list) return {marked, false};
  const std::string given = below.node->text("type");
  const std::string type_below = given.empty() ? rule.default_type : given, own_type = own->text("type");
  if (!type_below.empty() && !own_type.empty() && type_below != own_type) return {marked, false};
  return {merge(*below.node, marked), below.uses_shared};
}

void report_missing_model(CheckContext& context, const StageTables& stage) {
  const std::vector<std::string> models = context.registry.names("model");
  context.mistake(stage.place, "stage \"" + stage.stage + "\" needs a model: add [model] with type = \"...\"" + suggest({}, models));
}

void check_into(CheckContext& context, const TableRule& rule, const Node* node, const Place& place, CheckedTables& out) {
  TrainingTables& t = out.tables;
  if (rule.list) {
    (rule.kind == "callback" ? t.callbacks : t.loggers) = check_list(context, rule, node, out.origins);
  } else if (rule.kind == "table") {
    (rule.name == "loader" ? t.loader : t.trainer) = check_plain(context, rule, node, place, out.origins);
  } else if (node || !rule.default_type.empty()) {
    *t.component(rule.name) = check_component(context, rule, node, place, rule.name, out.origins);
  }
}

}  // namespace

const std::vector<TableRule>& table_rules() {
  static const std::vector<TableRule> rules{
      {"model", "model", false, {}},           {"loss", "loss", false, "MSELoss"}, {"optimizer", "optimizer", false, "Adam"},
      {"scheduler", "scheduler", false, {}},   {"loader", "table", false, {}},     {"trainer", "table", false, {}},
      {"callbacks", "callback", true, {}},     {"loggers", "logger", true, {}},    {"sampler", "sampler", false, "TPESampler"},
      {"pruner", "pruner", false, "NopPruner"}};
  return rules;
}

const TableRule* find_table_rule(std::string_view name) {
  const auto found = std::ranges::find(table_rules(), name, &TableRule::name);
  return found == table_rules().end() ? nullptr : &*found;
}

CheckedTables check_training_tables(CheckContext& context, const StageTables& stage, std::set<std::string>& used) {
  CheckedTables out;
  for (const TableRule& rule : table_rules()) {
    if (std::ranges::find(stage.uses, rule.name) == stage.uses.end()) continue;
    const Node* shared = context.document.root.find(rule.name);
    EffectiveTable table{shared ? std::optional(*shared) : std::nullopt, shared != nullptr};
    if (stage.trains_as.node) table = put_over(std::move(table), rule, stage.trains_as.node->find(rule.name), stage.trains_as.name);
    table = put_over(std::move(table), rule, stage.node->find(rule.name), stage.stage);
    if (table.uses_shared) used.insert(rule.name);
    if (!table.node && rule.kind == "model") report_missing_model(context, stage);
    check_into(context, rule, table.node ? &*table.node : nullptr, stage.place, out);
  }
  return out;
}

void check_lone_table(CheckContext& context, const TableRule& rule, const Node& node) {
  CheckedTables unused;
  check_into(context, rule, &node, node.place, unused);
}

}  // namespace pipeline
