#include "forecast_table.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "pipeline/data/metrics_file.h"
#include "pipeline/data/predictions.h"
#include "pipeline/data/time_text.h"
#include "pipeline/errors.h"

namespace pipeline::stage::backtest {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// The origin of a line as a time of the series: the file shows local clocks with their offset where the series has a time zone.
std::int64_t origin_of(const PredictionsReader& lines, const SeriesInfo& series) {
  return series.has_time ? parse_time(lines.origin_text(), series) : lines.origin();
}

/// "baselines" of "baselines/Theta"
std::string stage_of(const std::string& model) { return model.substr(0, model.find('/')); }

}  // namespace

ForecastTable::ForecastTable(const Series& series, const CutoffGrid& grid, std::int64_t horizon)
    : series_(series), grid_(grid), horizon_(horizon), truth_(static_cast<std::size_t>(grid.count()) * block(), unknown) {
  for (std::int64_t s = 0; series.info().panel && s < series.series_count(); ++s) series_by_id_[series.id(s)] = s;
}

void ForecastTable::read(const std::filesystem::path& measured, const std::vector<std::string>& stages) {
  for (const ModelMetrics& metrics : read_metrics(measured).models) {
    if (!stages.empty() && std::ranges::find(stages, stage_of(metrics.stage)) == stages.end()) continue;
    const auto file = metrics.predictions.find("test");
    if (file == metrics.predictions.end())
      throw data_error("there are no forecasts of " + metrics.stage + " in " + measured.string() + ": run the stage again with --force");
    read_model(measured / file->second, metrics.stage);
  }
}

ModelForecasts& ForecastTable::model(const std::string& name, const std::vector<double>& levels,
                                     const std::vector<double>& interval_levels) {
  const auto found = std::ranges::find(models_, name, &ModelForecasts::name);
  if (found != models_.end()) {
    if (found->levels != levels || found->interval_levels != interval_levels)
      throw data_error(name + " gives other quantiles or intervals at one cutoff than at another: its options must not depend on the rows");
    return *found;
  }
  const std::size_t size = static_cast<std::size_t>(grid_.count()) * block();
  ModelForecasts made{.name = name, .levels = levels, .interval_levels = interval_levels, .point = std::vector(size, unknown)};
  made.quantiles.assign(size * levels.size(), unknown);
  made.intervals.assign(size * interval_levels.size() * 2, unknown);
  // What needs no model stays last.
  const auto place = std::ranges::find(models_, std::string(last_value_name), &ModelForecasts::name);
  return *models_.insert(place, std::move(made));
}

std::int64_t ForecastTable::row_at(std::int64_t series, std::int64_t time) const {
  const Segment rows = series_.rows_of(series);
  const auto times = series_.time().subspan(static_cast<std::size_t>(rows.first), static_cast<std::size_t>(rows.count));
  const auto found = std::ranges::lower_bound(times, time);
  return found == times.end() || *found != time ? -1 : rows.first + (found - times.begin());
}

void ForecastTable::read_model(const std::filesystem::path& file, const std::string& name) {
  PredictionsReader lines(file);
  const PredictionBands& bands = lines.bands();
  static_cast<void>(model(last_value_name, {}, {}));
  static_cast<void>(model(name, bands.quantile_levels, bands.interval_levels));
  ModelForecasts& own = *std::ranges::find(models_, name, &ModelForecasts::name);
  ModelForecasts& naive = *std::ranges::find(models_, std::string(last_value_name), &ModelForecasts::name);
  const std::size_t levels = own.levels.size(), ends = own.interval_levels.size();
  while (lines.next()) {
    const auto series = series_by_id_.empty()                    ? std::int64_t{0}
                        : series_by_id_.contains(lines.series()) ? series_by_id_[lines.series()]
                                                                 : -1;
    const std::int64_t row = series < 0 ? -1 : row_at(series, origin_of(lines, series_.info()));
    const auto cutoff = row < 0 ? std::nullopt : grid_.number(series, row);
    if (!cutoff || lines.step() > horizon_) continue;
    for (std::size_t t = 0; t < lines.targets().size(); ++t) {
      const std::size_t place = at(*cutoff, series, lines.step() - 1, static_cast<std::int64_t>(t));
      truth_[place] = lines.truth(t);
      naive.point[place] = lines.naive(t);
      own.point[place] = lines.forecast(t);
      for (std::size_t q = 0; q < levels; ++q) own.quantiles[place * levels + q] = lines.quantile(t, q);
      for (std::size_t l = 0; l < ends; ++l) {
        own.intervals[(place * ends + l) * 2] = lines.lower(t, l);
        own.intervals[(place * ends + l) * 2 + 1] = lines.upper(t, l);
      }
    }
  }
}

void ForecastTable::add_last_season(const std::vector<std::int64_t>& seasons) {
  if (std::ranges::all_of(seasons, [](std::int64_t season) { return season <= 1; })) return;
  ModelForecasts repeated{.name = last_season_name, .point = std::vector(truth_.size(), unknown)};
  for (std::int64_t c = 0; c < cutoffs(); ++c) {
    for (std::int64_t s = 0; s < series(); ++s) {
      const auto row = grid_.row(s, c);
      if (!row) continue;
      const std::int64_t season = seasons[static_cast<std::size_t>(grid_.group_of(s))];
      const std::int64_t first = std::prev(std::ranges::upper_bound(series_.segments(), *row, {}, &Segment::first))->first;
      const bool is_whole = *row - first + 1 >= season;
      for (std::int64_t h = 0; h < grid_.horizon(grid_.group_of(s)); ++h) {
        const std::int64_t from = is_whole ? *row + 1 - season + h % season : *row;
        for (std::int64_t t = 0; t < targets(); ++t)
          repeated.point[at(c, s, h, t)] = series_.targets()[static_cast<std::size_t>(from * targets() + t)];
      }
    }
  }
  models_.push_back(std::move(repeated));
}

void ForecastTable::require_all() const {
  for (const ModelForecasts& model : models_) {
    for (std::int64_t c = 0; c < cutoffs(); ++c) {
      const auto first = model.point.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(c) * block());
      if (std::any_of(first, first + static_cast<std::ptrdiff_t>(block()), [](double number) { return !std::isnan(number); })) continue;
      throw data_error("there is no forecast of " + model.name + " from the cutoff " + grid_.time_of(c) +
                       ": no window reaches to it without a gap; write another step_size or n_windows, or stride = 1 in the stage that "
                       "slices");
    }
  }
}

}  // namespace pipeline::stage::backtest
