#include "run/plan.h"

#include <algorithm>
#include <ranges>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

const StagePlan& stage_named(const Workflow& workflow, const std::string& name, const std::string& flag) {
  std::vector<std::string> names;
  for (const StagePlan& stage : workflow.stages) {
    if (stage.name == name) return stage;
    names.push_back(stage.name);
  }
  const std::string message = flag + " " + name + ": the workflow has no such stage" + did_you_mean(name, names);
  throw usage_error(closed_sentence(message) + " It has " + join(names) + ".");
}

std::set<std::string> feeding(const StagePlan& stage) {
  std::set<std::string> names(stage.needs.begin(), stage.needs.end());
  for (const Source& source : stage.sources) names.insert(source.stage);
  return names;
}

/// The stage and all that depend on it.
std::set<std::string> stages_from(const Workflow& workflow, const std::string& first) {
  std::set<std::string> names{first};
  for (const StagePlan& stage : workflow.stages) {  // in execution order: a stage's inputs come before it
    if (std::ranges::any_of(feeding(stage), [&](const std::string& n) { return names.contains(n); })) names.insert(stage.name);
  }
  return names;
}

/// The stage and all that it depends on.
std::set<std::string> stages_up_to(const Workflow& workflow, const std::string& last) {
  std::set<std::string> names{last};
  for (const StagePlan& stage : workflow.stages | std::views::reverse) {
    if (names.contains(stage.name)) names.merge(feeding(stage));
  }
  return names;
}

/// The result hash of each stage that gives an input.
std::map<std::string, std::string> input_hashes(const StagePlan& stage, const Workflow& workflow, const std::string& best_from) {
  std::map<std::string, std::string> hashes;
  for (const Source& source : stage.sources) {
    if (source.stage == best_from) continue;  // the key holds its best values: a study may grow without changing them
    const auto manifest = Manifest::read(run_folder_of(workflow) / source.stage);
    if (!manifest) {
      const bool damaged = Manifest::is_damaged(run_folder_of(workflow) / source.stage);
      throw usage_error("stage \"" + stage.name + "\" needs the " + source.kind + " of stage \"" + source.stage +
                        (damaged ? "\", whose manifest.json is damaged: run it again" : "\", which has not run: run it first") +
                        " with --until " + source.stage);
    }
    hashes[source.stage] = manifest->result_hash();
  }
  return hashes;
}

/// Whether an unfinished run wrote a file after the last complete run.
bool newer_than_result(const std::filesystem::path& lasting, const std::filesystem::path& folder) {
  std::error_code none;
  const auto finished = std::filesystem::last_write_time(folder / "manifest.json", none);
  for (std::filesystem::directory_iterator entry(lasting, none), end; !none && entry != end; entry.increment(none)) {
    if (entry->is_regular_file() && entry->last_write_time() > finished) return true;
  }
  return false;
}

}  // namespace

std::filesystem::path run_folder_of(const Workflow& workflow) { return workflow.settings.run_dir / workflow.name; }

std::set<std::string> selected_stages(const Workflow& workflow, const Selection& selection) {
  if (!selection.stage.empty()) return {stage_named(workflow, selection.stage, "--stage").name};
  std::set<std::string> names;
  for (const StagePlan& stage : workflow.stages) names.insert(stage.name);
  if (!selection.from.empty()) names = stages_from(workflow, stage_named(workflow, selection.from, "--from").name);
  if (selection.until.empty()) return names;
  const std::set<std::string> before = stages_up_to(workflow, stage_named(workflow, selection.until, "--until").name);
  std::erase_if(names, [&](const std::string& name) { return !before.contains(name); });
  if (names.empty())
    throw usage_error("--from " + selection.from + " --until " + selection.until + ": no stage lies between, as " + selection.until +
                      " needs nothing of " + selection.from);
  return names;
}

std::filesystem::path lasting_folder(const Workflow& workflow, const std::string& stage) {
  return run_folder_of(workflow) / ("." + stage + ".lasting");
}

bool has_interrupted_run(const Workflow& workflow, const std::string& stage) {
  return newer_than_result(lasting_folder(workflow, stage), run_folder_of(workflow) / stage);
}

Examined examine_stage(const StagePlan& stage, const Workflow& workflow, const Registry& registry, const Selection& selection) {
  const std::filesystem::path folder = run_folder_of(workflow) / stage.name;
  Examined out{with_best_values(stage, workflow, registry), {}, Manifest::read(folder), {}};
  const Value nothing;
  out.key = make_stage_key(out.resolved.plan, workflow.settings, registry, input_hashes(stage, workflow, out.resolved.best_from),
                           out.last ? out.last->content() : nothing);
  for (const auto& [path, value] : out.resolved.slicing) out.key.fields[path] = to_json(value);
  if (!out.last) {
    out.reasons.push_back(Manifest::is_damaged(folder) ? "its manifest.json is damaged" : "it has not run yet");
    return out;
  }
  out.reasons = key_changes(out.last->fields(), out.key.fields);
  const bool shared = registry.find("stage", stage.type)->shared_folder;  // others write there: sizes may differ, names may not
  if (std::string wrong = shared ? out.last->gone(folder) : out.last->wrong_size(folder); !wrong.empty())
    out.reasons.push_back(std::move(wrong));
  if (selection.force) out.reasons.push_back("--force");
  if (selection.resume && has_interrupted_run(workflow, stage.name)) out.reasons.push_back("an interrupted run is continued");
  return out;
}

std::vector<StageStatus> plan_run(const Workflow& workflow, const Registry& registry, const Selection& selection) {
  const std::set<std::string> selected = selected_stages(workflow, selection);
  std::set<std::string> running;
  std::vector<StageStatus> plan;
  for (const StagePlan& stage : workflow.stages) {
    StageStatus status{&stage, selected.contains(stage.name), false, {}};
    for (const std::string& name : feeding(stage)) {
      if (running.contains(name)) status.reasons.push_back(name + " runs before it");
    }
    if (status.reasons.empty()) {
      try {
        status.reasons = examine_stage(stage, workflow, registry, status.selected ? selection : Selection{}).reasons;
      } catch (const Error& error) {
        status.reasons.emplace_back(error.what());
      }
    }
    status.up_to_date = status.reasons.empty();
    if (status.selected && !status.up_to_date) running.insert(stage.name);
    plan.push_back(std::move(status));
  }
  return plan;
}

std::vector<std::string> changes_of(const std::set<std::string>& stages, const Workflow& workflow, const Registry& registry) {
  const auto asked_for = [](std::map<std::string, std::string> fields) {
    std::erase_if(fields, [](const auto& entry) { return !is_asked_for(entry.first); });
    return fields;
  };
  std::vector<std::string> changes;
  for (const StagePlan& each : workflow.stages) {
    if (!stages.contains(each.name)) continue;
    try {
      const Examined now = examine_stage(each, workflow, registry, {});
      const std::vector<std::string> reasons =
          now.last ? key_changes(asked_for(now.last->fields()), asked_for(now.key.fields)) : now.reasons;
      if (!reasons.empty()) changes.push_back("[" + each.name + "] " + join(reasons, "; "));
    } catch (const Error& error) {  // a file or result that it takes is gone
      changes.push_back("[" + each.name + "] " + error.what());
    }
  }
  return changes;
}

std::vector<std::string> changes_since(const std::string& stage, const Workflow& workflow, const Registry& registry) {
  return changes_of(stages_up_to(workflow, stage), workflow, registry);
}

std::vector<std::string> changes_not_asked_for(const std::set<std::string>& selected, const Workflow& workflow, const Registry& registry) {
  std::set<std::string> before;
  for (const std::string& stage : selected) before.merge(stages_up_to(workflow, stage));
  std::erase_if(before,
                [&](const std::string& stage) { return selected.contains(stage) || !Manifest::read(run_folder_of(workflow) / stage); });
  return changes_of(before, workflow, registry);
}

}  // namespace pipeline
