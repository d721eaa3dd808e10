#include "forecast_csv.h"

#include <string>

#include "pipeline/data/csv.h"

namespace pipeline::predictor::checkpoint {

namespace {

/// The series with the times of the input, which may have offsets where those of the training had none.
SeriesInfo with_times_of(const PreparedInput& input, SeriesInfo series) {
  series.utc = input.utc;
  return series;
}

}  // namespace

ForecastCsv::ForecastCsv(std::ostream& out, const SeriesInfo& series, const PreparedInput& input)
    : out_(out), targets_(series.targets.size()), time_text_(with_times_of(input, series), input.time) {
  if (series.panel) out_ << csv_field(series.panel->series_column) << ',';
  out_ << "origin,time,step";
  for (const std::string& target : series.targets) out_ << ',' << csv_field(target + "_pred");
  out_ << '\n';
}

void ForecastCsv::begin_series(const std::string& id) { series_ = csv_field(id) + ','; }

void ForecastCsv::add(std::int64_t origin, std::span<const std::int64_t> times, std::span<const double> levels) {
  std::string line;
  for (std::size_t h = 0; h < times.size(); ++h) {
    line = series_ + time_text_(origin) + ',' + time_text_(times[h]) + ',' + std::to_string(h + 1);
    for (const double level : levels.subspan(h * targets_, targets_)) append_csv_number(line, level);
    out_ << line << '\n';
  }
}

}  // namespace pipeline::predictor::checkpoint
