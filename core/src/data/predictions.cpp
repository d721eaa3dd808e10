#include "pipeline/data/predictions.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "data/time_parser.h"
#include "pipeline/data/format.h"

namespace pipeline {

namespace {

constexpr std::size_t flush_at = 1 << 20;

/// A time as its local clocks show it; nullopt for a row number, which may be negative.
std::optional<std::int64_t> parse_date_and_time(std::string_view text) {
  if (text.find('-', 1) == std::string_view::npos) return std::nullopt;
  TimeParser parser({});
  const auto time = parser.parse(text);
  return time && parser.had_offset() ? *time + parser.offset() * nanoseconds_per_second : time;
}

/// The number that a heading ends in after `mark`, as in OT_q0.1, if the rest is the target's name.
std::optional<double> level_in(std::string_view heading, std::string_view target, std::string_view mark) {
  if (!heading.starts_with(target) || !heading.substr(target.size()).starts_with(mark)) return std::nullopt;
  const std::string_view text = heading.substr(target.size() + mark.size());
  double level = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), level);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(level) : std::nullopt;
}

std::vector<HeadingClash> band_clashes(std::span<const std::string> targets, const PredictionBands& bands) {
  std::vector<HeadingClash> clashes;
  for (const std::string& owner : targets) {
    for (const std::string& heading : band_headings(owner, bands)) {
      const auto taker = std::ranges::find(targets, heading);
      if (taker == targets.end()) continue;
      clashes.push_back({static_cast<std::size_t>(taker - targets.begin()),
                         "the target \"" + heading + "\" has the heading that a quantile or an interval of the target \"" + owner +
                             "\" has in predictions.csv: rename the column in the source file"});
    }
  }
  return clashes;
}

}  // namespace

std::vector<HeadingClash> heading_clashes(std::span<const std::string> targets, const std::string& series_column,
                                          const PredictionBands& bands) {
  std::vector<HeadingClash> clashes;
  const std::string always = "which every such file has";
  std::map<std::string, std::string> owners{{"origin", always}, {"time", always}, {"step", always}};
  if (owners.contains(series_column)) {
    clashes.push_back({0, "the series column \"" + series_column + "\" would have the heading of the column " + series_column +
                              " that predictions.csv has: rename the column in the source file"});
    return clashes;
  }
  if (series_column == "target" || series_column == "windows") {
    clashes.push_back({0, "the series column \"" + series_column + "\" would have the heading of the column " + series_column +
                              " that by_series.csv has: rename the column in the source file"});
    return clashes;
  }
  if (!series_column.empty()) owners.emplace(series_column, "which has the ids of the series");
  for (std::size_t t = 0; t < targets.size(); ++t) {
    for (const char* end : {"", "_pred", "_naive"}) {
      const auto [taken, is_new] = owners.emplace(targets[t] + end, "which belongs to the target \"" + targets[t] + "\"");
      if (is_new) continue;
      clashes.push_back({t, "the target \"" + targets[t] + "\" would have the heading " + taken->first + " in predictions.csv, " +
                                taken->second + ": rename the column in the source file"});
      break;
    }
  }
  std::ranges::move(band_clashes(targets, bands), std::back_inserter(clashes));
  return clashes;
}

std::vector<std::string> band_headings(const std::string& target, const PredictionBands& bands) {
  std::vector<std::string> out;
  for (const double level : bands.quantile_levels) out.push_back(target + "_q" + format_number(level));
  for (const double level : bands.interval_levels) {
    for (const char* end : {"_lo_", "_hi_"}) out.push_back(target + end + format_number(level));
  }
  return out;
}

void append_bands(std::string& line, std::span<const double> quantiles, std::span<const double> intervals) {
  for (const std::span<const double> numbers : {quantiles, intervals}) {
    for (const double number : numbers) {
      if (std::isnan(number)) {
        line += ',';
      } else {
        append_csv_number(line, number);
      }
    }
  }
}

PredictionsWriter::PredictionsWriter(std::filesystem::path file, std::span<const std::string> targets, bool naive,
                                     const std::string& series_column, const PredictionBands& bands)
    : file_(std::move(file)),
      out_(file_, std::ios::binary),
      buffer_((series_column.empty() ? "" : csv_field(series_column) + ",") + "origin,time,step") {
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
  if (const auto clashes = band_clashes(targets, bands); !clashes.empty()) throw usage_error(clashes.front().sentence);
  for (const std::string& target : targets) {
    buffer_ += "," + csv_field(target) + "," + csv_field(target + "_pred");
    if (naive) buffer_ += "," + csv_field(target + "_naive");
    for (const std::string& heading : band_headings(target, bands)) buffer_ += "," + csv_field(heading);
  }
  buffer_ += '\n';
}

void PredictionsWriter::begin_series(std::string_view id) { series_ = csv_field(id) + ","; }

void PredictionsWriter::add(std::string_view origin, std::string_view time, std::int64_t step, std::span<const double> truth,
                            std::span<const double> forecast, std::span<const double> naive, std::span<const double> quantiles,
                            std::span<const double> intervals) {
  const std::size_t levels = quantiles.size() / forecast.size(), ends = intervals.size() / forecast.size();
  (buffer_ += series_) += origin;
  (buffer_ += ',') += time;
  (buffer_ += ',') += std::to_string(step);
  for (std::size_t t = 0; t < forecast.size(); ++t) {
    if (std::isnan(truth[t])) {
      buffer_ += ',';
    } else {
      append_csv_number(buffer_, truth[t]);
    }
    append_csv_number(buffer_, forecast[t]);
    if (!naive.empty()) append_csv_number(buffer_, naive[t]);
    append_bands(buffer_, quantiles.subspan(t * levels, levels), intervals.subspan(t * ends, ends));
  }
  buffer_ += '\n';
  if (buffer_.size() >= flush_at) flush();
}

void PredictionsWriter::flush() {
  out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  buffer_.clear();
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
}

void PredictionsWriter::finish() {
  flush();
  out_.close();
  if (!out_) throw system_failure("cannot write", file_.string(), errno);
}

PredictionsReader::PredictionsReader(const std::filesystem::path& file) : lines_(file) {
  const std::vector<std::string>& names = lines_.header();
  const auto find = [&](const char* name) { return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin()); };
  if (names.size() > 1 && names[0] != "origin" && names[1] == "origin") series_column_ = names[0];
  origin_ = find("origin"), time_ = find("time"), step_ = find("step");
  const std::size_t last = std::max({origin_, time_, step_});
  if (last == names.size()) throw mistake("the heading lacks origin, time or step");
  // By position, as a target may have any name, even "step" or "x_pred".
  for (std::size_t i = last + 1; i + 1 < names.size();) {
    // "x_naive" may be the next target too: then its forecast follows.
    const bool has_naive =
        i + 2 < names.size() && names[i + 2] == names[i] + "_naive" && (i + 3 >= names.size() || names[i + 3] != names[i + 2] + "_pred");
    if (names[i + 1] != names[i] + "_pred") throw mistake("the heading has no " + names[i] + "_pred after " + names[i]);
    const std::size_t after = i + (has_naive ? 3 : 2);
    PredictionBands bands = bands_at(after, names[i]);
    if (!targets_.empty() && (bands.quantile_levels != bands_.quantile_levels || bands.interval_levels != bands_.interval_levels))
      throw mistake("the heading gives " + names[i] + " other quantiles or intervals than " + targets_.front());
    bands_ = std::move(bands);
    targets_.push_back(names[i]);
    columns_.push_back({.truth = i, .has_naive = has_naive, .bands = after});
    i = after + bands_.quantile_levels.size() + 2 * bands_.interval_levels.size();
  }
  if (targets_.empty()) throw mistake("the heading names no target with its <target>_pred");
}

PredictionBands PredictionsReader::bands_at(std::size_t first, const std::string& target) const {
  const std::vector<std::string>& names = lines_.header();
  PredictionBands out;
  for (std::size_t i = first; i < names.size(); ++i) {
    const bool is_target = i + 1 < names.size() && names[i + 1] == names[i] + "_pred";
    if (is_target) break;
    if (const auto level = level_in(names[i], target, "_q"); level && out.interval_levels.empty()) {
      out.quantile_levels.push_back(*level);
      continue;
    }
    const auto level = level_in(names[i], target, "_lo_");
    if (!level || i + 1 == names.size() || level_in(names[i + 1], target, "_hi_") != level) break;
    out.interval_levels.push_back(*level);
    ++i;
  }
  return out;
}

bool PredictionsReader::next() {
  if (!lines_.next()) return false;
  if (!std::exchange(started_, true)) has_time_ = parse_date_and_time(lines_.cell(time_)).has_value();
  return true;
}

std::int64_t PredictionsReader::time_in(std::size_t column) const {
  if (!has_time_) return lines_.integer(column);
  if (const auto time = parse_date_and_time(lines_.cell(column))) return *time;
  throw mistake("\"" + std::string(lines_.cell(column)) + "\" in column " + lines_.header()[column] + " is no time");
}

double PredictionsReader::naive(std::size_t target) const {
  const Columns& columns = columns_[target];
  return columns.has_naive ? lines_.number(columns.truth + 2) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace pipeline
