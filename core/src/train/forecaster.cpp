#include "pipeline/train/forecaster.h"

#include <sstream>
#include <utility>

#include <torch/cuda.h>

#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "train/autocast.h"
#include "train/batch.h"

namespace pipeline {

namespace {

/// Keeps the deviation of a constant window away from zero: sqrt(variance + guard), as RevIN does (Kim et al., 2022).
constexpr double variance_guard = 1e-5;

/// The statistics that normalise a window's columns and denormalise the forecast; [B, 1, C], `scale` undefined: 1.
struct WindowStatistics {
  torch::Tensor center, scale, last;  ///< last: value of the window's last row, before it is normalised

  [[nodiscard]] torch::Tensor normalise(const torch::Tensor& values) const {
    const torch::Tensor centred = values - center;
    return scale.defined() ? centred / scale : centred;
  }
  /// Counts from the last value: a forecast that repeats it gives it back without a rounding error.
  [[nodiscard]] torch::Tensor undo(const torch::Tensor& values) const {
    return scale.defined() ? torch::addcmul(last, values - normalise(last), scale) : values + center;
  }
  /// The same for one more trailing dimension.
  [[nodiscard]] WindowStatistics unsqueezed() const {
    return {center.unsqueeze(-1), scale.defined() ? scale.unsqueeze(-1) : scale, last.unsqueeze(-1)};
  }
};

/// `values` [B, W, C]; the deviations are population deviations.
WindowStatistics statistics(const torch::Tensor& values, WindowNorm window_norm) {
  torch::Tensor last = values.slice(1, values.size(1) - 1);
  if (window_norm == WindowNorm::last) return {last, {}, last};
  auto [variance, mean] = torch::var_mean(values, {1}, /*correction=*/0, /*keepdim=*/true);
  return {std::move(mean), (variance + variance_guard).sqrt(), std::move(last)};
}

using Forward = std::function<Forecast(const Batch&)>;

/// The model's forecast in float.
Forecast in_precision(const Forward& forward, const Batch& batch, Precision precision) {
  if (precision == Precision::full) return forward(batch);
  const Autocast autocast(batch.x.device().type(), true);
  Forecast forecast = forward(batch);
  for (torch::Tensor* part : {&forecast.values, &forecast.quantiles, &forecast.parameters}) {
    if (part->defined()) *part = part->to(torch::kFloat);
  }
  return forecast;
}

/// Refuses a forecast of another shape than the truth: the loss would broadcast it and train on wrong pairs without an error.
Forecast forecast_of(const Forward& forward, const Batch& batch, const Batch& seen, Precision precision) {
  Forecast forecast = in_precision(forward, seen, precision);
  if (!batch.y.defined() || forecast.values.sizes() == batch.y.sizes()) return forecast;
  std::ostringstream text;
  text << "the model's forecast has the shape " << forecast.values.sizes() << " where [batch, horizon, targets] " << batch.y.sizes()
       << " is expected: mend its forward()";
  throw plugin_error(text.str());
}

}  // namespace

Forecaster::Forecaster(Component<Model> model, WindowNorm window_norm, Precision precision)
    : model_(std::move(model)), window_norm_(window_norm), precision_(precision) {}

Forecast Forecaster::operator()(const Batch& batch) const {
  return through([this](const Batch& seen) { return model_->forward(seen); }, batch);
}

Forecast Forecaster::through(const Forward& forward, const Batch& batch) const {
  const auto run = [&](const Batch& seen) {
    return call(model_, "forward", [&](Model&) { return forecast_of(forward, batch, seen, precision_); });
  };
  if (window_norm_ == WindowNorm::none) return run(batch);
  if (!batch.target_history.defined()) {
    throw usage_error(std::string("window_norm = \"") + word_of(window_norm_) +
                      "\" needs the targets' past, which windows made elsewhere don't carry: set window_norm = \"none\"");
  }
  const WindowStatistics target = statistics(batch.target_history, window_norm_);
  Batch seen = batch;
  seen.x = statistics(batch.x, window_norm_).normalise(batch.x);
  seen.target_history = target.normalise(batch.target_history);
  Forecast forecast = run(seen);
  forecast.values = target.undo(forecast.values);
  if (forecast.quantiles.defined()) forecast.quantiles = target.unsqueezed().undo(forecast.quantiles);
  return forecast;
}

ModelShape shape_of(const Windows& windows) {
  return {.window = windows.info().window,
          .horizon = windows.info().horizon,
          .features = static_cast<std::int64_t>(windows.feature_names().size()),
          .targets = static_cast<std::int64_t>(windows.target_names().size()),
          .feature_names = windows.feature_names(),
          .target_names = windows.target_names(),
          .target_columns = windows.target_columns()};
}

Batch gather_batch(const WindowSource& source, std::span<const std::int64_t> first_rows, torch::Device device) {
  const BatchParts parts{.history = source.has_rows(), .weight = source.shape().has_truth && !source.fully_observed(), .pinned = false};
  return to_device(collect_batch(source, first_rows, parts), device);
}

Batch gather_batch(const Windows& windows, Split split, std::span<const std::int64_t> indices, torch::Device device) {
  return gather_batch(windows.source(), windows.first_rows(split, indices), device);
}

torch::Device resolve_device(const std::string& name) {
  if (name == "auto") return torch::cuda::is_available() ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  if (name == "cpu") return torch::kCPU;
  const bool indexed =
      name.starts_with("cuda:") && name.size() > 5 && name.size() <= 8 && name.find_first_not_of("0123456789", 5) == std::string::npos;
  if (name != "cuda" && !indexed) throw usage_error("device = \"" + name + "\" is unknown: write auto, cpu, cuda or cuda:N");
  const int index = indexed ? std::stoi(name.substr(5)) : 0;
  const auto count = torch::cuda::is_available() ? static_cast<int>(torch::cuda::device_count()) : 0;
  if (index >= count) {
    throw usage_error("device = \"" + name + "\": LibTorch sees " + std::to_string(count) +
                      " CUDA devices on this machine; write auto or cpu");
  }
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

}  // namespace pipeline
