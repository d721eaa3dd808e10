#include "read_results.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/data/files.h"
#include "pipeline/search/study_file.h"

namespace pipeline::stage::visualize {

std::optional<std::size_t> best_epoch(const TrainingRecord& training) {
  std::optional<std::size_t> best;
  double lowest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < training.history.size(); ++i) {
    const EpochRecord& epoch = training.history[i];
    const auto watched = epoch.val.find(training.monitor);
    const double monitored = watched == epoch.val.end() ? std::numeric_limits<double>::quiet_NaN() : watched->second;
    // With a best checkpoint, the distance from its score: 0 at its epoch.
    const double rank = training.score ? std::abs(monitored - *training.score) : val_loss_of(epoch);
    if (rank < lowest) lowest = rank, best = i;
  }
  return best;
}

namespace {

bool has_number(const SplitErrors::Numbers& numbers) {
  return std::ranges::any_of(numbers, [](const auto& metric) { return std::isfinite(metric.second); });
}

/// Leaves out splits without a defined metric.
std::map<std::string, SplitErrors> defined_splits(std::map<std::string, SplitErrors> splits) {
  std::erase_if(splits, [](const auto& split) {
    const SplitErrors& errors = split.second;
    const bool in_units = std::ranges::any_of(errors.original, [](const auto& target) { return has_number(target.second); });
    return !has_number(errors.scaled) && !in_units;
  });
  return splits;
}

/// The file of the main split; empty if there is none.
std::filesystem::path file_of(const std::map<std::string, std::string>& files, const std::string& split,
                              const std::filesystem::path& folder) {
  const auto found = files.find(split);
  return found == files.end() ? std::filesystem::path() : folder / found->second;
}

Evaluation evaluation_of(const ModelMetrics& metrics, const std::vector<Measure>& measures, const std::vector<TrainingRecord>& trainings,
                         const std::filesystem::path& folder) {
  Evaluation evaluation{.stage = metrics.stage,
                        .model = metrics.model,
                        .splits = defined_splits(metrics.splits),
                        .predictions = file_of(metrics.predictions, metrics.main_split, folder),
                        .attention = file_of(metrics.attention, metrics.main_split, folder),
                        .by_series = file_of(metrics.by_series, metrics.main_split, folder),
                        .leads = false,
                        .trained = !metrics.checkpoint.empty(),
                        .replaced = metrics.replaced,
                        .intervals_from = metrics.intervals_from,
                        .horizon = 0,
                        .targets = {},
                        .measures = measures};
  if (const SplitErrors* main = metrics.main()) {
    evaluation.horizon = static_cast<std::int64_t>(main->scaled_by_step.size());
    for (const auto& [target, errors] : main->scaled_by_target) evaluation.targets.push_back(target);
  }
  if (evaluation.stage.empty()) evaluation.stage = trainings.empty() ? "model" : trainings.front().stage;
  const auto training = std::ranges::find(trainings, evaluation.stage, &TrainingRecord::stage);
  if (evaluation.model.empty() && training != trainings.end()) evaluation.model = training->model_type;
  evaluation.trained = evaluation.trained || training != trainings.end();
  return evaluation;
}

}  // namespace

std::vector<Evaluation> evaluations_of(const MetricsRecord& metrics, const std::vector<TrainingRecord>& trainings,
                                       const std::filesystem::path& folder) {
  std::vector<Evaluation> evaluations;
  for (std::size_t i = 0; i < metrics.models.size(); ++i) {
    evaluations.push_back(evaluation_of(metrics.models[i], metrics.measures, trainings, folder));
    evaluations.back().leads = i == metrics.leader;
  }
  std::ranges::stable_sort(evaluations, {}, [&](const Evaluation& evaluation) {
    return std::ranges::find(trainings, evaluation.stage, &TrainingRecord::stage) - trainings.begin();
  });
  return evaluations;
}

namespace {

void read_manifest(const std::string& stage, const std::filesystem::path& folder, Results& results) {
  const bool known = std::ranges::any_of(results.manifests, [&](const auto& entry) { return entry.first == stage; });
  const auto file = folder / "manifest.json";
  if (!known && std::filesystem::exists(file)) results.manifests.emplace_back(stage, read_json(file));
}

void read_windows(const Artifact& input, Results& results) {
  auto windows = Windows::open(input.folder);
  if (const std::string& series = windows->info().series; !series.empty()) {
    const auto folder = (input.folder / series).lexically_normal();
    read_manifest(folder.filename().empty() ? folder.parent_path().filename() : folder.filename(), folder, results);
  }
  results.windows.emplace_back(input.stage, std::move(windows));
}

void read_curve(const Artifact& input, Results& results, Log& log) {
  if (std::filesystem::exists(input.folder / training_file_name)) {
    results.trainings.push_back(read_training(input));
  } else {
    log.warning("stage " + input.stage + " left no train.json: the report shows no loss curve of it");
  }
}

void read_evaluation(const Artifact& input, Results& results) {
  const bool further_stage = !results.evaluations.empty();
  for (Evaluation& evaluation : evaluations_of(read_metrics(input.folder), results.trainings, input.folder)) {
    if (further_stage) evaluation.stage += " (" + input.stage + ")";
    results.evaluations.push_back(std::move(evaluation));
  }
}

}  // namespace

Results read_results(const std::vector<Artifact>& inputs, Log& log) {
  const auto each_of = [&](std::string_view kind, const auto& read) {
    for (const Artifact& input : inputs) {
      if (input.kind == kind) read(input);
    }
  };
  Results results;
  each_of("windows", [&](const Artifact& input) { read_windows(input, results); });
  for (const Artifact& input : inputs) read_manifest(input.stage, input.folder, results);
  each_of("checkpoint", [&](const Artifact& input) { read_curve(input, results, log); });
  each_of("study", [&](const Artifact& input) { results.searches.push_back({input.stage, read_json(input.folder / study_file_name)}); });
  each_of("metrics", [&](const Artifact& input) { read_evaluation(input, results); });
  return results;
}

}  // namespace pipeline::stage::visualize
