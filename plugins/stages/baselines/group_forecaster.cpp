#include "group_forecaster.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"

namespace pipeline::stage::baselines {

namespace {

bool finite(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

}  // namespace

GroupForecaster::GroupForecaster(const Registry& registry, const ComponentSpec& model, const ForecastRequest& request)
    : request_(request),
      model_(registry.make<LocalForecaster>(model.type, model.options)),
      naive_(registry.make<LocalForecaster>("Naive", Value(Value::Map{}))) {}

void GroupForecaster::read(std::int64_t first_row, std::int64_t last, std::size_t target) {
  const std::size_t targets = request_.windows.series()->info().targets.size();
  values_.clear();
  for (std::int64_t row = first_row; row <= last; ++row)
    values_.push_back(request_.windows.series()->targets()[static_cast<std::size_t>(row) * targets + target]);
}

std::int64_t GroupForecaster::season_of(std::int64_t series) const {
  return request_.seasons[static_cast<std::size_t>(request_.windows.series()->panel().group_of(series).value_or(0))];
}

std::optional<std::string> GroupForecaster::fit(std::size_t count, std::int64_t series) {
  const std::span<const double> known = std::span(values_).first(count);
  chosen_ = &model_;
  try {
    call(model_, "fit", &LocalForecaster::fit, known, season_of(series));
    return std::nullopt;
  } catch (const Error& error) {
    if (error.status() != ExitStatus::data) throw;
    chosen_ = &naive_;
    call(naive_, "fit", &LocalForecaster::fit, known, season_of(series));
    return error.what();
  }
}

std::optional<LocalForecast> GroupForecaster::made() const {
  LocalForecast out = call(*chosen_, "forecast", &LocalForecaster::forecast, request_.windows.info().horizon, request_.levels);
  const auto horizon = static_cast<std::size_t>(request_.windows.info().horizon);
  const bool fits = out.values.size() == horizon && out.quantiles.size() == horizon * request_.levels.size();
  if (!fits) {
    throw plugin_error(owner_of(*chosen_->info()) + " gave " + std::to_string(out.values.size()) + " values and " +
                       std::to_string(out.quantiles.size()) + " quantiles for " + std::to_string(horizon) + " steps and " +
                       std::to_string(request_.levels.size()) + " levels");
  }
  if (!finite(out.values) || !finite(out.quantiles)) return std::nullopt;
  return out;
}

void GroupForecaster::write(const LocalForecast& forecast, std::size_t origin, std::size_t target, std::span<double> out) const {
  const std::size_t targets = request_.windows.series()->info().targets.size(), levels = request_.levels.size(), width = 1 + levels;
  const auto own = static_cast<std::size_t>(request_.windows.horizon_of(request_.origins[origin].series));
  for (std::size_t h = 0; h < forecast.values.size(); ++h) {
    const std::span<double> cell = out.subspan(((origin * forecast.values.size() + h) * targets + target) * width, width);
    if (h >= own) {
      std::ranges::fill(cell, std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    cell[0] = forecast.values[h];
    std::ranges::copy(std::span(forecast.quantiles).subspan(h * levels, levels), cell.begin() + 1);
  }
}

std::optional<std::string> GroupForecaster::forecast(const Group& group, std::size_t target, std::span<double> out) {
  const std::span<const ForecastOrigin> origins = request_.origins.subspan(group.first, group.count);
  read(group.first_row, origins.back().row, target);
  const auto known_at = [&](const ForecastOrigin& origin) { return static_cast<std::size_t>(origin.row - group.first_row + 1); };
  std::size_t known = known_at(origins.front());
  std::optional<std::string> failure = fit(known, origins.front().series);
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const std::size_t now = known_at(origins[i]);
    if (now > known) call(*chosen_, "update", &LocalForecaster::update, std::span<const double>(values_).subspan(known, now - known));
    known = now;
    std::optional<LocalForecast> forecast = made();
    if (!forecast) {
      failure = model_.info()->name + " forecasts values that are no numbers";
      chosen_ = &naive_;
      call(naive_, "fit", &LocalForecaster::fit, std::span<const double>(values_).first(known), season_of(origins[i].series));
      forecast = made();
    }
    if (forecast) write(*forecast, group.first + i, target, out);
  }
  return failure;
}

std::optional<bool> GroupForecaster::has_quantiles(const Group& group, std::size_t target) {
  const std::int64_t last = request_.origins[group.first].row;
  read(group.first_row, last, target);
  if (fit(values_.size(), request_.origins[group.first].series)) return std::nullopt;
  return !call(model_, "forecast", &LocalForecaster::forecast, std::int64_t{1}, request_.levels).quantiles.empty();
}

}  // namespace pipeline::stage::baselines
