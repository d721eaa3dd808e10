#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "forecast_groups.h"
#include "pipeline/data/local_forecaster.h"
#include "pipeline/data/windows.h"
#include "pipeline/stage.h"

namespace pipeline::stage::baselines {

/// What a model is to forecast.
struct ForecastRequest {
  const Windows& windows;
  std::span<const ForecastOrigin> origins;
  std::vector<std::int64_t> seasons;  ///< of each frequency group; one where there are none
  std::span<const double> levels;     ///< of the quantiles
};

/// Forecasts groups of origins with one model. Each thread has its own.
class GroupForecaster {
 public:
  GroupForecaster(const Registry& registry, const ComponentSpec& model, const ForecastRequest& request);

  /// Writes the forecasts of a target from the group's origins to `out`, [N, H, T, 1 + levels], NaN beyond the horizon of a series. Returns
  /// why the model could not forecast it, if so: then the forecasts are those of Naive.
  [[nodiscard]] std::optional<std::string> forecast(const Group& group, std::size_t target, std::span<double> out);
  /// Whether the model has quantiles; nullopt where it cannot fit the group.
  [[nodiscard]] std::optional<bool> has_quantiles(const Group& group, std::size_t target);

 private:
  /// The values of a target from the segment's first row to the row `last`.
  void read(std::int64_t first_row, std::int64_t last, std::size_t target);
  /// Fits the model to the first `count` values of a series; why it cannot, if so.
  [[nodiscard]] std::optional<std::string> fit(std::size_t count, std::int64_t series);
  [[nodiscard]] std::int64_t season_of(std::int64_t series) const;
  /// A forecast of the chosen component; nullopt where it is no number.
  [[nodiscard]] std::optional<LocalForecast> made() const;
  void write(const LocalForecast& forecast, std::size_t origin, std::size_t target, std::span<double> out) const;

  ForecastRequest request_;
  Component<LocalForecaster> model_, naive_;
  const Component<LocalForecaster>* chosen_ = &model_;
  std::vector<double> values_;
};

}  // namespace pipeline::stage::baselines
