#include <utility>

#include "pipeline/host/component_call.h"
#include "window_forecasts.h"

namespace pipeline::stage::evaluate {

namespace {

class TrainedForecasts final : public WindowForecasts {
 public:
  TrainedForecasts(TrainedModel model, std::vector<double> levels, torch::Device device)
      : model_(std::move(model)), output_(model_.loss->output()), levels_(std::move(levels)), device_(device) {
    if (output_.kind != OutputSpec::Kind::distribution) levels_ = output_.levels;
    if (windows().series()) to_levels_.emplace(*windows().series(), windows().info().horizon);
  }
  [[nodiscard]] const Windows& windows() const override { return *model_.windows; }
  [[nodiscard]] const std::vector<double>& quantile_levels() const override { return levels_; }
  [[nodiscard]] bool covers(Split) const override { return true; }

  [[nodiscard]] WindowBatch of(Split split, std::span<const std::int64_t> indices) override {
    WindowBatch out{.batch = gather_batch(windows(), split, indices, model_.forecaster.inputs(), device_)};
    Forecast forecast = model_.forecaster(out.batch);
    out.loss = call(model_.loss, "elementwise", &Loss::elementwise, forecast, out.batch.y);
    const auto attention = forecast.explanations.find("attention");
    if (attention != forecast.explanations.end()) out.attention = attention->second;
    if (output_.kind != OutputSpec::Kind::point)
      forecast = call(model_.loss, "complete", &Loss::complete, std::move(forecast), std::span<const double>(levels_));
    out.forecast = forecast.values;
    out.weight = out.batch.weight;
    if (!to_levels_) return out;
    const std::vector<std::int64_t> rows = origins(split, indices);
    out.levels = to_levels_->at(rows, forecast.values.cpu());
    if (forecast.quantiles.defined()) out.quantiles = to_levels_->quantiles(rows, forecast.quantiles.cpu());
    out.naive_loss = loss_of_naive(out);
    return out;
  }

 private:
  /// Each quantile of the naive forecast is its value. It has no distribution, and so no loss of one.
  [[nodiscard]] torch::Tensor loss_of_naive(const WindowBatch& of) const {
    if (output_.kind == OutputSpec::Kind::distribution) return {};
    Forecast naive{.values = of.levels->naive_scaled.to(of.batch.y.options()), .levels = output_.levels};
    if (output_.kind == OutputSpec::Kind::quantiles) naive.quantiles = naive.values.unsqueeze(-1).expand({-1, -1, -1, output_.width()});
    return call(model_.loss, "elementwise", &Loss::elementwise, naive, of.batch.y);
  }

  TrainedModel model_;
  OutputSpec output_;
  std::vector<double> levels_;
  torch::Device device_;
  std::optional<Levels> to_levels_;
};

}  // namespace

std::unique_ptr<WindowForecasts> forecasts_of(TrainedModel model, std::vector<double> levels, torch::Device device) {
  return std::make_unique<TrainedForecasts>(std::move(model), std::move(levels), device);
}

}  // namespace pipeline::stage::evaluate
