#include "pipeline/train/forecaster.h"

#include <algorithm>
#include <iterator>
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
  torch::Tensor center, scale;
  torch::Tensor present{};  ///< [B, W, 1] 0 for padding, which stays 0; undefined: all 1
  torch::Tensor anchor{};  ///< a value that a forecast, which repeats it normalised, gives back without a rounding error; undefined: center

  [[nodiscard]] torch::Tensor normalise(const torch::Tensor& values) const {
    const torch::Tensor centred = values - center;
    return scale.defined() ? centred / scale : centred;
  }
  /// The same of the window itself.
  [[nodiscard]] torch::Tensor normalise_window(const torch::Tensor& values) const {
    const torch::Tensor all = normalise(values);
    return present.defined() ? all * present : all;
  }
  [[nodiscard]] torch::Tensor undo(const torch::Tensor& values) const {
    if (!anchor.defined()) return values + center;
    const torch::Tensor apart = values - normalise(anchor);
    return scale.defined() ? torch::addcmul(anchor, apart, scale) : anchor + apart;
  }
  /// The same for one more trailing dimension.
  [[nodiscard]] WindowStatistics unsqueezed() const {
    const auto one_more = [](const torch::Tensor& part) { return part.defined() ? part.unsqueeze(-1) : part; };
    return {.center = one_more(center), .scale = one_more(scale), .anchor = one_more(anchor)};
  }
};

/// Variance and mean over the rows of `values` [B, W, C] that are present [B, W, 1]. At least one of a window is, and padding is 0.
std::pair<torch::Tensor, torch::Tensor> present_var_mean(const torch::Tensor& values, const torch::Tensor& present) {
  const torch::Tensor count = present.sum({1}, /*keepdim=*/true);
  torch::Tensor mean = values.sum({1}, /*keepdim=*/true) / count;
  const torch::Tensor apart = (values - mean) * present;
  return {apart.square().sum({1}, /*keepdim=*/true) / count, std::move(mean)};
}

/// `values` [B, W, C], `mask` [B, W] or undefined: Batch::past_mask. The deviations are population deviations.
WindowStatistics statistics(const torch::Tensor& values, const torch::Tensor& mask, WindowNorm window_norm) {
  const torch::Tensor present = mask.defined() ? mask.unsqueeze(2) : mask;
  torch::Tensor last = values.slice(1, values.size(1) - 1);  // no padding: a window ends with rows of its series
  if (window_norm == WindowNorm::last) return {.center = std::move(last), .scale = {}, .present = present};
  if (present.defined()) {
    auto [variance, mean] = present_var_mean(values, present);
    return {.center = std::move(mean), .scale = (variance + variance_guard).sqrt(), .present = present, .anchor = std::move(last)};
  }
  auto [variance, mean] = torch::var_mean(values, {1}, /*correction=*/0, /*keepdim=*/true);
  return {.center = std::move(mean), .scale = (variance + variance_guard).sqrt(), .anchor = std::move(last)};
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

Forecaster::Forecaster(Component<Model> model, WindowNorm window_norm, const ModelShape& shape, Precision precision)
    : model_(std::move(model)), window_norm_(window_norm), precision_(precision) {
  std::ranges::copy_if(shape.future_columns, std::back_inserter(known_ahead_), [](std::int64_t column) { return column >= 0; });
}

Inputs Forecaster::inputs() const {
  const Inputs read = model_->inputs();
  return window_norm_ == WindowNorm::none ? read : read | Inputs{Input::target_history, Input::past_mask};
}

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
  WindowStatistics target = statistics(batch.target_history, batch.past_mask, window_norm_);
  if (batch.naive.defined()) target.anchor = batch.naive.unsqueeze(1);
  Batch seen = batch;
  seen.x = normalised(batch.x, batch.past_mask);
  seen.target_history = target.normalise_window(batch.target_history);
  if (batch.naive.defined()) seen.naive = target.normalise(target.anchor).squeeze(1);
  Forecast forecast = run(seen);
  forecast.values = target.undo(forecast.values);
  if (forecast.quantiles.defined()) forecast.quantiles = target.unsqueezed().undo(forecast.quantiles);
  return forecast;
}

torch::Tensor Forecaster::normalised(const torch::Tensor& x, const torch::Tensor& mask) const {
  torch::Tensor out = statistics(x, mask, window_norm_).normalise_window(x);
  for (const std::int64_t column : known_ahead_) out.select(2, column).copy_(x.select(2, column));
  return out;
}

ModelShape shape_of(const Windows& windows) {
  const WindowSource::Shape& shape = windows.source().shape();
  const auto counts = [](const std::vector<WordColumn>& words) {
    std::vector<std::int64_t> out;
    for (const WordColumn& column : words) out.push_back(column.codes);
    return out;
  };
  return {.window = shape.window,
          .horizon = shape.horizon,
          .features = std::ssize(shape.feature_names),
          .targets = std::ssize(shape.target_names),
          .feature_names = shape.feature_names,
          .target_names = shape.target_names,
          .target_columns = shape.target_columns,
          .future_names = shape.future_names,
          .future_columns = shape.future_columns,
          .static_names = shape.static_names,
          .past_code_counts = counts(shape.past_words),
          .future_code_counts = counts(shape.future_words),
          .static_code_counts = counts(shape.static_words),
          .series = windows.series() ? windows.series()->series_count() : 1};
}

Batch gather_batch(const WindowSource& source, std::span<const std::int64_t> first_rows, Inputs wanted, torch::Device device) {
  return to_device(collect_batch(source, first_rows, wanted), device);
}

Batch gather_batch(const Windows& windows, Split split, std::span<const std::int64_t> indices, Inputs wanted, torch::Device device) {
  return gather_batch(windows.source(), windows.first_rows(split, indices), wanted, device);
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
