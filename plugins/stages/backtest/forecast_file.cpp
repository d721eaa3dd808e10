#include "forecast_file.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipeline/data/csv.h"
#include "pipeline/data/format.h"
#include "pipeline/data/new_file.h"
#include "pipeline/data/time_text.h"

namespace pipeline::stage::backtest {

namespace {

/// Of each column the place of its level among a model's; nullopt: the model does not have it.
std::vector<std::optional<std::size_t>> places_in(const std::set<double>& columns, const std::vector<double>& levels) {
  std::vector<std::optional<std::size_t>> out;
  for (const double column : columns) {
    const auto found = std::ranges::find(levels, column);
    out.push_back(found == levels.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - levels.begin())));
  }
  return out;
}

void append(std::string& line, double number) {
  if (std::isnan(number)) {
    line += ',';
  } else {
    append_csv_number(line, number);
  }
}

class ForecastLines {
 public:
  ForecastLines(const std::filesystem::path& file, const ForecastTable& table, const CutoffGrid& grid, const Series& series)
      : out_(file), table_(table), grid_(grid), series_(series), text_(series.info(), series.time()) {
    for (const ModelForecasts& model : table.models()) {
      quantiles_.insert(model.levels.begin(), model.levels.end());
      intervals_.insert(model.interval_levels.begin(), model.interval_levels.end());
    }
  }

  void write() {
    write_heading();
    for (std::int64_t c = 0; c < table_.cutoffs(); ++c) {
      for (const ModelForecasts& model : table_.models()) write_model(model, c);
    }
    out_.commit();
  }

 private:
  void write_heading() {
    std::string line = series_.info().panel ? csv_field(series_.info().panel->series_column) + "," : "";
    line += "cutoff,time,step,";
    if (table_.targets() > 1) line += "target,";
    line += "y,model,prediction";
    for (const double level : quantiles_) line += ",q" + format_number(level);
    for (const double level : intervals_) line += ",lo_" + format_number(level) + ",hi_" + format_number(level);
    out_.write(line + "\n");
  }

  void write_model(const ModelForecasts& model, std::int64_t cutoff) {
    const auto quantiles = places_in(quantiles_, model.levels), intervals = places_in(intervals_, model.interval_levels);
    for (std::int64_t s = 0; s < table_.series(); ++s) {
      const auto row = grid_.row(s, cutoff);
      for (std::int64_t h = 0; row && h < grid_.horizon(grid_.group_of(s)); ++h) {
        for (std::int64_t t = 0; t < table_.targets(); ++t) write_line(model, {cutoff, s, h, t, *row}, quantiles, intervals);
      }
    }
  }

  struct Place {
    std::int64_t cutoff, series, step, target, row;
  };
  using Places = std::vector<std::optional<std::size_t>>;

  void write_line(const ModelForecasts& model, const Place& of, const Places& quantiles, const Places& intervals) {
    const std::size_t at = table_.at(of.cutoff, of.series, of.step, of.target);
    if (std::isnan(model.point[at])) return;
    const auto time = [&](std::int64_t row) { return text_(series_.time()[static_cast<std::size_t>(row)]); };
    std::string line = series_.info().panel ? csv_field(series_.id(of.series)) + "," : "";
    line += time(of.row) + "," + time(of.row + of.step + 1) + "," + std::to_string(of.step + 1);
    if (table_.targets() > 1) line += "," + csv_field(series_.info().targets[static_cast<std::size_t>(of.target)]);
    append(line, table_.truth()[at]);
    line += "," + csv_field(model.name);
    append(line, model.point[at]);
    for (const auto& place : quantiles) append(line, place ? model.quantiles[at * model.levels.size() + *place] : NAN);
    for (const auto& place : intervals) {
      const std::size_t first = place ? (at * model.interval_levels.size() + *place) * 2 : 0;
      append(line, place ? model.intervals[first] : NAN);
      append(line, place ? model.intervals[first + 1] : NAN);
    }
    out_.write(line + "\n");
  }

  NewFile out_;
  const ForecastTable& table_;
  const CutoffGrid& grid_;
  const Series& series_;
  TimeText text_;
  std::set<double> quantiles_, intervals_;
};

}  // namespace

void write_forecasts(const std::filesystem::path& file, const ForecastTable& table, const CutoffGrid& grid, const Series& series) {
  ForecastLines(file, table, grid, series).write();
}

}  // namespace pipeline::stage::backtest
