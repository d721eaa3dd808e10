#include "predictions.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "bands.h"
#include "pipeline/data/predictions.h"

namespace pipeline::stage::visualize {

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
/// Residuals more than this many deviations from their mean are counted but not drawn, so that one outlier does not flatten the picture.
constexpr double histogram_reach = 4;
constexpr std::size_t most_past = 96;
constexpr std::int64_t values_per_point = 4, least_points = 60;

/// A time in a drawing: milliseconds since 1970 UTC, or a row number.
double drawn_time(const PredictionsReader& lines, std::int64_t time) {
  constexpr double nanoseconds_per_millisecond = 1e6;
  return lines.has_time() ? static_cast<double>(time) / nanoseconds_per_millisecond : static_cast<double>(time);
}

Point point_of(const PredictionsReader& lines, std::size_t target, double at) {
  return {at, lines.truth(target), lines.forecast(target), lines.naive(target)};
}

/// Sums of one target at one step. `rows`: with those whose truth is unknown.
struct Sums {
  std::int64_t rows = 0, count = 0, naive_count = 0;
  double absolute = 0, squared = 0, naive_absolute = 0, naive_squared = 0;

  void add(const Point& point) {
    const double error = point.residual(), naive_error = point.naive - point.truth;
    ++rows;
    if (std::isnan(error)) return;
    ++count, absolute += std::abs(error), squared += error * error;
    if (std::isnan(naive_error)) return;
    ++naive_count, naive_absolute += std::abs(naive_error), naive_squared += naive_error * naive_error;
  }

  [[nodiscard]] StepError finish(std::int64_t step) const {
    const auto n = static_cast<double>(count), naive_n = static_cast<double>(naive_count);
    return {step, count, absolute / n, std::sqrt(squared / n), naive_absolute / naive_n, std::sqrt(naive_squared / naive_n)};
  }
};

/// Mean and deviation of residuals in one pass (Welford).
struct Moments {
  double count = 0, mean = 0, squares = 0;
  double lowest = std::numeric_limits<double>::infinity(), highest = -std::numeric_limits<double>::infinity();

  void add(double value) {
    if (!std::isfinite(value)) return;
    const double delta = value - mean;
    mean += delta / ++count;
    squares += delta * (value - mean);
    lowest = std::min(lowest, value), highest = std::max(highest, value);
  }
  [[nodiscard]] double deviation() const { return count > 0 ? std::sqrt(squares / count) : 0; }
};

/// The series of a file of predictions that are read, and the targets of the result that theirs become.
class ChosenSeries {
 public:
  ChosenSeries(const PredictionsReader& lines, const std::vector<std::string>& series)
      : targets_(lines.targets().size()), all_(lines.series_column().empty()) {
    for (const std::string& id : series) numbers_.emplace(id, numbers_.size());
  }
  /// The number of series in the result.
  [[nodiscard]] std::size_t count() const { return all_ ? 1 : numbers_.size(); }
  [[nodiscard]] std::size_t targets() const { return targets_ * count(); }
  /// The number of the line's series; nullopt if it is not read.
  [[nodiscard]] std::optional<std::size_t> of(const PredictionsReader& lines) {
    if (all_) return 0;
    if (std::string id = lines.series(); id != last_id_ || !known_) {
      last_id_ = std::move(id);
      const auto found = numbers_.find(last_id_);
      last_ = found == numbers_.end() ? std::nullopt : std::optional(found->second);
      known_ = true;
    }
    return last_;
  }

 private:
  std::size_t targets_;
  bool all_;
  std::map<std::string, std::size_t> numbers_;
  std::string last_id_;
  bool known_ = false;
  std::optional<std::size_t> last_;
};

/// The results of the first reading.
struct Census {
  bool has_time = false;
  std::int64_t rows = 0;
  std::vector<std::int64_t> origins;                ///< by series
  std::map<std::int64_t, std::vector<Sums>> steps;  ///< by step, then target
  std::vector<Moments> residuals;                   ///< by target
};

Census take_census(const std::filesystem::path& file, const std::vector<std::string>& series) {
  PredictionsReader lines(file);
  const std::size_t targets = lines.targets().size();
  ChosenSeries chosen(lines, series);
  Census census;
  census.residuals.resize(chosen.targets());
  census.origins.resize(chosen.count());
  std::string origin;
  std::optional<std::size_t> last;
  while (lines.next()) {
    const auto of = chosen.of(lines);
    if (!of) continue;
    ++census.rows;
    if (lines.origin_text() != origin || of != last) origin = lines.origin_text(), ++census.origins[*of];
    last = of;
    std::vector<Sums>& sums = census.steps[lines.step()];
    sums.resize(chosen.targets());
    for (std::size_t t = 0; t < targets; ++t) {
      const Point point = point_of(lines, t, 0);
      sums[*of * targets + t].add(point);
      census.residuals[*of * targets + t].add(point.residual());
    }
  }
  census.has_time = lines.has_time();
  if (census.rows == 0) throw lines.mistake("there is no forecast below the heading");
  return census;
}

/// The steps of one target: series of several frequencies have horizons of their own. All steps where it has no row.
std::vector<std::int64_t> steps_of(const Census& census, std::size_t target) {
  std::vector<std::int64_t> all, own;
  for (const auto& [step, sums] : census.steps) {
    all.push_back(step);
    if (sums[target].rows > 0) own.push_back(step);
  }
  return own.empty() ? all : own;
}

/// The steps whose forecasts are drawn through time: first, middle, last.
std::vector<std::int64_t> track_steps(const std::vector<std::int64_t>& steps) {
  std::set<std::int64_t> chosen{steps.front(), steps[(steps.size() - 1) / 2], steps.back()};
  return {chosen.begin(), chosen.end()};
}

/// The limits, lowered to what the number of targets and steps allows.
PredictionLimits within_budget(const Census& census, PredictionLimits limits) {
  const auto targets = static_cast<std::int64_t>(census.residuals.size()), steps = static_cast<std::int64_t>(census.steps.size());
  const std::int64_t tracks = targets * std::min<std::int64_t>(steps, 3);
  limits.max_points = std::clamp(limits.max_values / (values_per_point * tracks), least_points, std::max(least_points, limits.max_points));
  limits.examples = std::min(limits.examples, std::max<std::int64_t>(1, limits.max_values / (values_per_point * targets * steps)));
  return limits;
}

/// The origins to draw whole, spread evenly over all.
std::set<std::int64_t> example_origins(std::int64_t origins, std::int64_t wanted) {
  std::set<std::int64_t> chosen;
  for (std::int64_t i = 0; i < wanted; ++i) chosen.insert((2 * i + 1) * origins / (2 * wanted));
  return chosen;
}

Histogram empty_histogram(const Moments& residuals, std::int64_t bins) {
  if (residuals.count == 0) return {};
  const double reach = histogram_reach * residuals.deviation();
  double low = std::max(residuals.lowest, residuals.mean - reach), high = std::min(residuals.highest, residuals.mean + reach);
  if (!(high > low)) low -= 0.5, high += 0.5;
  return {low, (high - low) / static_cast<double>(bins), std::vector<std::int64_t>(static_cast<std::size_t>(bins)), 0};
}

void count(Histogram& histogram, double residual) {
  if (std::isnan(residual)) return;
  const double bins = static_cast<double>(histogram.counts.size()), bin = (residual - histogram.low) / histogram.width;
  // The highest value belongs to the last bin.
  if (!std::isfinite(bin) || bin < -1e-9 || bin > bins * (1 + 1e-9)) {
    ++histogram.beyond;
  } else {
    ++histogram.counts[static_cast<std::size_t>(std::clamp(bin, 0.0, bins - 1))];
  }
}

/// The second reading, for one target: collects the drawn values.
class Drawer {
 public:
  Drawer(const Census& census, std::int64_t origins, std::vector<std::int64_t> steps, const Moments& residuals,
         const PredictionLimits& limits)
      : histogram_(empty_histogram(residuals, limits.bins)) {
    for (std::int64_t step : steps) {
      tracks_.emplace(step, Thinning(origins, limits.max_points));
      totals_[step] = 0;
    }
    past_limit_ = std::min<std::size_t>(most_past, 2 * census.steps.size());
    seen_limit_ = past_limit_ + census.steps.size();
  }

  void new_origin() { example_.reset(); }
  void start_example(double origin, std::string label, const std::vector<BandColumns>& bands) {
    const auto end = std::ranges::find_if(seen_, [&](const Point& point) { return point.time > origin; });
    const auto count = std::min<std::ptrdiff_t>(end - seen_.begin(), static_cast<std::ptrdiff_t>(past_limit_));
    examples_.push_back({origin, std::move(label), {end - count, end}, {}, {}});
    example_ = examples_.size() - 1;
    for (const BandColumns& band : bands) examples_.back().bands.push_back({band.level, {}, {}});
  }
  /// The bands of the forecast that is added next, where it belongs to an example.
  void add_bands(const PredictionsReader& lines, std::size_t target, const std::vector<BandColumns>& bands) {
    for (std::size_t i = 0; example_ && i < bands.size(); ++i) {
      Band& band = examples_[*example_].bands[i];
      const BandColumns& from = bands[i];
      band.lower.push_back(from.is_interval ? lines.lower(target, from.lower) : lines.quantile(target, from.lower));
      band.upper.push_back(from.is_interval ? lines.upper(target, from.upper) : lines.quantile(target, from.upper));
    }
  }
  void add(std::int64_t step, const Point& point) {
    if (const auto track = tracks_.find(step); track != tracks_.end()) track->second.add(point), ++totals_[step];
    if (example_) examples_[*example_].horizon.push_back(point);
    count(histogram_, point.residual());
    if (!seen_.empty() && !(point.time > seen_.back().time)) return;
    seen_.push_back({point.time, point.truth, missing, missing});
    if (seen_.size() > seen_limit_) seen_.pop_front();
  }
  void finish(TargetPredictions& out) {
    for (auto& [step, track] : tracks_) out.tracks.push_back({step, totals_[step], track.finish()});
    out.examples = std::move(examples_);
    out.residuals = std::move(histogram_);
  }

 private:
  std::map<std::int64_t, Thinning> tracks_;
  std::map<std::int64_t, std::int64_t> totals_;
  std::vector<Example> examples_;
  std::optional<std::size_t> example_;  // index of the example being read
  std::deque<Point> seen_;              // the newest truth, each time once, up to a horizon past the origin being read
  std::size_t past_limit_ = 0, seen_limit_ = 0;
  Histogram histogram_;
};

}  // namespace

Predictions read_predictions(const std::filesystem::path& file, const PredictionLimits& wanted, const std::vector<std::string>& series) {
  const Census census = take_census(file, series);
  const PredictionLimits limits = within_budget(census, wanted);
  Predictions out{.has_time = census.has_time,
                  .split = {},
                  .rows = census.rows,
                  .origins = std::accumulate(census.origins.begin(), census.origins.end(), std::int64_t{0}),
                  .by_series = false,
                  .steps = {},
                  .targets = {}};
  for (const auto& [step, sums] : census.steps) out.steps.push_back(step);

  PredictionsReader lines(file);
  ChosenSeries chosen(lines, series);
  out.by_series = !lines.series_column().empty();
  const std::size_t targets = lines.targets().size();
  const std::vector<BandColumns> bands = wanted.bands ? band_columns(lines.bands()) : std::vector<BandColumns>();
  std::vector<Drawer> drawers;
  std::vector<std::set<std::int64_t>> examples;
  const bool whole_horizon = out.steps.size() > 1 && out.steps.front() == 1;
  for (std::size_t s = 0; s < chosen.count(); ++s) {
    examples.push_back(example_origins(census.origins[s], whole_horizon ? limits.examples : 0));
    for (std::size_t t = 0; t < targets; ++t)
      drawers.emplace_back(census, census.origins[s], track_steps(steps_of(census, s * targets + t)), census.residuals[s * targets + t],
                           limits);
  }
  std::string origin;
  std::optional<std::size_t> last;
  std::int64_t origin_index = -1;
  while (lines.next()) {
    const auto of = chosen.of(lines);
    if (!of) continue;
    const bool first_of_origin = lines.origin_text() != origin || of != last;
    if (of != last) origin_index = -1;
    if (first_of_origin) origin = lines.origin_text(), ++origin_index;
    last = of;
    const double time = drawn_time(lines, lines.time());
    const std::int64_t step = lines.step();
    for (std::size_t t = 0; t < targets; ++t) {
      Drawer& drawer = drawers[*of * targets + t];
      if (first_of_origin) drawer.new_origin();
      if (first_of_origin && examples[*of].contains(origin_index)) drawer.start_example(drawn_time(lines, lines.origin()), origin, bands);
      drawer.add_bands(lines, t, bands);
      drawer.add(step, point_of(lines, t, time));
    }
  }
  for (std::size_t i = 0; i < drawers.size(); ++i) {
    const Moments& residuals = census.residuals[i];
    const std::string& name = lines.targets()[i % targets];
    TargetPredictions target{.target = out.by_series ? series[i / targets] + ": " + name : name,
                             .count = static_cast<std::int64_t>(residuals.count),
                             .bias = residuals.mean,
                             .deviation = residuals.deviation(),
                             .by_step = {},
                             .tracks = {},
                             .examples = {},
                             .residuals = {}};
    for (const std::int64_t step : steps_of(census, i)) target.by_step.push_back(census.steps.at(step)[i].finish(step));
    drawers[i].finish(target);
    out.targets.push_back(std::move(target));
  }
  return out;
}

}  // namespace pipeline::stage::visualize
