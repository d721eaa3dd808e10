#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "pipeline/export.h"
#include "pipeline/search/tier.h"
#include "pipeline/value.h"

namespace pipeline {

/// The result of a search: the artifact "study". A stage that searches writes it to study.json in its folder. The stages that train with
/// the best values or draw the search read that file.
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
/// Folder within the stage's folder: windows sliced with the best trial's values, if the search covers slicing.
inline constexpr const char* best_windows_folder = "windows";

/// The best trial of the study in a stage's folder; nullopt if no trial is complete. Error (unexpected) for a file that cannot be read.
[[nodiscard]] PIPELINE_EXPORT std::optional<BestTrial> read_best_trial(const std::filesystem::path& folder);

}  // namespace pipeline
