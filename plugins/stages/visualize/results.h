#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data/windows.h"
#include "pipeline/log.h"
#include "pipeline/stage.h"
#include "pipeline/value.h"

namespace pipeline::stage::visualize {

/// One epoch of a training; losses are on the scaled series. What was not measured is NaN.
struct Epoch {
  double epoch, train_loss, val_loss, learning_rate;
};

/// What a train stage left in train.json.
struct Training {
  std::string stage, model;
  std::filesystem::path version_dir;  ///< empty: none was kept
  std::string monitor, stopped_by;
  std::optional<double> score;
  std::int64_t epochs = 0, steps = 0;
  std::string best;  ///< best checkpoint
  std::vector<Epoch> history;
  std::optional<std::size_t> best_epoch;  ///< index into history: the one of the best checkpoint, else that of the lowest validation loss

  /// False for a model without parameters, which is only validated.
  [[nodiscard]] bool learned() const {
    return std::ranges::any_of(history, [](const Epoch& epoch) { return std::isfinite(epoch.train_loss); });
  }
};

/// A metric as metrics.json describes it.
struct Measure {
  std::string name, key, label;  ///< "mape", "{split}_mape", "MAPE"
  bool original = false;         ///< told in original units alone
  bool percent = false;          ///< a share, shown in percent
};

/// A model's errors on one split. Keys are "loss" and the names of the metrics.
struct SplitErrors {
  using Numbers = std::map<std::string, double, std::less<>>;
  std::int64_t windows = 0;
  Numbers scaled, naive_scaled;
  std::map<std::string, Numbers> original, naive_original;  ///< by target, in its own units
};

/// What an evaluate stage found out about one trained model.
struct Evaluation {
  std::string stage, model;                   ///< train stage and its model's type
  std::map<std::string, SplitErrors> splits;  ///< by "train", "val", "test"
  std::filesystem::path predictions;          ///< its CSV file; empty: none was written
  std::filesystem::path attention;            ///< likewise; empty for a model without attention
  bool leads = false;                         ///< best by the validation score
  std::int64_t horizon = 0;                   ///< steps; 0 where it is not known
  std::vector<std::string> targets;
  std::vector<Measure> measures;  ///< in the order of a table's columns

  /// Whether its errors are of the same values as the other's, and may be set beside them.
  [[nodiscard]] bool same_task(const Evaluation& other) const { return horizon == other.horizon && targets == other.targets; }
};

/// The one that leads, else the first; not for an empty list.
[[nodiscard]] inline const Evaluation& leader_of(const std::vector<Evaluation>& evaluations) {
  const auto found = std::ranges::find(evaluations, true, &Evaluation::leads);
  return found == evaluations.end() ? evaluations.front() : *found;
}

/// What a stage that searches hyper-parameters left.
struct Search {
  std::string stage;
  Value study;  ///< study.json
};

/// All that earlier stages left for the report.
struct Results {
  std::vector<Search> searches;
  std::vector<Training> trainings;
  std::vector<Evaluation> evaluations;
  std::vector<std::pair<std::string, Value>> manifests;                         ///< by stage, in the order of the workflow
  std::vector<std::pair<std::string, std::shared_ptr<const Windows>>> windows;  ///< by stage
};

}  // namespace pipeline::stage::visualize
