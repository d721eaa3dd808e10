#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data/metrics_file.h"
#include "pipeline/data/training_record.h"
#include "pipeline/data/windows.h"
#include "pipeline/log.h"
#include "pipeline/stage.h"
#include "pipeline/value.h"

namespace pipeline::stage::visualize {

/// The validation loss of an epoch; NaN if it did not validate.
[[nodiscard]] inline double val_loss_of(const EpochRecord& epoch) {
  const auto found = epoch.val.find("val_loss");
  return found == epoch.val.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

/// Index into the history: the epoch of the best checkpoint, else the epoch with the lowest validation loss.
[[nodiscard]] std::optional<std::size_t> best_epoch(const TrainingRecord& training);

/// False for a model without parameters, which is only validated.
[[nodiscard]] inline bool learned(const TrainingRecord& training) {
  return std::ranges::any_of(training.history, [](const EpochRecord& epoch) { return std::isfinite(epoch.train_loss); });
}

/// An evaluate stage's results for one model.
struct Evaluation {
  std::string stage, model;                   ///< train stage and its model's type; of a model of an artifact "forecasts", its name
  std::map<std::string, SplitErrors> splits;  ///< by "train", "val", "test"
  std::filesystem::path predictions;          ///< its CSV file; empty: none was written
  std::filesystem::path attention;            ///< likewise; empty for a model without attention
  std::filesystem::path by_series;            ///< likewise; empty if there is one series
  bool leads = false;                         ///< best on validation
  bool trained = true;                        ///< false: a model of an artifact "forecasts"
  std::int64_t replaced = 0;                  ///< histories that it could not forecast: the last value stands there
  std::string intervals_from{};               ///< split whose errors made its intervals; empty: none made them
  std::int64_t horizon = 0;                   ///< steps; 0 where it is not known
  std::vector<std::string> targets;
  std::vector<Measure> measures;  ///< in the order of a table's columns

  /// Whether both have errors of the same values, which can be compared.
  [[nodiscard]] bool same_task(const Evaluation& other) const { return horizon == other.horizon && targets == other.targets; }
};

/// The leading evaluation, else the first. The list must not be empty.
[[nodiscard]] inline const Evaluation& leader_of(const std::vector<Evaluation>& evaluations) {
  const auto found = std::ranges::find(evaluations, true, &Evaluation::leads);
  return found == evaluations.end() ? evaluations.front() : *found;
}

/// The result of a hyper-parameter search.
struct Search {
  std::string stage;
  Value study;  ///< study.json
};

/// All that earlier stages left for the report.
struct Results {
  std::vector<Search> searches;
  std::vector<TrainingRecord> trainings;
  std::vector<Evaluation> evaluations;
  std::vector<std::pair<std::string, Value>> manifests;                         ///< by stage, in the order of the workflow
  std::vector<std::pair<std::string, std::shared_ptr<const Windows>>> windows;  ///< by stage
};

}  // namespace pipeline::stage::visualize
