#include "tree_forecaster.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "pipeline/errors.h"

namespace pipeline::stage::lightgbm {

namespace {

/// LightGBM's own bin_construct_sample_cnt: bins of a column are made of so many rows.
constexpr std::int64_t most_sampled = 200'000;
constexpr std::size_t rows_at_once = 8192;

Lags lags_of(const LightgbmOptions& options, std::int64_t season) {
  return {.values = options.lags.empty() ? usual_lags(season) : options.lags, .means = options.rolling_means};
}

/// Mean and deviation of a series' values.
class Moments {
 public:
  void add(double value) {
    ++count_;
    const double before = value - mean_;
    mean_ += before / static_cast<double>(count_);
    squares_ += before * (value - mean_);
  }
  [[nodiscard]] double mean() const { return mean_; }
  /// 1 where nothing changes.
  [[nodiscard]] double deviation() const {
    const double deviation = count_ > 1 ? std::sqrt(squares_ / static_cast<double>(count_)) : 0;
    return deviation > 0 ? deviation : 1;
  }

 private:
  std::int64_t count_ = 0;
  double mean_ = 0, squares_ = 0;
};

std::string text_of(const char* name, double value) { return " " + std::string(name) + "=" + std::to_string(value); }

}  // namespace

/// A row to learn from.
struct TreeForecaster::Row {
  std::span<const double> past;
  LagFeatures::Place place;
  float label = 0;
};

TreeForecaster::TreeForecaster(const Library& library, TreeTask task)
    : library_(library),
      task_(std::move(task)),
      features_(task_.series, task_.target, lags_of(task_.options, task_.season), task_.options.strategy == Strategy::direct) {
  fit_scales();
  const std::int64_t steps = task_.options.strategy == Strategy::direct ? task_.horizon : 1;
  for (std::int64_t step = 1; step <= steps; ++step) train(step);
}

bool TreeForecaster::is_mine(std::int64_t series) const { return !task_.group || task_.series.panel().group_of(series) == task_.group; }

std::int64_t TreeForecaster::seasons_back(std::int64_t step) const {
  const std::int64_t season = difference();
  return season == 0 ? 1 : (step + season - 1) / season;
}

std::vector<double> TreeForecaster::values_of(const Segment& segment) const {
  const std::size_t targets = task_.series.info().targets.size();
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(segment.count));
  for (std::int64_t row = segment.first; row < segment.first + segment.count; ++row)
    values.push_back(task_.series.targets()[static_cast<std::size_t>(row) * targets + task_.target]);
  return values;
}

void TreeForecaster::for_each_segment(const auto& visit) const {
  const std::size_t before = static_cast<std::size_t>(task_.split) - 1;
  for (Segment segment : task_.series.segments()) {
    const std::int64_t of = task_.series.series_of(segment.first);
    if (!is_mine(of)) continue;
    segment.count = std::min(segment.count, task_.series.split_end(of)[before] - segment.first);
    if (segment.count > 0) visit(of, segment);
  }
}

void TreeForecaster::fit_scales() {
  std::vector<Moments> moments(static_cast<std::size_t>(task_.series.series_count()));
  for_each_segment([&](std::int64_t of, const Segment& segment) {
    const TargetHistory history(values_of(segment), difference(), 1);
    for (std::int64_t row = 0; row < history.rows(); ++row) {
      if (std::isfinite(history.at(row))) moments[static_cast<std::size_t>(of)].add(history.at(row));
    }
  });
  for (const Moments& of : moments) scales_.push_back({.center = of.mean(), .scale = of.deviation()});
}

void TreeForecaster::for_each_row(std::int64_t step, const auto& visit) const {
  const auto columns = static_cast<std::size_t>(task_.series.columns()),
             target = static_cast<std::size_t>(task_.series.info().target_columns[task_.target]);
  const std::int64_t seasons = seasons_back(step), back = seasons * difference();
  for_each_segment([&](std::int64_t of, const Segment& segment) {
    const Scale scale = scales_[static_cast<std::size_t>(of)];
    const std::vector<double> y = values_of(segment);
    TargetHistory history(y, difference(), features_.lags().deepest());
    history.standardise(scale.center, scale.scale);
    for (std::int64_t row = std::max(back, step); row < segment.count; ++row) {
      const std::int64_t at = segment.first + row;
      if (task_.series.observed()[static_cast<std::size_t>(at) * columns + target] == 0) continue;
      const double base = difference() == 0 ? 0 : y[static_cast<std::size_t>(row - back)];
      const double label = (y[static_cast<std::size_t>(row)] - base - static_cast<double>(seasons) * scale.center) / scale.scale;
      visit(Row{.past = history.before(row - step + 1),
                .place = {.series = of, .origin = at - step, .row = at},
                .label = static_cast<float>(label)});
    }
  });
}

std::string TreeForecaster::parameters() const {
  const LightgbmOptions& given = task_.options;
  std::string text = "verbosity=-1 deterministic=true force_row_wise=true num_threads=" + std::to_string(task_.threads) +
                     " seed=" + std::to_string(task_.seed % std::numeric_limits<std::int32_t>::max());
  for (const auto& [name, number] : {std::pair("num_leaves", given.num_leaves), std::pair("min_data_in_leaf", given.min_data_in_leaf),
                                     std::pair("bagging_freq", given.bagging_freq), std::pair("max_bin", given.max_bin)})
    text += " " + std::string(name) + "=" + std::to_string(number);
  text += text_of("learning_rate", given.learning_rate) + text_of("feature_fraction", given.feature_fraction) +
          text_of("bagging_fraction", given.bagging_fraction) + text_of("lambda_l2", given.lambda_l2);
  std::string categorical;
  for (const std::size_t column : features_.categorical()) categorical += (categorical.empty() ? "" : ",") + std::to_string(column);
  return categorical.empty() ? text : text + " categorical_feature=" + categorical;
}

void TreeForecaster::train(std::int64_t step) {
  const std::size_t width = features_.width();
  std::vector<float> labels;
  for_each_row(step, [&](const Row& row) { labels.push_back(row.label); });
  const auto count = static_cast<std::int64_t>(labels.size());
  if (count == 0)
    throw data_error("LightGBM has no row to learn from " + std::to_string(step) + (step == 1 ? " step" : " steps") +
                     " ahead: the rows before the " + split_names[static_cast<std::size_t>(task_.split)] +
                     " split are fewer than a season; write seasonal_difference = false, or a smaller season_length");
  if (count > std::numeric_limits<std::int32_t>::max())
    throw data_error("LightGBM counts rows in 32 bits, and there are more to learn from: take fewer series");
  training_rows_ = std::max(training_rows_, count);

  std::vector<float> rows;
  const std::int64_t every = (count + most_sampled - 1) / most_sampled;
  std::int64_t at = 0;
  const auto append = [&](const Row& row) {
    rows.resize(rows.size() + width);
    features_.fill(row.past, row.place, std::span(rows).last(width));
  };
  for_each_row(step, [&](const Row& row) {
    if (at++ % every == 0) append(row);
  });
  const std::string shared = parameters();
  Dataset data(library_, {.rows = rows, .columns = width}, static_cast<std::int32_t>(count), shared);
  rows.clear();
  for_each_row(step, [&](const Row& row) {
    append(row);
    if (rows.size() < rows_at_once * width) return;
    data.push(rows);
    rows.clear();
  });
  if (!rows.empty()) data.push(rows);
  data.set_labels(labels);

  const auto iterations = static_cast<int>(task_.options.num_iterations);
  std::vector<Booster>& made = boosters_.emplace_back();
  made.emplace_back(library_, data, shared + (task_.options.objective == Objective::l1 ? " objective=l1" : " objective=l2"), iterations,
                    task_.check_cancelled);
  for (const double level : task_.options.quantiles)
    made.emplace_back(library_, data, shared + " objective=quantile" + text_of("alpha", level), iterations, task_.check_cancelled);
}

/// Origins that are forecast at once.
class TreeForecaster::Chunk {
 public:
  explicit Chunk(const TreeForecaster& trees) : trees_(trees) {}

  void add(std::size_t number, const ForecastOrigin& origin);
  [[nodiscard]] bool full() const { return origins_.size() == rows_at_once; }
  /// Forecasts step by step and is empty afterwards. `put(number, step, level, value)` takes the forecasts; level 0 is the point.
  void forecast(const auto& put);
  /// How many had no value a season back, for which the last value stands.
  [[nodiscard]] std::int64_t short_histories() const { return short_histories_; }

 private:
  struct Origin {
    std::size_t number;
    std::int64_t series, row;
    std::vector<double> past;    ///< standardised; grows by a recursive forecast
    std::vector<double> levels;  ///< the last season's values, then those that are forecast; empty without differences
  };
  void predict(const Booster& trees);

  const TreeForecaster& trees_;
  std::vector<Origin> origins_;
  std::optional<TargetHistory> history_;  ///< of the segment in which the last origin lies
  std::vector<double> y_;
  std::int64_t first_ = -1;  ///< its first row
  std::vector<float> rows_;
  std::vector<double> values_;
  std::int64_t short_histories_ = 0;
};

void TreeForecaster::Chunk::add(std::size_t number, const ForecastOrigin& origin) {
  const auto after = std::ranges::upper_bound(trees_.task_.series.segments(), origin.row, {}, &Segment::first);
  const Segment& segment = *std::prev(after);
  const std::int64_t depth = trees_.features_.lags().deepest(), season = trees_.difference();
  if (segment.first != first_) {
    const Scale scale = trees_.scales_[static_cast<std::size_t>(origin.series)];
    first_ = segment.first;
    y_ = trees_.values_of(segment);
    history_.emplace(y_, season, depth);
    history_->standardise(scale.center, scale.scale);
  }
  const std::int64_t next = origin.row - first_ + 1;
  const std::span<const double> past = history_->before(next);
  Origin made{.number = number, .series = origin.series, .row = origin.row, .past = {past.begin(), past.end()}, .levels = {}};
  for (std::int64_t row = next - season; row < next; ++row) made.levels.push_back(y_[static_cast<std::size_t>(row < 0 ? next - 1 : row)]);
  if (next < season) ++short_histories_;
  origins_.push_back(std::move(made));
}

void TreeForecaster::Chunk::predict(const Booster& trees) {
  values_.resize(origins_.size());
  trees.predict(rows_, trees_.features_.width(), "num_threads=" + std::to_string(trees_.task_.threads), values_);
}

void TreeForecaster::Chunk::forecast(const auto& put) {
  const TreeTask& task = trees_.task_;
  const bool direct = task.options.strategy == Strategy::direct;
  const std::size_t width = trees_.features_.width(), depth = static_cast<std::size_t>(trees_.features_.lags().deepest());
  const auto season = static_cast<std::size_t>(trees_.difference());
  for (std::int64_t step = 1; step <= task.horizon && !origins_.empty(); ++step) {
    rows_.assign(origins_.size() * width, 0);
    for (std::size_t i = 0; i < origins_.size(); ++i) {
      const Origin& origin = origins_[i];
      trees_.features_.fill(std::span(origin.past).last(depth), {.series = origin.series, .origin = origin.row, .row = origin.row + step},
                            std::span(rows_).subspan(i * width, width));
    }
    const std::vector<Booster>& boosters = trees_.boosters_[direct ? static_cast<std::size_t>(step - 1) : 0];
    const auto seasons = direct ? static_cast<double>(trees_.seasons_back(step)) : 1.0;
    for (std::size_t level = 0; level < boosters.size(); ++level) {
      predict(boosters[level]);
      for (std::size_t i = 0; i < origins_.size(); ++i) {
        Origin& origin = origins_[i];
        const Scale scale = trees_.scales_[static_cast<std::size_t>(origin.series)];
        const auto ahead = static_cast<std::size_t>(step - 1);
        // A direct forecast starts from the newest known season, a recursive one from the one that it forecast itself.
        const double base = season == 0 ? 0 : origin.levels[direct ? ahead % season : ahead];
        const double value = base + seasons * scale.center + scale.scale * values_[i];
        put(origin.number, step, level, value);
        if (direct || level > 0) continue;
        origin.past.push_back(values_[i]);
        if (season > 0) origin.levels.push_back(value);
      }
    }
  }
  origins_.clear();
}

std::int64_t TreeForecaster::forecast(std::span<const ForecastOrigin> origins, std::int64_t largest, std::span<double> out) const {
  const std::size_t targets = task_.series.info().targets.size(), levels = 1 + task_.options.quantiles.size(),
                    horizon = static_cast<std::size_t>(largest);
  const auto cell = [&](std::size_t origin, std::int64_t step) {
    return out.subspan(((origin * horizon + static_cast<std::size_t>(step - 1)) * targets + task_.target) * levels, levels);
  };
  Chunk chunk(*this);
  const auto run = [&] {
    task_.check_cancelled();
    chunk.forecast([&](std::size_t origin, std::int64_t step, std::size_t level, double value) { cell(origin, step)[level] = value; });
  };
  std::vector<std::size_t> mine;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (origins[i].split != static_cast<std::int64_t>(task_.split) || !is_mine(origins[i].series)) continue;
    mine.push_back(i);
    chunk.add(i, origins[i]);
    if (chunk.full()) run();
  }
  run();
  for (const std::size_t origin : mine) {  // levels of their own trees may cross
    for (std::int64_t step = 1; step <= task_.horizon; ++step) std::ranges::sort(cell(origin, step).subspan(1));
  }
  return chunk.short_histories();
}

}  // namespace pipeline::stage::lightgbm
