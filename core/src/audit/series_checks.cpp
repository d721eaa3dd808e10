#include "audit/series_checks.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/data/format.h"
#include "pipeline/data/text.h"

namespace pipeline {

namespace {

using Level = Finding::Level;

/// Rows [first, last) of the artifact.
struct Rows {
  std::int64_t first = 0, last = 0;
};

class Columns {
 public:
  explicit Columns(const Series& series) : series_(series), columns_(static_cast<std::size_t>(series.columns())) {}

  [[nodiscard]] double at(std::int64_t row, std::size_t column) const {
    return series_.values()[static_cast<std::size_t>(row) * columns_ + column];
  }
  [[nodiscard]] bool observed(std::int64_t row, std::size_t column) const {
    return series_.observed()[static_cast<std::size_t>(row) * columns_ + column] != 0;
  }
  [[nodiscard]] std::vector<double> values(std::size_t column, const Rows& rows) const {
    std::vector<double> out;
    for (std::int64_t row = rows.first; row < rows.last; ++row) out.push_back(at(row, column));
    return out;
  }

 private:
  const Series& series_;
  std::size_t columns_;
};

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

/// NumPy's linear percentile of sorted values.
double percentile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const double next = sorted[std::min(low + 1, sorted.size() - 1)];
  return sorted[low] + (at - static_cast<double>(low)) * (next - sorted[low]);
}

/// Center and scale of scaled values by a scaler's own rule: 0 and 1 for the rows that it was fitted on.
struct Fit {
  double center = 0, scale = 1;
  double largest = 1;  ///< of the values and 1
  std::int64_t count = 0;
};

/// `for_each(f)` calls f with every value, each time that it is called.
Fit fit_of(const std::string& scaler, const auto& for_each) {
  Fit out;
  double sum = 0, low = INFINITY, high = -INFINITY;
  for_each([&](double value) {
    sum += value;
    low = std::min(low, value);
    high = std::max(high, value);
    ++out.count;
  });
  if (out.count == 0) return out;
  out.largest = std::max({1.0, std::abs(low), std::abs(high)});
  if (scaler == "minmax") {
    out.center = low;
    out.scale = high - low;
  } else if (scaler == "robust") {
    std::vector<double> values;
    for_each([&](double value) { values.push_back(value); });
    std::ranges::sort(values);
    out.center = percentile(values, 0.5);
    out.scale = percentile(values, 0.75) - percentile(values, 0.25);
  } else {
    out.center = sum / static_cast<double>(out.count);
    double squares = 0;
    for_each([&](double value) { squares += (value - out.center) * (value - out.center); });
    out.scale = std::sqrt(squares / static_cast<double>(out.count));
  }
  return out;
}

/// Whether the rows are those that the scaler was fitted on, as far as float32 can tell. A constant column keeps scale 1.
bool is_fitted(const Fit& fit) {
  const double enough = 1e-4 + 1e-6 * fit.largest;
  const bool is_constant = fit.scale < enough;
  return fit.count < 2 || (std::abs(fit.center) < enough && (is_constant || std::abs(fit.scale - 1) < enough));
}

bool contains(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

/// The training rows that a column's center and scale should come from: of each series, or of all together.
std::vector<std::vector<Rows>> fitted_on(const Series& series, const std::string& column) {
  const SeriesInfo& info = series.info();
  const bool by_series = info.panel && info.panel->scaled_by_series && !contains(info.known_future, column);
  std::vector<std::vector<Rows>> out(by_series ? static_cast<std::size_t>(series.series_count()) : 1);
  for (std::int64_t of = 0; of < series.series_count(); ++of)
    out[by_series ? static_cast<std::size_t>(of) : 0].push_back({series.rows_of(of).first, series.split_end(of)[0]});
  return out;
}

double correlation(std::span<const double> a, std::span<const double> b) {
  const double mean_a = mean_of(a), mean_b = mean_of(b);
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

/// Rows of the longest segment, `most` at most.
Rows longest_rows(const Series& series, std::int64_t most) {
  Segment longest{};
  for (const Segment& segment : series.segments()) longest = segment.count > longest.count ? segment : longest;
  return {longest.first, longest.first + std::min(longest.count, most)};
}

std::string ahead_text(std::int64_t shift) {
  if (shift == 0) return "in the same row";
  return format_count(std::abs(shift)) + (std::abs(shift) == 1 ? " row " : " rows ") + (shift > 0 ? "later" : "before");
}

}  // namespace

Finding check_scaling(const Series& series) {
  const Columns columns(series);
  std::vector<std::string> wrong;
  for (std::size_t c = 0; c < series.info().columns.size(); ++c) {
    const ColumnTransform& column = series.info().columns[c];
    if (column.scaler == "none" || series.info().is_word(column.name)) continue;
    for (const std::vector<Rows>& rows : fitted_on(series, column.name)) {
      const auto for_each = [&](const auto& visit) {
        for (const Rows& range : rows) {
          for (std::int64_t row = range.first; row < range.last; ++row) visit(columns.at(row, c));
        }
      };
      if (is_fitted(fit_of(column.scaler, for_each))) continue;
      wrong.push_back(column.name);
      break;
    }
  }
  if (!wrong.empty())
    return {Level::fail, "scaling",
            "center and scale of " + join(wrong, ", ") + " are not those of the training rows: the scaled values know other rows"};
  return {Level::ok, "scaling", "center and scale of every column are those of training rows"};
}

Finding check_filling(const Series& series) {
  const Columns columns(series);
  std::int64_t filled = 0;
  const auto is_repeated_before = [&](std::int64_t border, std::int64_t first, std::size_t c) {
    std::int64_t row = border - 1;
    while (row > first && !columns.observed(row, c)) --row;
    for (std::int64_t after = row + 1; after < border; ++after) {
      if (columns.at(after, c) != columns.at(row, c)) return false;
    }
    return true;
  };
  std::vector<std::string> across;
  for (std::size_t c = 0; c < series.info().columns.size(); ++c) {
    const ColumnTransform& column = series.info().columns[c];
    for (std::int64_t row = 0; row < series.rows(); ++row) filled += columns.observed(row, c) ? 0 : 1;
    if (column.is_difference()) continue;  // a filled level is a difference of 0
    for (std::int64_t of = 0; of < series.series_count(); ++of) {
      const auto ends = series.split_end(of);
      const std::vector borders{ends[0], ends[1], series.rows_of(of, Split::test).first};
      const bool crosses = std::ranges::any_of(borders, [&](std::int64_t border) {
        const bool inside = border > series.rows_of(of).first && border < ends[2];
        return inside && !columns.observed(border - 1, c) && !is_repeated_before(border, series.rows_of(of).first, c);
      });
      if (crosses && !contains(across, column.name)) across.push_back(column.name);
    }
  }
  if (!across.empty())
    return {Level::fail, "filling",
            "filled values of " + join(across, ", ") + " before the border of a split are no repetition: they come from beyond it"};
  if (filled > 0 && series.info().source.find("missing") && series.info().source.at("missing") == Value("interpolate"))
    return {Level::warn, "filling",
            format_count(filled) +
                " values are interpolated, which looks ahead within a split; a forecast in use "
                "cannot: missing = \"forward_fill\" does not"};
  return {Level::ok, "filling", filled == 0 ? "no value is filled" : format_count(filled) + " filled values, none from beyond a border"};
}

Finding check_known_columns(const Series& series, std::int64_t horizon) {
  constexpr std::int64_t most_rows = 20'000, most_shifts = 400;
  constexpr double same = 0.9999;
  const SeriesInfo& info = series.info();
  if (info.known_future.empty()) return {Level::ok, "known columns", "no column is known ahead"};
  const Columns columns(series);
  const Rows rows = longest_rows(series, most_rows);
  const std::int64_t reach = std::min({horizon, most_shifts, (rows.last - rows.first) / 2});
  for (const std::string& name : info.known_future) {
    const std::vector<double> known = columns.values(static_cast<std::size_t>(info.column(name)), rows);
    for (std::size_t t = 0; t < info.targets.size(); ++t) {
      const std::vector<double> target = columns.values(static_cast<std::size_t>(info.target_columns[t]), rows);
      for (std::int64_t shift = 1 - reach; shift <= reach; ++shift) {  // a value of `horizon` rows before is known at the origin
        const auto skipped = static_cast<std::size_t>(std::abs(shift)), count = known.size() - skipped;
        const std::span<const double> from = std::span(known).subspan(shift < 0 ? skipped : 0, count),
                                      to = std::span(target).subspan(shift > 0 ? skipped : 0, count);
        if (std::abs(correlation(from, to)) <= same) continue;
        return {Level::fail, "known columns",
                name + " is " + info.targets[t] + " " + ahead_text(shift) + ", which a forecast cannot know: leave it out of known_future"};
      }
    }
  }
  return {Level::ok, "known columns",
          join(info.known_future, ", ") + (info.known_future.size() == 1 ? " is" : " are") + " no target in disguise"};
}

Finding check_past_columns(const Series& series, std::int64_t horizon) {
  constexpr std::int64_t most_rows = 20'000, most_shifts = 400;
  constexpr std::size_t few = 512;   // rows that rule most columns out
  constexpr double copy = 1 - 1e-8;  // float32 hides no more; two columns that are merely alike stay below
  const SeriesInfo& info = series.info();
  const Columns columns(series);
  const Rows rows = longest_rows(series, most_rows);
  const std::int64_t reach = std::min({horizon, most_shifts, (rows.last - rows.first) / 2});
  for (const std::string& name : info.features) {
    if (contains(info.targets, name) || info.is_word(name)) continue;
    const std::vector<double> past = columns.values(static_cast<std::size_t>(info.column(name)), rows);
    for (std::size_t t = 0; t < info.targets.size(); ++t) {
      const std::vector<double> target = columns.values(static_cast<std::size_t>(info.target_columns[t]), rows);
      for (std::int64_t shift = 1; shift <= reach; ++shift) {
        const auto skipped = static_cast<std::size_t>(shift), count = past.size() - skipped;
        const std::span<const double> from = std::span(past).first(count), to = std::span(target).subspan(skipped);
        const double at_first = correlation(from.first(std::min(count, few)), to.first(std::min(count, few)));  // 0: constant there
        if ((at_first != 0 && std::abs(at_first) <= copy) || std::abs(correlation(from, to)) <= copy) continue;
        return {Level::warn, "past columns",
                name + " is " + info.targets[t] + " " + ahead_text(shift) +
                    ": a forecast copies it. Leave it out of features, unless a row's value is known at the time of the row"};
      }
    }
  }
  return {Level::ok, "past columns", "no feature is a target of a later row"};
}

Finding check_times(const Series& series) {
  if (series.series_count() < 2) return {Level::ok, "times", "one series: it is tested on rows after those that it trains on"};
  std::optional<std::int64_t> newest_training;
  for (std::int64_t of = 0; of < series.series_count(); ++of) {
    if (const std::int64_t end = series.split_end(of)[0]; end > series.rows_of(of).first)
      newest_training = std::max(newest_training.value_or(INT64_MIN), series.time()[static_cast<std::size_t>(end - 1)]);
  }
  std::int64_t tested = 0, older = 0;
  for (std::int64_t of = 0; of < series.series_count(); ++of) {
    const Segment test = series.rows_of(of, Split::test);
    const auto times = series.time().subspan(static_cast<std::size_t>(test.first), static_cast<std::size_t>(test.count));
    tested += std::ssize(times);
    older += std::ranges::count_if(times, [&](std::int64_t time) { return newest_training && time <= *newest_training; });
  }
  if (older == 0) return {Level::ok, "times", "no series is tested on rows older than rows that another one trains on"};
  const auto share = std::max<std::int64_t>(std::llround(100.0 * static_cast<double>(older) / static_cast<double>(tested)), 1);
  return {Level::warn, "times",
          format_count(share) +
              " % of the test rows are older than training rows of another series: what all series share is known there; "
              "two times as split avoid it"};
}

Finding check_duplicates(const Series& series) {
  const std::size_t targets = series.info().targets.size();
  const auto values_of = [&](std::int64_t of) {
    const Segment rows = series.rows_of(of);
    return series.targets().subspan(static_cast<std::size_t>(rows.first) * targets, static_cast<std::size_t>(rows.count) * targets);
  };
  std::map<std::size_t, std::vector<std::int64_t>> by_hash;
  std::int64_t copies = 0;
  std::string first;
  for (std::int64_t of = 0; of < series.series_count(); ++of) {
    const std::span<const double> values = values_of(of);
    std::vector<std::int64_t>& alike =
        by_hash[std::hash<std::string_view>()({reinterpret_cast<const char*>(values.data()), values.size_bytes()})];
    const auto same = std::ranges::find_if(alike, [&](std::int64_t other) { return std::ranges::equal(values_of(other), values); });
    if (same == alike.end()) {
      alike.push_back(of);
    } else if (copies++ == 0) {
      first = series.id(of) + " is " + series.id(*same);
    }
  }
  if (copies == 0)
    return {Level::ok, "duplicates", series.series_count() == 1 ? "one series" : format_count(series.series_count()) + " different series"};
  return {Level::warn, "duplicates",
          format_count(copies) + (copies == 1 ? " series has" : " series have") + " the values of another one (" + first +
              "): they count twice in training and in metrics"};
}

}  // namespace pipeline
