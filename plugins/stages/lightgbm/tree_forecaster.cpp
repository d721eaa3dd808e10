#include "tree_forecaster.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "moments.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline::stage::lightgbm {

namespace {

/// LightGBM's own bin_construct_sample_cnt: bins of a column are made of so many rows.
constexpr std::int64_t most_sampled = 200'000;
constexpr std::size_t rows_at_once = 8192;
/// Of the past that recursive forecasts from several origins hold.
constexpr std::size_t most_bytes = 64 << 20;
constexpr double median = 0.5;

Lags lags_of(const LightgbmOptions& options, std::int64_t season) {
  return {.values = options.lags.empty() ? usual_lags(season) : options.lags, .means = options.rolling_means};
}

std::string text_of(const char* name, double value) {
  std::array<char, 32> text{};
  return " " + std::string(name) + "=" + std::string(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

/// Where the point is the median among the quantiles; nullopt: the point has trees of its own.
std::optional<std::size_t> place_of_median(const LightgbmOptions& options) {
  const auto found = std::ranges::find(options.quantiles, median);
  if (options.objective != Objective::l1 || found == options.quantiles.end()) return std::nullopt;
  return static_cast<std::size_t>(found - options.quantiles.begin());
}

}  // namespace

/// A row to learn from.
struct TreeForecaster::Row {
  std::span<const double> past;
  LagFeatures::Place place;
  float label = 0;
};

/// An origin to forecast from.
struct TreeForecaster::Place {
  std::size_t number = 0;  ///< among all origins
  std::int64_t series = 0, row = 0;
  std::span<const double> past;    ///< standardised, [deepest lag]
  std::span<const double> levels;  ///< the last season; empty without differences
  Scale scale;
};

/// One segment of the target, with what was standardised.
class TreeForecaster::History {
 public:
  /// Up to and with the row `last`.
  History(const TreeForecaster& trees, Segment segment, Scale scale)
      : y_(trees.values_of(segment)), standardised_(y_, trees.difference(), trees.features_.lags().deepest()) {
    standardised_.standardise(scale.center, scale.scale);
  }
  [[nodiscard]] std::span<const double> before(std::int64_t row) const { return standardised_.before(row); }
  [[nodiscard]] const std::vector<double>& levels() const { return y_; }

 private:
  std::vector<double> y_;
  TargetHistory standardised_;
};

/// The forecasts in original units.
class TreeForecaster::Output {
 public:
  Output(const TreeForecaster& trees, std::int64_t largest, std::span<double> out)
      : trees_(trees),
        targets_(trees.task_.data.info.targets.size()),
        levels_(1 + trees.task_.options.quantiles.size()),
        horizon_(static_cast<std::size_t>(largest)),
        median_(place_of_median(trees.task_.options)),
        out_(out) {}

  /// `value`: of the model number `model` of a step, as train() gives them.
  void put(std::size_t origin, std::int64_t step, std::size_t model, double value) {
    if (!std::isfinite(value)) throw training_error("LightGBM forecasts values that are no numbers: write a smaller learning_rate");
    cell(origin, step)[median_ ? model + 1 : model] = value;
  }
  /// Sorts levels, whose trees may cross, and takes the point from the median, if it is that.
  void finish(std::size_t origin, std::int64_t step) {
    const std::span<double> values = cell(origin, step);
    std::ranges::sort(values.subspan(1));
    if (median_) values[0] = values[1 + *median_];
  }
  void repeat(std::size_t origin, double value) {
    for (std::int64_t step = 1; step <= trees_.task_.horizon; ++step) std::ranges::fill(cell(origin, step), value);
  }

 private:
  [[nodiscard]] std::span<double> cell(std::size_t origin, std::int64_t step) const {
    return out_.subspan(((origin * horizon_ + static_cast<std::size_t>(step - 1)) * targets_ + trees_.task_.target) * levels_, levels_);
  }

  const TreeForecaster& trees_;
  std::size_t targets_, levels_, horizon_;
  std::optional<std::size_t> median_;
  std::span<double> out_;
};

TreeForecaster::TreeForecaster(const Library& library, TreeTask task)
    : library_(library),
      task_(std::move(task)),
      features_(task_.data, task_.target, lags_of(task_.options, task_.season), task_.options.strategy == Strategy::direct) {}

bool TreeForecaster::is_mine(std::int64_t series) const { return !task_.group || task_.data.panel.group_of(series) == task_.group; }

std::int64_t TreeForecaster::seasons_back(std::int64_t step) const {
  const std::int64_t season = difference();
  return season == 0 ? 1 : (step + season - 1) / season;
}

std::vector<double> TreeForecaster::values_of(const Segment& segment) const {
  const std::size_t targets = task_.data.info.targets.size();
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(segment.count));
  for (std::int64_t row = segment.first; row < segment.first + segment.count; ++row)
    values.push_back(task_.data.targets[static_cast<std::size_t>(row) * targets + task_.target]);
  return values;
}

void TreeForecaster::for_each_segment(const auto& visit) const {
  for (Segment segment : task_.data.segments) {
    task_.check_cancelled();
    const std::int64_t of = task_.data.panel.series_of(segment.first);
    if (!is_mine(of)) continue;
    segment.count = std::min(segment.count, task_.data.learned_end[static_cast<std::size_t>(of)] - segment.first);
    if (segment.count > 0) visit(of, segment);
  }
}

void TreeForecaster::fit_scales(std::span<const ForecastOrigin> origins) {
  struct Seen {
    Moments differences;
    double largest = 0;
  };
  std::map<std::int64_t, Seen> seen;
  const auto add = [&](std::int64_t of, const Segment& segment) {
    const std::vector<double> y = values_of(segment);
    const TargetHistory history(y, difference(), 1);
    Seen& here = seen[of];
    for (std::int64_t row = 0; row < history.rows(); ++row) {
      if (std::isfinite(history.at(row))) here.differences.add(history.at(row));
      here.largest = std::max(here.largest, std::abs(y[static_cast<std::size_t>(row)]));
    }
  };
  const auto is_known = [&](std::int64_t of) { return seen[of].differences.count() > 1; };
  for_each_segment(add);
  std::int64_t last = -1;
  for (const ForecastOrigin& origin : origins) {  // the first one of each series decides
    if (origin.split != static_cast<std::int64_t>(task_.split) || origin.series == last || !is_mine(origin.series)) continue;
    last = origin.series;
    if (is_known(last)) continue;
    seen[last] = {};
    const std::span<const Segment> segments = task_.data.segments;
    for (auto at = std::ranges::lower_bound(segments, task_.data.first_row(last), {}, &Segment::first);
         at != segments.end() && at->first <= origin.row; ++at)
      add(last, {.first = at->first, .count = std::min(at->count, origin.row + 1 - at->first)});
  }
  for (const auto& [of, here] : seen) {
    if (here.differences.count() > 1) scales_[of] = {.center = here.differences.mean(), .scale = here.differences.deviation(here.largest)};
  }
}

void TreeForecaster::for_each_row(std::int64_t step, const auto& visit) const {
  const auto columns = task_.data.info.columns.size(), target = static_cast<std::size_t>(task_.data.info.target_columns[task_.target]);
  const std::int64_t seasons = seasons_back(step), back = seasons * difference();
  for_each_segment([&](std::int64_t of, const Segment& segment) {
    const auto scale = scales_.find(of);
    if (scale == scales_.end() || segment.count <= std::max(back, step)) return;
    const auto [center, deviation] = scale->second;
    const History history(*this, segment, scale->second);
    const std::vector<double>& y = history.levels();
    for (std::int64_t row = std::max(back, step); row < segment.count; ++row) {
      const std::int64_t at = segment.first + row;
      if (task_.data.observed[static_cast<std::size_t>(at) * columns + target] == 0) continue;
      const double base = difference() == 0 ? 0 : y[static_cast<std::size_t>(row - back)];
      const double label = (y[static_cast<std::size_t>(row)] - base - static_cast<double>(seasons) * center) / deviation;
      visit(Row{.past = history.before(row - step + 1),
                .place = {.series = of, .origin = at - step, .row = at},
                .label = static_cast<float>(label)});
    }
  });
}

void TreeForecaster::for_each_place(std::span<const ForecastOrigin> origins, const auto& visit) const {
  std::optional<History> history;  // of the segment in which the last origin lies
  std::int64_t first = -1;
  const std::int64_t season = difference();
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const ForecastOrigin& origin = origins[i];
    const auto scale = scales_.find(origin.series);
    if (origin.split != static_cast<std::int64_t>(task_.split) || scale == scales_.end()) continue;
    const Segment& segment = *std::prev(std::ranges::upper_bound(task_.data.segments, origin.row, {}, &Segment::first));
    if (segment.first != first) {
      task_.check_cancelled();
      first = segment.first;
      history.emplace(*this, segment, scale->second);
    }
    const std::int64_t next = origin.row - first + 1;
    if (next < season) continue;
    visit(Place{.number = i,
                .series = origin.series,
                .row = origin.row,
                .past = history->before(next),
                .levels = std::span(history->levels()).subspan(static_cast<std::size_t>(next - season), static_cast<std::size_t>(season)),
                .scale = scale->second});
  }
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

std::vector<Booster> TreeForecaster::train(std::int64_t step) {
  const std::size_t width = features_.width();
  std::vector<float> labels;
  for_each_row(step, [&](const Row& row) { labels.push_back(row.label); });
  const auto count = static_cast<std::int64_t>(labels.size());
  if (count == 0) return {};
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

  std::vector<std::string> aims;
  if (!place_of_median(task_.options)) aims.emplace_back(task_.options.objective == Objective::l1 ? " objective=l1" : " objective=l2");
  for (const double level : task_.options.quantiles) aims.push_back(" objective=quantile" + text_of("alpha", level));
  std::vector<Booster> made;
  for (const std::string& aim : aims)
    made.emplace_back(library_, data, shared + aim, static_cast<int>(task_.options.num_iterations), task_.check_cancelled);
  return made;
}

void TreeForecaster::predict(const Booster& trees, std::span<const float> rows, std::vector<double>& values) const {
  values.resize(rows.size() / features_.width());
  trees.predict(rows, features_.width(), "num_threads=" + std::to_string(task_.threads), values);
}

void TreeForecaster::forecast_direct(std::span<const ForecastOrigin> origins, Output& output) {
  const std::size_t width = features_.width();
  struct Base {
    std::size_t number;
    double level, scale;
  };
  std::vector<Base> bases;
  std::vector<float> rows;
  std::vector<double> values;
  for (std::int64_t step = 1; step <= task_.horizon; ++step) {
    const std::vector<Booster> models = train(step);
    const auto ahead = static_cast<std::size_t>(step - 1);
    const auto flush = [&] {
      for (std::size_t model = 0; model < models.size() && !bases.empty(); ++model) {
        predict(models[model], rows, values);
        for (std::size_t i = 0; i < bases.size(); ++i)
          output.put(bases[i].number, step, model, bases[i].level + bases[i].scale * values[i]);
      }
      for (const Base& base : bases) output.finish(base.number, step);
      bases.clear();
      rows.clear();
    };
    if (models.empty()) {  // the last value stands there
      ++unlearned_steps_;
      continue;
    }
    for_each_place(origins, [&](const Place& place) {
      rows.resize(rows.size() + width);
      features_.fill(place.past, {.series = place.series, .origin = place.row, .row = place.row + step}, std::span(rows).last(width));
      // From the newest known value of the same season.
      const double base = place.levels.empty() ? 0 : place.levels[ahead % place.levels.size()];
      bases.push_back({place.number, base + static_cast<double>(seasons_back(step)) * place.scale.center, place.scale.scale});
      if (bases.size() == rows_at_once) flush();
    });
    flush();
  }
}

void TreeForecaster::forecast_recursive(std::span<const ForecastOrigin> origins, Output& output) {
  const std::vector<Booster> models = train(1);
  if (models.empty()) return;
  struct Growing {
    std::size_t number;
    std::int64_t series, row;
    Scale scale;
    std::vector<double> past, levels;  ///< both grow by what is forecast
  };
  const std::size_t width = features_.width(), depth = static_cast<std::size_t>(features_.lags().deepest()),
                    of_each = (depth + static_cast<std::size_t>(difference() + 2 * task_.horizon)) * sizeof(double),
                    at_once = std::clamp<std::size_t>(most_bytes / of_each, 1, rows_at_once);
  std::vector<Growing> growing;
  std::vector<float> rows;
  std::vector<double> values;
  const auto flush = [&] {
    for (std::int64_t step = 1; step <= task_.horizon && !growing.empty(); ++step) {
      rows.assign(growing.size() * width, 0);
      for (std::size_t i = 0; i < growing.size(); ++i) {
        const Growing& of = growing[i];
        features_.fill(std::span(of.past).last(depth), {.series = of.series, .origin = of.row, .row = of.row + step},
                       std::span(rows).subspan(i * width, width));
      }
      predict(models.front(), rows, values);
      for (std::size_t i = 0; i < growing.size(); ++i) {
        Growing& of = growing[i];
        const double base = difference() == 0 ? 0 : of.levels[static_cast<std::size_t>(step - 1)];
        const double value = base + of.scale.center + of.scale.scale * values[i];
        output.put(of.number, step, 0, value);
        of.past.push_back(values[i]);
        of.levels.push_back(value);
      }
    }
    growing.clear();
  };
  for_each_place(origins, [&](const Place& place) {
    growing.push_back({place.number,
                       place.series,
                       place.row,
                       place.scale,
                       {place.past.begin(), place.past.end()},
                       {place.levels.begin(), place.levels.end()}});
    if (growing.size() == at_once) flush();
  });
  flush();
}

TreeForecaster::Outcome TreeForecaster::forecast(std::span<const ForecastOrigin> origins, std::int64_t largest, std::span<double> out) {
  Output output(*this, largest, out);
  const std::size_t targets = task_.data.info.targets.size();
  std::vector<std::size_t> mine;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    if (origins[i].split != static_cast<std::int64_t>(task_.split) || !is_mine(origins[i].series)) continue;
    mine.push_back(i);
    output.repeat(i, task_.data.targets[static_cast<std::size_t>(origins[i].row) * targets + task_.target]);
  }
  if (mine.empty()) return {};
  fit_scales(origins);
  std::size_t forecast = 0;
  for_each_place(origins, [&](const Place&) { ++forecast; });
  task_.options.strategy == Strategy::direct ? forecast_direct(origins, output) : forecast_recursive(origins, output);
  if (training_rows_ == 0) forecast = 0;
  return {.training_rows = training_rows_,
          .replaced = std::ssize(mine) - static_cast<std::int64_t>(forecast),
          .unlearned_steps = training_rows_ == 0 ? 0 : unlearned_steps_};
}

}  // namespace pipeline::stage::lightgbm
