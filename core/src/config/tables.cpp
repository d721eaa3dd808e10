#include "config/tables.h"

#include <algorithm>

#include "base/foreign_names.h"
#include "base/table_rules.h"

namespace pipeline {

namespace {

using Origins = std::map<std::string, Origin>;

void add_origins(Origins& all, const std::string& prefix, const CheckedOptions& checked) {
  for (const auto& [name, origin] : checked.origins) all[prefix + "." + name] = origin;
}

/// The type that a table names, or its rule's default; empty, with a mistake, if there is none.
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

/// A table that names a component; mistakes point at `place` where nothing is written.
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
    context.unknown_component(type_node ? type_node->place : place, type,
                              "unknown " + rule.kind + " \"" + type + "\"" +
                                  (names.empty() ? "; no plugin gives one" : suggest_component(rule.kind, type, names)));
    return {};
  }
  const CheckedOptions checked = check_table(
      context, info->schema, table, {.name = type, .kind = rule.kind, .reserved = {"type"}, .place = table ? table->place : place});
  origins[prefix + ".type"] = type_node ? origin_of(*type_node) : Origin{};
  add_origins(origins, prefix, checked);
  return {type, checked.options};
}

/// A table of options without a type: [loader], [trainer].
ComponentSpec check_plain(CheckContext& context, const TableRule& rule, const Node* table, const Place& place, Origins& origins) {
  const ComponentInfo* info = context.registry.find(rule.kind, rule.name);
  if (!info) {
    if (table) context.mistake(table->place, "[" + rule.name + "] is not known: no plugin reads it");
    return {};
  }
  const CheckedOptions checked =
      check_table(context, info->schema, table,
                  {.name = "[" + rule.name + "]", .kind = rule.name, .reserved = {}, .place = table ? table->place : place});
  add_origins(origins, rule.name, checked);
  return {rule.name, checked.options};
}

std::vector<ComponentSpec> check_list(CheckContext& context, const TableRule& rule, const Node& node, Origins& origins) {
  std::vector<ComponentSpec> specs;
  if (!node.is_list()) {
    context.mistake(node.place, rule.name + " is a list of tables: write [[" + rule.name + "]] above each");
    return specs;
  }
  std::vector<std::string> types;
  for (const Node& entry : node.list()) types.push_back(entry.text("type"));
  const std::vector<std::string> names = entry_names(types);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Node& entry = node.list()[i];
    ComponentSpec spec = check_component(context, rule, &entry, entry.place, rule.name + "." + names[i], origins);
    if (!spec.type.empty()) specs.push_back(std::move(spec));
  }
  return specs;
}

/// The table that applies to a stage.
struct EffectiveTable {
  std::optional<Node> node;
  bool uses_shared = false;
};
/// A table over the ones below it: merged where both are of one type.
EffectiveTable put_over(EffectiveTable below, const TableRule& rule, const Node* own, const std::string& stage) {
  if (!own) return below;
  Node marked = *own;
  marked.for_each([&](Node& part) { part.via = "stages." + stage + "." + rule.name; });
  if (rule.many && below.node && below.node->is_set() && !own->is_set()) return below;  // --set callbacks=[] goes before every list
  if (!below.node || rule.many) return {marked, false};
  const std::string given = below.node->text("type");
  const std::string type_below = given.empty() ? rule.default_type : given, own_type = own->text("type");
  if (!type_below.empty() && !own_type.empty() && type_below != own_type) return {marked, false};
  return {merge(*below.node, marked), below.uses_shared};
}

void check_into(CheckContext& context, const TableRule& rule, const Node* node, const Place& place, CheckedTables& out) {
  if (rule.many) {
    if (node) out.tables.many(rule.name) = check_list(context, rule, *node, out.origins);
    return;
  }
  if (!node && rule.has_type() && rule.default_type.empty()) return;
  ComponentSpec spec = rule.has_type() ? check_component(context, rule, node, place, rule.name, out.origins)
                                       : check_plain(context, rule, node, place, out.origins);
  if (!spec.type.empty()) out.tables.one(rule.name) = std::move(spec);
}

}  // namespace

CheckedTables check_training_tables(CheckContext& context, const StageTables& stage, std::set<std::string>& used) {
  CheckedTables out;
  std::map<std::string, Node> nodes;  // by table
  for (const TableRule& rule : training_table_rules()) {
    if (std::ranges::find(stage.uses, rule.name) == stage.uses.end()) continue;
    const Node* shared = context.document.root.find(rule.name);
    EffectiveTable table{shared ? std::optional(*shared) : std::nullopt, shared != nullptr};
    if (stage.trains_as.node) table = put_over(std::move(table), rule, stage.trains_as.node->find(rule.name), stage.trains_as.name);
    table = put_over(std::move(table), rule, stage.node->find(rule.name), stage.stage);
    if (table.uses_shared) used.insert(rule.name);
    if (!table.node && rule.required)
      context.mistake(stage.place, "stage " + in_quotes(stage.stage) + " needs " + with_article(rule.kind) + ": add [" + rule.name +
                                       "] with type = \"...\"" + suggest({}, context.registry.names(rule.kind)));
    check_into(context, rule, table.node ? &*table.node : nullptr, stage.place, out);
    if (table.node) nodes.emplace(rule.name, std::move(*table.node));
  }
  for (TableMistake& mistake : table_mistakes(context.registry, out.tables)) {
    const auto table = nodes.find(mistake.table);
    const Node* written = table != nodes.end() && table->second.is_table() ? table->second.find(mistake.option) : nullptr;
    context.mistake(written ? written->place : stage.place, std::move(mistake.message));
  }
  return out;
}

void check_lone_table(CheckContext& context, const TableRule& rule, const Node& node) {
  CheckedTables unused;
  check_into(context, rule, &node, node.place, unused);
}

}  // namespace pipeline
