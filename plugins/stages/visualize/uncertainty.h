#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "figure.h"
#include "results.h"

namespace pipeline::stage::visualize {

/// How often the truth lay at or below each quantile of a model. Of a calibrated one, as often as the level says.
struct Calibration {
  std::string label;
  std::size_t model = 0;  ///< chooses the colour
  std::vector<double> levels, shares;
};

/// The intervals of one level of a model, by step.
struct IntervalSteps {
  std::string label;
  std::size_t model = 0;
  std::vector<double> steps, coverage, width;  ///< coverage: a share; width in original units
};

/// What the metrics of the headline split say of the models' uncertainty.
struct Uncertainty {
  std::vector<Calibration> calibrations;
  double level = 0;  ///< of the intervals, in percent
  std::vector<IntervalSteps> intervals;
  bool made_here = false;  ///< some intervals come from the errors on this split, so that their coverage says nothing of other windows

  [[nodiscard]] bool empty() const { return calibrations.empty() && intervals.empty(); }
};

/// Models with quantiles or intervals alone; the intervals are of the lowest level that some model has.
[[nodiscard]] Uncertainty uncertainty_of(const std::vector<Evaluation>& evaluations);
/// The reliability diagram, and coverage and width by step.
[[nodiscard]] Figure uncertainty_figure(const Uncertainty& uncertainty);

}  // namespace pipeline::stage::visualize
