#include "config/check.h"

#include <algorithm>

#include "config/graph.h"
#include "config/headings.h"
#include "config/search_space.h"
#include "config/settings.h"
#include "config/tables.h"
#include "config/time_options.h"
#include "config/uncertainty.h"
#include "pipeline/data/text.h"

namespace pipeline {

namespace {

const ComponentInfo* stage_type(CheckContext& context, const Node& node, const std::string& name, std::string& type) {
  const Node* written = node.find("type");
  type = written ? written->text() : name;
  if (written && !written->is_string()) {
    context.mistake(written->place, "stage \"" + name + "\": type is the name of a stage type");
    return nullptr;
  }
  if (const ComponentInfo* info = context.registry.find("stage", type)) return info;
  const std::vector<std::string> names = context.registry.names("stage");
  const std::string cure = names.empty() ? "; no plugin gives one" : suggest(type, names);
  context.unknown_component(written ? written->place : node.key, type,
                            written ? "unknown stage type \"" + type + "\"" + cure
                                    : "no stage type is named \"" + type + "\": correct it or add type = \"...\"" + cure);
  return nullptr;
}

std::vector<std::string> texts_of(CheckContext& context, const Node& node, const std::string& what) {
  std::vector<std::string> texts;
  for (const Node& item : node.items()) {
    if (item.is_string()) {
      texts.push_back(item.text());
    } else {
      context.mistake(item.place, what + " takes names of stages, got " + type_name(item.to_value()));
    }
  }
  return texts;
}

void read_edges(CheckContext& context, const Node& node, StagePlan& plan) {
  if (const Node* needs = node.find("needs")) plan.needs = texts_of(context, *needs, "needs");
  const Node* inputs = node.find("inputs");
  if (!inputs) return;
  if (!inputs->is_table()) {
    context.mistake(inputs->place, "inputs names a stage for each kind, as in inputs = { checkpoint = \"train\" }");
    return;
  }
  for (const auto& [kind, named] : inputs->table()) plan.inputs[kind] = texts_of(context, named, "inputs." + kind);
}

/// The stage's members that are no options of its type. A training table that its type does not use is a mistake.
std::set<std::string> reserved_members(CheckContext& context, const Node& node, const ComponentInfo& info, const std::string& name) {
  std::set<std::string> reserved{"type", "inputs", "needs"};
  for (const auto& [key, member] : node.table()) {
    const TableRule* rule = find_table_rule(key);
    if (!rule || info.schema.find(key)) continue;
    reserved.insert(key);
    if (std::ranges::find(info.tables, key) != info.tables.end()) continue;
    context.mistake(member.key, "stage \"" + name + "\" does not use [" + key + "]: leave it out" +
                                    (info.tables.empty() ? "" : ", it uses " + join_names(info.tables)));
  }
  return reserved;
}

/// Whether a stage takes one of these kinds through an option of its own that is not false.
bool takes_by_option(const CheckContext& context, const std::string& name, const Node& node, const std::vector<std::string>& kinds) {
  const Node* type = node.find("type");
  const ComponentInfo* info = node.is_table() ? context.registry.find("stage", type ? type->text() : name) : nullptr;
  if (!info) return false;
  return std::ranges::any_of(info->inputs, [&](const Port& port) {
    if (port.only_if.empty() || std::ranges::find(kinds, port.kind) == kinds.end()) return false;
    const Node* wanted = node.find(port.only_if);
    return !wanted || wanted->to_value() != Value(false);
  });
}

/// The stage that receives this stage's outputs: the one that its option names, else the only one that takes them.
NamedStage recipient_of(CheckContext& context, const std::string& name, const Node& node, const ComponentInfo& info) {
  if (info.recipient.empty()) return {};
  std::vector<std::string> names;
  std::vector<NamedStage> takers;
  for (const auto& [other, table] : context.document.root.find("stages")->table()) {
    if (other == name || !takes_by_option(context, other, table, info.outputs)) continue;
    takers.push_back({other, &table});
    names.push_back(other);
  }
  if (const Node* given = node.find(info.recipient); given && given->is_string() && !given->text().empty()) {
    const auto found = std::ranges::find(takers, given->text(), &NamedStage::name);
    if (found != takers.end()) return *found;
    context.mistake(given->place,
                    "stage \"" + name + "\": no stage \"" + given->text() + "\" takes what it finds" + suggest(given->text(), names));
    return {};
  }
  if (takers.size() > 1)
    context.mistake(node.key, "stage \"" + name + "\": " + join_names(names) + " could take what it finds: name one with " +
                                  info.recipient + " = \"" + names.front() + "\"");
  return takers.size() == 1 ? takers.front() : NamedStage{};
}

/// The stage that gives this stage an artifact of a kind; nullptr if there is none, which is reported elsewhere.
const GraphStage* giver_of(const std::vector<GraphStage>& stages, const StagePlan& plan, std::string_view kind) {
  const auto source = std::ranges::find(plan.sources, kind, &Source::kind);
  if (source == plan.sources.end()) return nullptr;
  const auto found = std::ranges::find(stages, source->stage, [](const GraphStage& stage) { return stage.plan.name; });
  return found == stages.end() ? nullptr : &*found;
}

/// The metric that compares the trials of a search, by its option of that role.
std::string compared_by(const ComponentInfo& info, const Value& options) {
  const auto option = std::ranges::find(info.schema.options, OptionRole::metric, &OptionInfo::role);
  const Value monitor = option == info.schema.options.end() ? Value() : info.schema.with_defaults(options).at(option->name);
  return monitor.is_string() ? monitor.as_string() : std::string();
}

/// Checks the stage's search and completes it from the components' options. Needs the resolved graph.
void check_search_table(CheckContext& context, GraphStage& stage, const std::vector<GraphStage>& stages) {
  if (!stage.info) return;
  StagePlan& plan = stage.plan;
  const GraphStage* slicing = giver_of(stages, plan, windows_kind);
  for (const OptionInfo& option : stage.info->schema.options) {
    const Node* search = stage.node->find(option.name);
    if (option.role != OptionRole::search_space || !search) continue;
    CheckedSearch checked = check_search(context, {.tables = plan.tables,
                                                   .search = search,
                                                   .order = stage.node->find("search_order"),
                                                   .enqueue = stage.node->find("enqueue"),
                                                   .train = stage.recipient,
                                                   .slicing = slicing ? slicing->plan.name : std::string(),
                                                   .slicing_type = slicing ? slicing->info : nullptr,
                                                   .compared_by = compared_by(*stage.info, plan.options)});
    plan.options[option.name] = std::move(checked.space);
    plan.options["search_order"] = std::move(checked.order);
    plan.options["enqueue"] = std::move(checked.enqueue);
  }
}

GraphStage plan_stage(CheckContext& context, const std::string& name, const Node& node, std::set<std::string>& used) {
  GraphStage stage{.plan = {}, .node = &node};
  StagePlan& plan = stage.plan;
  plan.name = name;
  plan.place = node.key;
  if (!is_folder_name(name))
    context.mistake(node.key, "\"" + name + "\" cannot name a stage's folder: use letters, digits, '.', '_' and '-'");
  stage.info = stage_type(context, node, name, plan.type);
  read_edges(context, node, plan);
  if (!stage.info) {
    for (const auto& [key, member] : node.table()) {
      if (const TableRule* rule = find_table_rule(key)) check_lone_table(context, *rule, member);
    }
    return stage;
  }
  const ComponentInfo& info = *stage.info;
  const OptionsOwner owner{.name = name, .kind = "stage", .reserved = reserved_members(context, node, info, name), .place = node.key};
  CheckedOptions own = check_table(context, info.schema, &node, owner);
  check_columns(context, info, node, own.options);
  check_time_options(context, info, node, own.options);
  plan.options = std::move(own.options);
  plan.uses = info.tables;
  stage.recipient = recipient_of(context, name, node, info);
  CheckedTables checked = check_training_tables(context, {name, &node, plan.uses, node.key, stage.recipient}, used);
  plan.tables = std::move(checked.tables);
  plan.origins = std::move(checked.origins);
  plan.origins.merge(own.origins);
  return stage;
}

std::vector<GraphStage> plan_stages(CheckContext& context, std::set<std::string>& used) {
  std::vector<GraphStage> planned;
  const Node& root = context.document.root;
  const Node* stages = root.find("stages");
  if (stages && !stages->is_table()) {
    context.mistake(stages->place, "stages are tables: write [stages.NAME] for each");
    return planned;
  }
  if (!stages || stages->table().empty()) {
    context.mistake(stages ? stages->place : root.place,
                    "the workflow has no stage: add [stages.NAME]" + suggest({}, context.registry.names("stage")));
    return planned;
  }
  for (const auto& [name, node] : stages->table()) {
    if (node.is_table()) {
      planned.push_back(plan_stage(context, name, node, used));
      planned.back().plan.written = planned.size() - 1;
    } else {
      const std::string cure = node.is_list() ? "write [stages." + name + "], not [[...]]" : "write [stages." + name + "]";
      context.mistake(node.key, "stage \"" + name + "\" is no table: " + cure);
    }
  }
  return planned;
}

/// The mistakes, sorted and without duplicates: one in a shared table is found for every stage that uses it. Where an environment variable
/// is not set, other mistakes about the same value are dropped.
std::vector<Mistake> in_order(std::vector<Mistake> mistakes, const std::vector<Mistake>& unresolved) {
  std::erase_if(mistakes, [&](const Mistake& m) {
    return std::ranges::find(unresolved, m.place, &Mistake::place) != unresolved.end() &&
           std::ranges::find(unresolved, m) == unresolved.end();
  });
  std::ranges::sort(mistakes);
  mistakes.erase(std::unique(mistakes.begin(), mistakes.end()), mistakes.end());
  return mistakes;
}

/// Reports the values that --set gives to a shared table that every stage replaces: they would have no effect.
void report_shadowed(CheckContext& context, const TableRule& rule, const Node& shared) {
  if (!shared.is_table()) return;
  std::string owner = "NAME";
  for (const auto& [name, stage] : context.document.root.find("stages")->table()) {
    if (owner == "NAME" && stage.is_table() && stage.find(rule.name)) owner = name;
  }
  for (const auto& [key, member] : shared.table()) {
    if (member.is_set())
      context.mistake(member.place, "no stage takes [" + rule.name + "]; set it in the table of a stage that trains: --set stages." +
                                        owner + "." + rule.name + "." + key + "=...");
  }
}

}  // namespace

const StagePlan* giver_of(const Workflow& workflow, const StagePlan& stage, std::string_view kind) {
  const auto source = std::ranges::find(stage.sources, kind, &Source::kind);
  if (source == stage.sources.end()) return nullptr;
  const auto found = std::ranges::find(workflow.stages, source->stage, &StagePlan::name);
  return found == workflow.stages.end() ? nullptr : &*found;
}

CheckedWorkflow check_workflow(const Document& document, const Registry& registry, WorkflowUse use) {
  const Document::Impl& read = document.impl();
  CheckContext context{.document = read, .registry = registry, .use = use, .mistakes = read.mistakes, .secrets = {}};
  CheckedWorkflow checked;
  Workflow& workflow = checked.workflow;
  workflow.file = read.file;
  workflow.files = read.files;
  workflow.plugin_paths = read.plugin_paths;
  workflow.settings = check_settings(context);
  workflow.name = workflow.settings.name;
  std::set<std::string> used;
  std::vector<GraphStage> stages = plan_stages(context, used);
  const bool all_known = !stages.empty() && std::ranges::all_of(stages, [](const GraphStage& stage) { return stage.info != nullptr; });
  for (const TableRule& rule : training_table_rules()) {
    const Node* shared = read.root.find(rule.name);
    if (!shared || used.contains(rule.name)) continue;
    check_lone_table(context, rule, *shared);
    if (all_known) report_shadowed(context, rule, *shared);
  }
  stages = order_stages(context, std::move(stages));
  for (GraphStage& stage : stages) {
    check_search_table(context, stage, stages);
    const GraphStage* series = giver_of(stages, stage.plan, series_kind);
    const bool slices = stage.info && std::ranges::find(stage.info->outputs, windows_kind) != stage.info->outputs.end();
    if (slices && series) check_window_fit(context, workflow.settings.split, stage, *series);
  }
  check_frequency_tables(context, stages);
  check_uncertainty(context, workflow.settings.split, stages);
  check_headings(context, stages);
  for (GraphStage& stage : stages) workflow.stages.push_back(std::move(stage.plan));
  workflow.secrets = std::move(context.secrets);
  checked.mistakes = in_order(std::move(context.mistakes), read.mistakes);
  if (checked.mistakes.empty()) workflow.settings.workflow_text = to_toml_text(workflow);
  return checked;
}

}  // namespace pipeline
