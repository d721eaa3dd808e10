#include "next_forecast.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "bands.h"
#include "pipeline/data/csv.h"
#include "pipeline/data/files.h"
#include "pipeline/data/time_text.h"
#include "pipeline/errors.h"

namespace pipeline::stage::visualize {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
/// Rows drawn before the forecast, as a multiple of its steps, and their bounds.
constexpr std::size_t past_per_step = 3, least_past = 24, most_past = 240;
/// Series that are forecast where no errors of series choose them.
constexpr std::int64_t most_series = 6;

bool is_date(std::string_view text) { return text.find('-', 1) != std::string_view::npos; }

/// The place of a time in a drawing: milliseconds since 1970 as the clocks of its text show it, or a row number.
double drawn_time(std::string_view text) {
  if (!is_date(text)) return std::stod(std::string(text));
  constexpr std::size_t after_date = 10;
  constexpr double nanoseconds_per_millisecond = 1e6;
  const std::size_t offset = text.find_first_of("+-Z", after_date);
  return static_cast<double>(parse_time(text.substr(0, offset))) / nanoseconds_per_millisecond;
}

/// The columns of one target.
struct TargetColumns {
  std::size_t forecast = 0;
  std::vector<BandColumns> bands{};
  std::size_t first_band = 0, quantiles = 0;  ///< the column after the forecast, and the number of quantiles, which come first

  [[nodiscard]] std::size_t lower(const BandColumns& band) const {
    return first_band + (band.is_interval ? quantiles + 2 * band.lower : band.lower);
  }
  [[nodiscard]] std::size_t upper(const BandColumns& band) const {
    return first_band + (band.is_interval ? quantiles + 2 * band.upper + 1 : band.upper);
  }
};

/// The number that follows `start` in a heading: 0.1 of "OT_q0.1". "OT_q1_pred" has none: it is of another target.
std::optional<double> level_in(const std::string& heading, const std::string& start) {
  if (!heading.starts_with(start)) return std::nullopt;
  double level = 0;
  const char* const end = heading.data() + heading.size();
  const auto [rest, error] = std::from_chars(heading.data() + start.size(), end, level);
  return error == std::errc() && rest == end ? std::optional(level) : std::nullopt;
}

TargetColumns columns_of(const CsvLines& lines, const std::string& target) {
  const std::vector<std::string>& names = lines.header();
  const auto found = std::ranges::find(names, target + "_pred");
  if (found == names.end()) throw lines.mistake("the heading has no " + target + "_pred");
  TargetColumns out{.forecast = static_cast<std::size_t>(found - names.begin())};
  out.first_band = out.forecast + 1;
  PredictionBands bands;
  for (std::size_t i = out.first_band; i < names.size(); ++i) {
    if (const auto quantile = level_in(names[i], target + "_q")) {
      bands.quantile_levels.push_back(*quantile);
    } else if (const auto interval = level_in(names[i], target + "_lo_")) {
      bands.interval_levels.push_back(*interval);
      ++i;  // its upper end follows
    } else {
      break;  // the next target
    }
  }
  out.quantiles = bands.quantile_levels.size();
  out.bands = band_columns(bands);
  return out;
}

/// The last known values of a series before its forecast.
class Past {
 public:
  explicit Past(const Series* series) : series_(series) {
    if (series) text_.emplace(series->info(), series->time());
  }

  /// Up to `rows` points of a target, up to the origin.
  [[nodiscard]] std::vector<Point> of(const std::string& id, std::size_t target, double origin, std::size_t rows) const {
    std::vector<Point> out;
    if (!series_) return out;
    const Segment own = series_->rows_of(number_of(id));
    const std::size_t targets = series_->info().targets.size();
    for (std::int64_t row = own.first + own.count - 1; row >= own.first && out.size() < rows; --row) {
      const double value = series_->targets()[static_cast<std::size_t>(row) * targets + target];
      const double time = drawn_time((*text_)(series_->time()[static_cast<std::size_t>(row)]));
      if (time <= origin && std::isfinite(value)) out.push_back({time, value, missing, missing});
    }
    std::ranges::reverse(out);
    return out;
  }

 private:
  [[nodiscard]] std::int64_t number_of(const std::string& id) const {
    for (std::int64_t s = 0; s < series_->series_count(); ++s) {
      if (series_->id(s) == id) return s;
    }
    return 0;  // one series has no id
  }

  const Series* series_;
  std::optional<TimeText> text_;
};

void add_line(const CsvLines& lines, const TargetColumns& columns, std::size_t time, NextTarget& to) {
  to.times.push_back(lines.text(time));
  to.example.horizon.push_back({drawn_time(lines.cell(time)), missing, lines.number(columns.forecast), missing});
  for (std::size_t b = 0; b < columns.bands.size(); ++b) {
    to.example.bands[b].lower.push_back(lines.number(columns.lower(columns.bands[b])));
    to.example.bands[b].upper.push_back(lines.number(columns.upper(columns.bands[b])));
  }
}

/// The windows of the leading model's targets over a series; nullptr: there are none.
std::shared_ptr<const Windows> windows_of(const Results& results) {
  if (results.evaluations.empty()) return nullptr;
  const std::vector<std::string>& wanted = leader_of(results.evaluations).targets;
  for (const auto& [stage, windows] : results.windows) {
    const std::vector<std::string>& targets = windows->target_names();
    if (windows->series() && std::ranges::is_permutation(targets, wanted)) return windows;
  }
  return nullptr;
}

std::vector<std::string> first_ids(const Series& series) {
  std::vector<std::string> ids;
  for (std::int64_t s = 0; s < std::min(series.series_count(), most_series); ++s) ids.push_back(series.id(s));
  return ids;
}

}  // namespace

std::vector<NextTarget> read_next(const std::filesystem::path& file, const std::vector<std::string>& targets, const Series* series) {
  CsvLines lines(file);
  const std::vector<std::string>& names = lines.header();
  const auto place = [&](const char* name) { return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin()); };
  const bool has_ids = names.front() != "origin";
  const std::size_t origin = place("origin"), time = place("time");
  if (std::max(origin, time) >= names.size()) throw lines.mistake("the heading lacks origin or time");
  std::vector<TargetColumns> columns;
  for (const std::string& target : targets) columns.push_back(columns_of(lines, target));
  std::vector<NextTarget> out;
  std::vector<std::string> ids;
  std::string id;
  while (lines.next()) {
    if (out.empty() || (has_ids && lines.text(0) != id)) {
      id = has_ids ? lines.text(0) : std::string();
      ids.push_back(id);
      for (std::size_t t = 0; t < targets.size(); ++t) {
        NextTarget next{.name = has_ids ? id + ": " + targets[t] : targets[t], .times = {}};
        next.example.origin = drawn_time(lines.cell(origin));
        next.example.label = lines.text(origin);
        for (const BandColumns& band : columns[t].bands) next.example.bands.push_back({band.level, {}, {}});
        out.push_back(std::move(next));
      }
    }
    for (std::size_t t = 0; t < targets.size(); ++t) add_line(lines, columns[t], time, out[out.size() - targets.size() + t]);
  }
  if (out.empty()) throw lines.mistake("there is no forecast below the heading");
  const Past past(series);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t rows = std::clamp(past_per_step * out[i].times.size(), least_past, most_past);
    out[i].example.past = past.of(ids[i / targets.size()], i % targets.size(), out[i].example.origin, rows);
  }
  return out;
}

Next forecast_next(const Results& results, const std::vector<std::string>& series, const NextForecaster& forecaster,
                   const std::filesystem::path& folder) {
  Next out;
  const std::shared_ptr<const Windows> windows = windows_of(results);
  if (!windows) {
    out.reason = "the windows were made elsewhere, so that there are no rows to go on from";
    return out;
  }
  const Series& past = *windows->series();
  out.by_series = past.info().panel.has_value();
  out.series = past.series_count();
  try {
    NextForecast made = forecaster(!out.by_series ? std::vector<std::string>() : series.empty() ? first_ids(past) : series);
    const std::filesystem::path file = folder / next_file_name;
    write_text(file, made.csv);
    out.targets = read_next(file, windows->target_names(), &past);
    if (!made.messages.empty()) out.made_by = made.messages.front(), made.messages.erase(made.messages.begin());
    out.notes = std::move(made.messages);
    out.has_time = is_date(out.targets.front().times.front());
  } catch (const Error& error) {
    if (error.status() == ExitStatus::interrupted) throw;
    out.reason = error.what();
  }
  return out;
}

}  // namespace pipeline::stage::visualize
