#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "pipeline/export.h"
#include "pipeline/search/tier.h"
#include "pipeline/value.h"

namespace pipeline {

/// What a search found: the artifact "study". A stage that searches leaves it as study.json in its folder; who trains with the best values
/// and who draws the search read it there.
///
///     {"name": "etth1", "monitor": "val_loss", "direction": "minimize", "storage": "sqlite:///...",
///      "best": {"number": 12, "value": 0.2, "values": {"model.hidden_size": 64}},     null without a complete trial
///      "importances": {"hidden_size": 0.7},
///      "trials": [{"number": 0, "state": "complete", "value": 0.3, "parameters": {"hidden_size": 32}, "reports": {"0": 0.5},
///                  "started": 1764000000.5, "ended": 1764000007.1, "reason": ""}]}
struct BestTrial {
  std::int64_t number = 0;
  double value = 0;
  Value::Map values;  ///< by path in the workflow: "model.hidden_size"
};

inline constexpr const char* study_file_name = "study.json";
/// Windows that were sliced as the best trial's, where slicing was searched: a folder in the stage's.
inline constexpr const char* best_windows_folder = "windows";

/// The best of the study in a stage's folder; nothing where no trial is complete. Error (unexpected) for a file that cannot be read.
[[nodiscard]] PIPELINE_EXPORT std::optional<BestTrial> read_best_trial(const std::filesystem::path& folder);

}  // namespace pipeline
