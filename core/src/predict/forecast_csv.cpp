#include "predict/forecast_csv.h"

#include <string>

#include "pipeline/data/csv.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// The series with the times of the input, which may have offsets where those of the training had none.
SeriesInfo with_times_of(const PreparedInput& input, SeriesInfo series) {
  series.utc = input.utc;
  return series;
}

}  // namespace

ForecastCsv::ForecastCsv(std::ostream& out, const SeriesInfo& series, const PreparedInput& input, const PredictionBands& bands)
    : out_(out), targets_(series.targets.size()), time_text_(with_times_of(input, series), input.time) {
  const bool has_bands = !bands.quantile_levels.empty() || !bands.interval_levels.empty();
  if (const auto clashes = heading_clashes(series.targets, {}, bands); has_bands && !clashes.empty())
    throw usage_error(clashes.front().sentence);
  if (series.panel) out_ << csv_field(series.panel->series_column) << ',';
  out_ << "origin,time,step";
  for (const std::string& target : series.targets) {
    out_ << ',' << csv_field(target + "_pred");
    for (const std::string& heading : band_headings(target, bands)) out_ << ',' << csv_field(heading);
  }
  out_ << '\n';
}

void ForecastCsv::begin_series(const std::string& id) { series_ = csv_field(id) + ','; }

void ForecastCsv::add(std::int64_t origin, std::span<const std::int64_t> times, std::span<const double> levels,
                      std::span<const double> quantiles, std::span<const double> intervals) {
  const std::size_t values = times.size() * targets_, width = quantiles.size() / values, ends = intervals.size() / values;
  std::string line;
  for (std::size_t h = 0; h < times.size(); ++h) {
    line = series_ + time_text_(origin) + ',' + time_text_(times[h]) + ',' + std::to_string(h + 1);
    for (std::size_t at = h * targets_; at < (h + 1) * targets_; ++at) {
      append_csv_number(line, levels[at]);
      append_bands(line, quantiles.subspan(at * width, width), intervals.subspan(at * ends, ends));
    }
    out_ << line << '\n';
  }
}

}  // namespace pipeline
