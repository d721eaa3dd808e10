#include "cli/chosen_model.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "cli/final_model.h"
#include "cli/shell_text.h"
#include "pipeline/data/intervals.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/data/text.h"
#include "pipeline/data/training_record.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"
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

/// Its checkpoint; of a model that no stage trained, its name.
std::string what_of(const Choice& choice) { return choice.checkpoint.empty() ? choice.stage : choice.checkpoint.string(); }

/// Error (usage) for a name that neither a training nor a measured model has.
void require_model(const Workflow& workflow, const Registry& registry, const std::string& wanted) {
  const std::vector<const StagePlan*> trainings = givers(workflow, registry, "checkpoint");
  std::vector<std::string> others;  // "baselines/Theta"
  for (const StagePlan* by : givers(workflow, registry, "metrics")) {
    const std::filesystem::path folder = run_folder_of(workflow) / by->name;
    if (!std::filesystem::exists(folder / metrics_file_name)) continue;
    for (const ModelMetrics& model : read_metrics(folder).models) {
      if (model.checkpoint.empty()) others.push_back(model.stage);
    }
  }
  if (others.empty() || std::ranges::find(trainings, wanted, &StagePlan::name) != trainings.end()) return;
  const auto is_meant = [&](const std::string& name) { return name.ends_with("/" + wanted) || name.starts_with(wanted + "/"); };
  const auto meant = std::ranges::find_if(others, is_meant);
  throw usage_error(workflow.file.string() + " has no train stage \"" + wanted + "\": it " +
                    (trainings.empty() ? "" : "trains " + names_of(trainings) + ", and ") + "forecasts with " + join_names(others) +
                    (meant == others.end() ? suggest(wanted, others) : "; did you mean \"" + *meant + "\"?"));
}

Choice choose(const Workflow& workflow, const Registry& registry, const std::string& wanted) {
  const std::vector<Choice> choices = measured_choices(workflow, registry, wanted);
  if (choices.empty()) {
    if (!wanted.empty()) require_model(workflow, registry, wanted);
    return trained_choice(workflow, registry, wanted);
  }
  const auto other = std::ranges::find_if(choices, [&](const Choice& c) { return what_of(c) != what_of(choices.front()); });
  if (other != choices.end())
    throw usage_error(workflow_flag(workflow) + ": stage \"" + choices.front().by->name + "\" measured " + what_of(choices.front()) +
                      " and stage \"" + other->by->name + "\" " + what_of(*other) + ": name one with --checkpoint");
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

std::vector<double> numbers_of(const Value& list) {
  std::vector<double> out;
  for (const Value& number : list.is_list() ? list.as_list() : Value::List{list}) {
    if (number.is_number()) out.push_back(number.as_double());
  }
  return out;
}

/// A model of a stage that leaves forecasts, which is named "baselines/Theta".
struct StageModel {
  const StagePlan* stage = nullptr;  ///< nullptr: the workflow has no such stage
  std::string model;
};

StageModel stage_model(const Workflow& workflow, const std::string& name) {
  const std::size_t slash = name.rfind('/');
  if (slash == std::string::npos) return {};
  const auto stage = std::ranges::find(workflow.stages, name.substr(0, slash), &StagePlan::name);
  return {stage == workflow.stages.end() ? nullptr : &*stage, name.substr(slash + 1)};
}

/// The predictor of the models of stages of a type. Components of all kinds have names of their own.
std::string predictor_of(const StagePlan& stage) { return stage.type + "_predictor"; }

/// Whether a stage combines the forecasts of others.
bool combines(const StagePlan& stage) {
  return std::ranges::any_of(stage.sources, [](const Source& source) { return source.kind == "forecasts" || source.kind == "checkpoint"; });
}

/// The work of a stage's model, as the workflow has it now. Error (usage) if no stage of the workflow forecasts with it; `chosen`: how it
/// was chosen, for messages.
StageTask stage_task(const std::string& name, const std::string& chosen, const Workflow& workflow, const Registry& registry) {
  const auto [stage, model] = stage_model(workflow, name);
  if (!stage)
    throw usage_error(
        workflow_flag(workflow) + ": " + chosen +
        ", which is no trained model and no forecaster of the workflow: run `pipeline run` again, or name a model with --stage");
  if (!registry.find(Kind<Predictor>::name, predictor_of(*stage)))
    throw usage_error(workflow_flag(workflow) + ": " + chosen + ", and no plugin brings the predictor \"" + predictor_of(*stage) +
                      "\" that forecasts with it: name another model with --stage");
  StageTask out{.model = model,
                .options = stage->options,
                .folder = run_folder_of(workflow) / stage->name,
                .windows = {},
                .settings = workflow.settings};
  const auto windows = std::ranges::find(stage->sources, windows_kind, &Source::kind);
  if (windows != stage->sources.end()) {
    out.windows = run_folder_of(workflow) / windows->stage;
    if (!std::filesystem::exists(out.windows / "windows.json"))
      throw usage_error(workflow_flag(workflow) + ": its windows are not there (" + out.windows.string() + "): run `pipeline run` first");
  }
  return out;
}

/// What forecasts, and from what.
std::string words_of(const ChosenModel& model, const Workflow& workflow) {
  if (!model.stage) return model.checkpoint.string();
  return model.stage->model +
         (combines(*stage_model(workflow, model.name).stage) ? ", which combines other models" : ", fitted to the rows of the input");
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

ChosenModel chosen_model(const Workflow& workflow, const Registry& registry, const std::string& wanted, Log& log) {
  const bool asks_for_final = !wanted.empty() && final_stage(workflow, registry, wanted);
  const Choice choice = choose(workflow, registry, asks_for_final ? std::string() : wanted);
  ChosenModel out{.checkpoint = choice.checkpoint, .name = choice.stage};
  const bool was_measured = choice.by->name != choice.stage;
  const std::optional<FinalModel> final = was_measured && (wanted.empty() || asks_for_final)
                                              ? final_model(workflow, registry, choice.stage, choice.checkpoint, log)
                                              : std::nullopt;
  if (final) out.checkpoint = final->record.checkpoint;
  if (choice.checkpoint.empty()) {
    out.stage = stage_task(choice.stage, choice.by->name + " chose " + choice.stage, workflow, registry);
    out.predictor = predictor_of(*stage_model(workflow, choice.stage).stage);
  }
  const std::string command = "`pipeline run " + shell_quoted(workflow.file.string()) + "`";
  if (!out.stage && !std::filesystem::is_regular_file(out.checkpoint))
    throw usage_error(workflow_flag(workflow) + ": the checkpoint of stage \"" + (final ? final->stage->name : choice.stage) +
                      "\" is gone (" + out.checkpoint.string() + "): run " + command + ", or name one with --checkpoint");
  const std::filesystem::path intervals = run_folder_of(workflow) / choice.by->name / intervals_file_name;
  if (was_measured) {
    if (const Value* levels = choice.by->options.find("quantiles")) out.quantiles = numbers_of(*levels);
    if (std::filesystem::is_regular_file(intervals)) out.intervals = intervals;
    const auto fitted = out.intervals.empty() ? std::map<std::string, Intervals>() : read_intervals(intervals);
    for (const auto& [name, of_model] : fitted) out.quantiles = with_interval_ends(std::move(out.quantiles), of_model.options().levels);
  }
  const std::string sentence =
      "model: " + words_of(out, workflow) + ", " + (final ? final_reason(*final, choice.by->name) : reason_of(choice, workflow, registry));
  const std::vector<std::string> changes = changes_since(final ? final->stage->name : choice.by->name, workflow, registry);
  if (changes.empty()) {
    log.info(sentence);
  } else {
    log.warning(sentence + ". Since then the workflow or its results have changed: " + join(changes, ", ") + ". " + command +
                " makes a model of the workflow as it is");
  }
  return out;
}

ChosenModel other_model(const Workflow& workflow, const Registry& registry, const OtherModel& other) {
  ChosenModel out{.checkpoint = other.checkpoint, .quantiles = other.quantiles, .name = other.name};
  if (other.checkpoint.empty()) {
    out.stage = stage_task(other.name, "its model is made of " + other.name, workflow, registry);
    out.predictor = predictor_of(*stage_model(workflow, other.name).stage);
  } else if (!std::filesystem::is_regular_file(other.checkpoint)) {
    throw usage_error(workflow_flag(workflow) + ": its model is made of " + other.name + ", whose checkpoint is gone (" +
                      other.checkpoint.string() + "): run `pipeline run " + shell_quoted(workflow.file.string()) + "`");
  }
  return out;
}

}  // namespace pipeline
