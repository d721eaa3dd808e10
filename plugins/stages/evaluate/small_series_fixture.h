#pragma once

#include <memory>
#include <vector>

#include "pipeline/data/windows.h"
#include "pipeline/torch/loss.h"
#include "pipeline/torch/model.h"
#include "support/temp_folder.h"

namespace pipeline::test {

/// Ten days of two targets: "a" untransformed (center 2, scale 4), "b" as differences (center 0.5, scale 2). Windows have 3 rows and 2
/// steps; five of them are test windows, none validates. The value of "a" in the last row was filled.
class SmallSeries {
 public:
  SmallSeries();
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] std::shared_ptr<const Windows> windows() const { return Windows::open(folder_.path() / "windows"); }

  static const std::vector<double> a, b;

 private:
  TempFolder folder_;
};

/// Forecasts the last seen value of each target plus `offset`, for every step, on the scaled series.
class RepeatScaled final : public Model {
 public:
  explicit RepeatScaled(std::int64_t horizon, double offset = 0) : horizon_(horizon), offset_(offset) {}
  Forecast forward(const Batch& batch) override;
  [[nodiscard]] Inputs inputs() const override { return {Input::past, Input::target_history}; }

 private:
  std::int64_t horizon_;
  double offset_;
};

class SquaredError final : public Loss {
 public:
  [[nodiscard]] torch::Tensor elementwise(const Forecast& forecast, const torch::Tensor& y) const override {
    return (forecast.values - y).square();
  }
};

}  // namespace pipeline::test
