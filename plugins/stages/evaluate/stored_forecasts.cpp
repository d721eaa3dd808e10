#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "pipeline/errors.h"
#include "window_forecasts.h"

namespace pipeline::stage::evaluate {

namespace {

constexpr const char* cure = "run the stage that made the forecasts again";

class StoredForecasts final : public WindowForecasts {
 public:
  explicit StoredForecasts(ForecastModel model) : model_(std::move(model)), to_levels_(*windows().series(), windows().info().horizon) {}
  [[nodiscard]] const Windows& windows() const override { return *model_.windows; }
  [[nodiscard]] const std::vector<double>& quantile_levels() const override { return stored().models()[model_.index].levels; }
  [[nodiscard]] bool covers(Split split) const override { return split != Split::train; }

  [[nodiscard]] WindowBatch of(Split split, std::span<const std::int64_t> indices) override {
    const std::span<const ForecastOrigin> all = origins_of(split);
    const std::vector<std::int64_t> rows = origins(split, indices);
    const auto row_of = [&](std::int64_t index) { return all[static_cast<std::size_t>(index)].row; };
    if (!std::ranges::equal(rows, indices, {}, {}, row_of))
      throw data_error(model_.name() + " was forecast from other rows than those of the windows; " + cure);
    const torch::Tensor values = values_of(all, indices);
    const torch::Tensor point = values.select(3, 0).contiguous(), exact = on_scaled_series(point, rows, *windows().series());
    const torch::Tensor is_number = exact.isfinite();
    WindowBatch out{.batch = gather_batch(windows(), split, indices, {}, torch::kCPU)};
    out.batch.y = out.batch.y.to(torch::kDouble);
    out.forecast = exact.nan_to_num(0, 0, 0);
    out.weight = out.batch.weight;
    if (!is_number.all().item<bool>()) {  // a logarithm takes no forecast of 0 or less
      out.weight = is_number.to(torch::kFloat);
      if (out.batch.weight.defined()) out.weight *= out.batch.weight;
    }
    out.levels = to_levels_.at(rows, out.forecast);
    out.levels->forecast = point;  // exact, where that from the scaled series is rounded
    if (!quantile_levels().empty()) out.quantiles = values.slice(3, 1).contiguous();
    return out;
  }

 private:
  [[nodiscard]] const Forecasts& stored() const { return *model_.forecasts; }

  [[nodiscard]] std::span<const ForecastOrigin> origins_of(Split split) const {
    const auto found = std::ranges::equal_range(stored().origins(), static_cast<std::int64_t>(split), {}, &ForecastOrigin::split);
    if (const std::int64_t count = windows().count(split); std::ssize(found) != count)
      throw data_error(model_.name() + " was forecast from " + std::to_string(std::ssize(found)) + " origins of the " +
                       split_names[static_cast<std::size_t>(split)] + " split, which has " + std::to_string(count) + " windows; " + cure);
    return {found.begin(), found.end()};
  }

  /// [B, H, T, 1 + Q] of some of a split's origins. Beyond the horizon of a series, where the weight is 0, they are 0.
  [[nodiscard]] torch::Tensor values_of(std::span<const ForecastOrigin> origins, std::span<const std::int64_t> indices) const {
    const std::int64_t horizon = stored().horizon(), targets = std::ssize(stored().targets()), width = std::ssize(quantile_levels()) + 1;
    const std::int64_t size = horizon * targets * width, before = origins.data() - stored().origins().data();
    torch::Tensor out = torch::empty({std::ssize(indices), horizon, targets, width}, torch::kDouble);
    auto* to = out.mutable_data_ptr<double>();
    for (const std::int64_t index : indices) {
      const double* from = stored().values(model_.index).data() + (before + index) * size;
      const std::int64_t own = windows().horizon_of(origins[static_cast<std::size_t>(index)].series) * targets * width;
      for (std::int64_t i = 0; i < size; ++i, ++from) {
        if (i < own && std::isnan(*from)) throw data_error(model_.name() + " has no forecast of every step of the windows; " + cure);
        *to++ = i < own ? *from : 0;
      }
    }
    return out;
  }

  ForecastModel model_;
  Levels to_levels_;
};

}  // namespace

std::unique_ptr<WindowForecasts> forecasts_of(ForecastModel model) { return std::make_unique<StoredForecasts>(std::move(model)); }

}  // namespace pipeline::stage::evaluate
