#include "read_results.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/data/files.h"
#include "pipeline/data/series.h"
#include "pipeline/search/study_file.h"

namespace pipeline::stage::visualize {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::string text_of(const Value& value, std::string_view key) {
  const Value* found = value.find(key);
  return found && found->is_string() ? found->as_string() : std::string();
}

std::optional<double> number_of(const Value& value, std::string_view key) {
  const Value* found = value.find(key);
  return found && found->is_number() ? std::optional(found->as_double()) : std::nullopt;
}

std::int64_t count_of(const Value& value, std::string_view key) { return static_cast<std::int64_t>(number_of(value, key).value_or(0)); }

void copy_number(const Value& from, const std::string& key, SplitErrors::Numbers& to, const std::string& name) {
  if (const auto number = number_of(from, key)) to[name] = *number;
}

/// Splits a map of mae, rmse, ... and naive_mae, naive_rmse, ... into two.
void copy_target(const Value& from, const std::string& target, SplitErrors& errors) {
  for (const auto& [key, value] : from.as_map()) {
    if (!value.is_number()) continue;
    constexpr std::string_view naive = "naive_";
    if (key.starts_with(naive)) {
      errors.naive_original[target][key.substr(naive.size())] = value.as_double();
    } else {
      errors.original[target][key] = value.as_double();
    }
  }
}

/// `original.<target>` holds the main split's numbers, and under a split's name that split's.
void copy_original(const Value& metrics, const std::string& split, SplitErrors& errors) {
  const Value* original = metrics.find("original");
  if (!original || !original->is_map()) return;
  for (const auto& [target, value] : original->as_map()) {
    if (!value.is_map()) continue;
    const Value* of_split = value.find(split);
    copy_target(of_split && of_split->is_map() ? *of_split : value, target, errors);
  }
}

std::string with_split(std::string key, const std::string& split) {
  constexpr std::string_view placeholder = "{split}";
  if (const auto at = key.find(placeholder); at != std::string::npos) key.replace(at, placeholder.size(), split);
  return key;
}

bool names(const std::vector<Measure>& measures, const std::string& name) {
  return std::ranges::find(measures, name, &Measure::name) != measures.end();
}

/// Of a file that does not describe its metrics: every number named after a split that is no count.
std::vector<Measure> measures_by_name(const Value& metrics) {
  std::vector<Measure> measures;
  for (const std::string split : split_names) {
    for (const auto& [key, value] : metrics.as_map()) {
      if (!key.starts_with(split + "_") || !value.is_number() || key.ends_with("_windows") || key.ends_with("_values")) continue;
      const std::string name = key.substr(split.size() + 1);
      if (name != "loss" && !name.starts_with("naive_") && !names(measures, name))
        measures.push_back({.name = name, .key = "{split}_" + name, .label = name});
    }
  }
  return measures;
}

/// The metrics that metrics.json describes; `metrics`: the model's part of it.
std::vector<Measure> parse_measures(const Value& metrics_json, const Value& metrics) {
  const Value* list = metrics_json.find("metrics");
  if (!list || !list->is_list()) return measures_by_name(metrics);
  const auto says = [](const Value& entry, const char* key) { return entry.find(key) && entry.at(key) == Value(true); };
  std::vector<Measure> measures;
  for (const Value& entry : list->as_list()) {
    measures.push_back({.name = text_of(entry, "name"),
                        .key = text_of(entry, "key"),
                        .label = text_of(entry, "label"),
                        .original = text_of(entry, "units") == "original",
                        .percent = says(entry, "percent")});
  }
  return measures;
}

std::map<std::string, SplitErrors> parse_splits(const Value& metrics, const std::vector<Measure>& measures) {
  std::map<std::string, SplitErrors> splits;
  const std::string main_split = text_of(metrics, "split");
  for (const std::string split : split_names) {
    SplitErrors errors;
    const auto copy = [&](const std::string& name, const std::string& key) {
      copy_number(metrics, key, errors.scaled, name);
      if (main_split.empty() || split == main_split) copy_number(metrics, "naive_" + name, errors.naive_scaled, name);
      copy_number(metrics, split + "_naive_" + name, errors.naive_scaled, name);
    };
    copy("loss", split + "_loss");
    for (const Measure& measure : measures) {
      if (!measure.original) copy(measure.name, with_split(measure.key, split));
    }
    if (errors.scaled.empty()) continue;
    errors.windows = count_of(metrics, split + "_windows");
    copy_original(metrics, split, errors);
    splits.emplace(split, std::move(errors));
  }
  return splits;
}

double validated(const Value& record, const std::string& metric) {
  const Value* val = record.find("val");
  return val ? number_of(*val, metric).value_or(missing) : missing;
}

Epoch parse_epoch(const Value& record, double index) {
  return {number_of(record, "epoch").value_or(index), number_of(record, "train_loss").value_or(missing), validated(record, "val_loss"),
          number_of(record, "learning_rate").value_or(missing)};
}

/// `metrics`: the model's part of metrics.json.
Evaluation parse_evaluation(std::string stage, const Value& metrics_json, const Value& metrics, const std::vector<Training>& trainings) {
  const std::vector<Measure> measures = parse_measures(metrics_json, metrics);
  Evaluation evaluation{.stage = std::move(stage),
                        .model = text_of(metrics, "model"),
                        .splits = parse_splits(metrics, measures),
                        .predictions = {},
                        .attention = {},
                        .leads = false,
                        .horizon = 0,
                        .targets = {},
                        .measures = measures};
  if (const Value* steps = metrics.find("by_step"); steps && steps->is_list())
    evaluation.horizon = static_cast<std::int64_t>(steps->as_list().size());
  if (const Value* targets = metrics.find("by_target"); targets && targets->is_map()) {
    for (const auto& [target, errors] : targets->as_map()) evaluation.targets.push_back(target);
  }
  const auto training = std::ranges::find(trainings, evaluation.stage, &Training::stage);
  if (evaluation.model.empty() && training != trainings.end()) evaluation.model = training->model;
  return evaluation;
}

}  // namespace

Training parse_training(const std::string& stage, const Value& train_json) {
  Training training{.stage = stage,
                    .model = text_of(train_json, "model"),
                    .version_dir = text_of(train_json, "version_dir"),
                    .monitor = text_of(train_json, "monitor"),
                    .stopped_by = text_of(train_json, "stopped_by"),
                    .score = number_of(train_json, "score"),
                    .epochs = count_of(train_json, "epochs"),
                    .steps = count_of(train_json, "steps"),
                    .best = text_of(train_json, "best"),
                    .history = {},
                    .best_epoch = {}};
  const Value* model = train_json.find("model");
  if (training.model.empty() && model) training.model = text_of(*model, "type");
  const Value* history = train_json.find("history");
  if (!history || !history->is_list()) return training;
  double best = std::numeric_limits<double>::infinity();
  for (const Value& record : history->as_list()) {
    const Epoch epoch = parse_epoch(record, static_cast<double>(training.history.size()));
    // Distance from the best checkpoint's score where there is one: 0 at its epoch.
    const double rank = training.score ? std::abs(validated(record, training.monitor) - *training.score) : epoch.val_loss;
    if (rank < best) best = rank, training.best_epoch = training.history.size();
    training.history.push_back(epoch);
  }
  return training;
}

std::vector<Evaluation> parse_metrics(const Value& metrics_json, const std::vector<Training>& trainings) {
  std::vector<Evaluation> evaluations;
  const Value* models = metrics_json.find("models");
  if (models && models->is_map() && !models->as_map().empty()) {
    // In the order of the workflow, then those that no train stage of it made.
    for (const Training& training : trainings) {
      if (const Value* found = models->find(training.stage))
        evaluations.push_back(parse_evaluation(training.stage, metrics_json, *found, trainings));
    }
    for (const auto& [stage, metrics] : models->as_map()) {
      if (std::ranges::find(evaluations, stage, &Evaluation::stage) == evaluations.end()) {
        evaluations.push_back(parse_evaluation(stage, metrics_json, metrics, trainings));
      }
    }
    return evaluations;
  }
  std::string stage = text_of(metrics_json, "stage");
  if (stage.empty()) stage = trainings.empty() ? "model" : trainings.front().stage;
  evaluations.push_back(parse_evaluation(std::move(stage), metrics_json, metrics_json, trainings));
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

void read_training(const Artifact& input, Results& results, Log& log) {
  const auto file = input.folder / "train.json";
  if (std::filesystem::exists(file)) {
    results.trainings.push_back(parse_training(input.stage, read_json(file)));
  } else {
    log.warning("stage " + input.stage + " left no train.json: the report shows no loss curve of it");
  }
}

void read_evaluation(const Artifact& input, Results& results) {
  const Value metrics = read_json(input.folder / "metrics.json");
  std::vector<Evaluation> evaluations = parse_metrics(metrics, results.trainings);
  const std::string named = text_of(metrics, "stage"), leader = named.empty() ? evaluations.front().stage : named;
  const bool further_stage = !results.evaluations.empty();
  for (Evaluation& evaluation : evaluations) {
    const bool leads = evaluation.stage == leader;
    const bool named_as_split = std::ranges::find(split_names, evaluation.stage) != split_names.end();
    const std::string of_model = leads ? "" : "." + evaluation.stage + (named_as_split ? "." + text_of(metrics, "split") : std::string());
    const auto existing = [&](const std::string& name) {
      const auto file = input.folder / (name + of_model + ".csv");
      return std::filesystem::exists(file) ? file : std::filesystem::path();
    };
    evaluation.leads = leads;
    evaluation.predictions = existing("predictions");
    evaluation.attention = existing("attention");
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
  each_of("checkpoint", [&](const Artifact& input) { read_training(input, results, log); });
  each_of("study", [&](const Artifact& input) { results.searches.push_back({input.stage, read_json(input.folder / study_file_name)}); });
  each_of("metrics", [&](const Artifact& input) { read_evaluation(input, results); });
  return results;
}

}  // namespace pipeline::stage::visualize
