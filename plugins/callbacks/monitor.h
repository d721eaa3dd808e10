#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "pipeline/errors.h"
#include "pipeline/schema.h"
#include "pipeline/torch/callback.h"

/// Shared by the callbacks that watch a metric.
namespace pipeline::callbacks {

/// `EarlyStopping watches "val_los", which is no metric of this training; did you mean "val_loss"?`
inline Error missing_metric(const std::string& component, const std::string& monitor, const std::map<std::string, double>& metrics) {
  std::vector<std::string> names;
  for (const auto& [name, value] : metrics) names.push_back(name);
  return usage_error(component + " watches \"" + monitor + "\", which is no metric of this training" +
                     (names.empty() ? "; there are none yet" : suggest(monitor, names)));
}

inline constexpr const char* mode_doc =
    "Whether a smaller or a larger value is better; auto: as the metric says of itself, min where nothing says it.";

/// Replaces "auto" by "min" or "max".
inline void resolve_mode(std::string& mode, const std::string& monitor, Trainer& trainer) {
  if (mode == "auto") mode = !monitor.empty() && trainer.larger_is_better(monitor) ? "max" : "min";
}

/// A score as Lightning stores it in checkpoints: a tensor without dimensions; float64 here.
inline State score_state(double score) { return torch::tensor(score, torch::kFloat64); }

inline double score_of(const State& state) { return state.is_tensor() ? state.as_tensor().item<double>() : state.as_double(); }

/// The value of a flag() that may be unset.
inline std::optional<bool> optional_flag(const Value& value) { return value.is_null() ? std::nullopt : std::optional(value.as_bool()); }

}  // namespace pipeline::callbacks
