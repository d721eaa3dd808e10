#include "cli/chosen_model.h"

#include <algorithm>
#include <vector>

#include "cli/shell_text.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/data/text.h"
#include "pipeline/data/training_record.h"
#include "pipeline/errors.h"
#include "run/plan.h"

namespace pipeline {

namespace {

std::vector<const StagePlan*> givers(const Workflow& workflow, const Registry& registry, const std::string& kind) {
  std::vector<const StagePlan*> found;
  for (const StagePlan& stage : workflow.stages) {
    const std::vector<std::string>& outputs = registry.find("stage", stage.type)->outputs;
    if (std::ranges::find(outputs, kind) != outputs.end()) found.push_back(&stage);
  }
  return found;
}

std::string names_of(const std::vector<const StagePlan*>& stages) {
  std::vector<std::string> names;
  for (const StagePlan* stage : stages) names.push_back(stage->name);
  return join_names(names);
}

std::string workflow_flag(const Workflow& workflow) { return "--workflow " + workflow.file.string(); }

/// A model that a workflow may forecast with.
struct Choice {
  const StagePlan* by = nullptr;  ///< the stage that measured it; one that trains: nothing measured it
  std::string stage;              ///< the stage that trained it
  std::filesystem::path checkpoint;
  bool is_best = false;  ///< of a training that nothing measured; false: its last one
};

/// The models that evaluations chose; with `wanted`, those that they measured for that train stage.
std::vector<Choice> measured_choices(const Workflow& workflow, const Registry& registry, const std::string& wanted) {
  std::vector<Choice> choices;
  for (const StagePlan* by : givers(workflow, registry, "metrics")) {
    const std::filesystem::path folder = run_folder_of(workflow) / by->name;
    if (!std::filesystem::exists(folder / metrics_file_name)) continue;
    const MetricsRecord record = read_metrics(folder);
    const auto model = wanted.empty() ? record.models.begin() + static_cast<std::ptrdiff_t>(record.leader)
                                      : std::ranges::find(record.models, wanted, &ModelMetrics::stage);
    if (model != record.models.end()) choices.push_back({by, model->stage, model->checkpoint, false});
  }
  return choices;
}

/// What the train stage `wanted`, or the only one, left.
Choice trained_choice(const Workflow& workflow, const Registry& registry, const std::string& wanted) {
  const std::vector<const StagePlan*> all = givers(workflow, registry, "checkpoint");
  if (wanted.empty() && all.size() > 1)
    throw usage_error(workflow_flag(workflow) + ": it trains " + names_of(all) +
                      ", and no stage has measured them: run `pipeline run` first, or name one with --stage");
  const StagePlan& stage = train_stage(workflow, registry, wanted);
  const Artifact left{"checkpoint", stage.name, run_folder_of(workflow) / stage.name};
  Choice choice{&stage, stage.name, {}, false};
  if (std::filesystem::exists(left.folder / training_file_name)) {
    const TrainingRecord training = read_training(left);
    choice.is_best = !training.best.empty();
    choice.checkpoint = choice.is_best ? training.best : training.last;
  }
  if (choice.checkpoint.empty())
    throw usage_error(workflow_flag(workflow) + ": stage \"" + stage.name + "\" has left no checkpoint (" + left.folder.string() +
                      "): run `pipeline run` first, or name one with --checkpoint");
  return choice;
}

Choice choose(const Workflow& workflow, const Registry& registry, const std::string& wanted) {
  if (!wanted.empty()) static_cast<void>(train_stage(workflow, registry, wanted));  // a mistyped name
  const std::vector<Choice> choices = measured_choices(workflow, registry, wanted);
  if (choices.empty()) return trained_choice(workflow, registry, wanted);
  const auto other = std::ranges::find_if(choices, [&](const Choice& c) { return c.checkpoint != choices.front().checkpoint; });
  if (other != choices.end())
    throw usage_error(workflow_flag(workflow) + ": stage \"" + choices.front().by->name + "\" measured " +
                      choices.front().checkpoint.string() + " and stage \"" + other->by->name + "\" " + other->checkpoint.string() +
                      ": name one with --checkpoint");
  return choices.front();
}

/// "of stage train, as evaluate measured it".
std::string reason_of(const Choice& choice, const Workflow& workflow, const Registry& registry) {
  if (choice.by->name == choice.stage) {
    const std::vector<const StagePlan*> measuring = givers(workflow, registry, "metrics");
    return (choice.is_best ? "the best of stage " : "the last of stage ") + choice.stage +
           (measuring.empty() ? "" : ", which " + names_of(measuring) + " has not measured yet");
  }
  return "of stage " + choice.stage + ", as " + choice.by->name + " measured it";
}

}  // namespace

const StagePlan& train_stage(const Workflow& workflow, const Registry& registry, const std::string& wanted) {
  const std::vector<const StagePlan*> stages = givers(workflow, registry, "checkpoint");
  const auto found = wanted.empty() ? stages.begin() : std::ranges::find(stages, wanted, &StagePlan::name);
  if (found == stages.end())
    throw usage_error(workflow.file.string() + " has no train stage" + (wanted.empty() ? "" : " \"" + wanted + "\"") +
                      (stages.empty() ? "" : ": it trains " + names_of(stages)));
  if (wanted.empty() && stages.size() > 1)
    throw usage_error(workflow.file.string() + " trains " + names_of(stages) + ": say with --stage which one the checkpoint belongs to");
  return **found;
}

std::filesystem::path chosen_checkpoint(const Workflow& workflow, const Registry& registry, const std::string& wanted, Log& log) {
  const Choice choice = choose(workflow, registry, wanted);
  if (choice.checkpoint.empty())
    throw usage_error(workflow_flag(workflow) + ": " + choice.by->name + " chose " + choice.stage +
                      ", which is no trained model: predict forecasts with trained models alone so far");
  const std::string command = "`pipeline run " + shell_quoted(workflow.file.string()) + "`";
  if (!std::filesystem::is_regular_file(choice.checkpoint))
    throw usage_error(workflow_flag(workflow) + ": the checkpoint of stage \"" + choice.stage + "\" is gone (" +
                      choice.checkpoint.string() + "): run " + command + ", or name one with --checkpoint");
  const std::string sentence = "model: " + choice.checkpoint.string() + ", " + reason_of(choice, workflow, registry);
  const std::vector<std::string> changes = changes_since(choice.by->name, workflow, registry);
  if (changes.empty()) {
    log.info(sentence);
  } else {
    log.warning(sentence + ". Since then the workflow or its results have changed: " + join(changes, ", ") + ". " + command +
                " makes a model of the workflow as it is");
  }
  return choice.checkpoint;
}

}  // namespace pipeline
