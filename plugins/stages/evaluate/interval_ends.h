#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <torch/types.h>

#include "pipeline/data/intervals.h"
#include "window_forecasts.h"

namespace pipeline::stage::evaluate {

struct SplitRequest;

/// The place of each wanted level among the levels of quantiles; nullopt: one is missing, or none is wanted.
[[nodiscard]] std::optional<std::vector<std::int64_t>> places_of(std::span<const double> wanted, std::span<const double> levels);

/// The levels of quantiles at the ends of intervals, of levels in percent, that a model lacks.
[[nodiscard]] std::vector<double> missing_ends(std::span<const double> quantiles, std::span<const double> levels);

/// The ends of the intervals of forecasts: of conformal ones if the request has some, else of those between the model's quantiles.
class IntervalEnds {
 public:
  IntervalEnds(const WindowForecasts& forecasts, const SplitRequest& request);
  /// [L] in percent, ascending.
  [[nodiscard]] const std::vector<double>& levels() const { return levels_; }
  /// [B, H, T, L, 2] in original units; undefined if there are no levels. `rows`: of the origins.
  [[nodiscard]] torch::Tensor of(const WindowBatch& windows, std::span<const std::int64_t> rows) const;
  /// Adds the errors of forecasts to the scores of conformal intervals. `weight` 0: not counted; undefined: all count.
  void add_scores(const WindowBatch& windows, std::span<const std::int64_t> rows, const torch::Tensor& weight,
                  IntervalScores& scores) const;

 private:
  /// Calls `visit(place, index of the value, low ends [levels], high ends [levels])` for every value.
  void visit_values(const WindowBatch& windows, std::span<const std::int64_t> rows, const auto& visit) const;

  const WindowForecasts& forecasts_;
  const SplitRequest& request_;
  std::vector<double> levels_;
  std::vector<std::int64_t> lower_, upper_;  ///< [L] the places of their ends among the quantiles; empty: the point is both
};

/// The split whose windows give the errors that intervals are made of: calibration, where rows are set apart for it.
[[nodiscard]] Split interval_split(const Windows& windows);
/// The task of a model's intervals. Error (usage) if a trained model's quantiles cannot bound a level; forecasts of an artifact then have
/// intervals around their points. `scales`: [series, targets], of the rows before the split that intervals are told on.
[[nodiscard]] IntervalTask interval_task(const WindowForecasts& forecasts, const IntervalOptions& options, const std::string& stage,
                                         bool was_trained, std::span<const SeriesScale> scales);

}  // namespace pipeline::stage::evaluate
