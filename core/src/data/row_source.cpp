#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "data/step_count.h"
#include "data/window_source.h"

namespace pipeline {
namespace {

/// What a row source reads; others own it.
struct Rows {
  std::int64_t count = 0;
  std::span<const float> values;           ///< [rows, columns]
  std::span<const std::uint8_t> observed;  ///< [rows, columns]
  std::span<const std::int64_t> time;      ///< [rows]
  PanelView panel;
  std::span<const Segment> segments;          ///< runs of rows without a gap, in order; empty: one for each series
  std::span<const float> fixed;               ///< [series, SeriesInfo::fixed]
  std::span<const std::int32_t> fixed_codes;  ///< [series, SeriesInfo::fixed_words]
  std::int64_t future = 0;                    ///< of an input: the last rows of each series, in which no window ends
};

/// Columns of rows by their numbers.
using Columns = std::vector<std::size_t>;

/// Which columns of a row go into which part of a batch.
struct Parts {
  Columns x, targets, future, past_codes, future_codes;

  explicit Parts(const SeriesInfo& info) {
    for (std::size_t c = 0; c < info.features.size(); ++c) (info.is_word(info.features[c]) ? past_codes : x).push_back(c);
    for (const std::int64_t c : info.target_columns) targets.push_back(static_cast<std::size_t>(c));
    for (const std::string& name : info.known_future)
      (info.is_word(name) ? future_codes : future).push_back(static_cast<std::size_t>(info.column(name)));
  }
};

/// Windows of consecutive rows: `window` rows of inputs, then `horizon` rows of targets and of columns known ahead. Of a padded window the
/// rows before its segment are no rows: they are zeros.
class RowSource : public WindowSource {
 public:
  RowSource(const SeriesInfo& info, const Rows& rows, std::int64_t window, std::int64_t horizon, std::span<const std::int64_t> horizons,
            bool has_truth, bool padded)
      : WindowSource(shape_of(info, window, horizon, has_truth, padded)),
        rows_(rows),
        parts_(info),
        window_(static_cast<std::size_t>(window)),
        horizon_(static_cast<std::size_t>(horizon)),
        columns_(info.columns.size()),
        fixed_(info.fixed.size()),
        fixed_words_(info.fixed_words.size()),
        horizons_(horizons.begin(), horizons.end()),
        first_rows_(rows.count - window + 1 -
                    (!has_truth         ? rows.future
                     : horizons.empty() ? horizon
                                        : std::ranges::min(horizons))) {
    for (const std::int64_t c : info.target_columns) targets_.push_back(info.columns[static_cast<std::size_t>(c)]);
    const auto groups = info.panel ? std::ssize(info.panel->groups) : 0;
    if (groups == 0) steps_.emplace_back(info);
    for (std::int64_t group = 0; group < groups; ++group) steps_.emplace_back(info, group);
    // One memchr finds out whether a series has any filled value; most have none.
    fully_observed_ =
        std::ranges::all_of(horizons, [&](std::int64_t own) { return own == horizon; }) &&
        (rows.observed.empty() || std::memchr(rows.observed.data(), 0, rows.observed.size()) == nullptr || all_targets_observed());
  }

  [[nodiscard]] bool has_rows() const override { return true; }
  [[nodiscard]] std::int64_t first_rows() const override { return first_rows_; }
  [[nodiscard]] bool fully_observed() const override { return fully_observed_; }

  void copy(std::int64_t row, std::size_t index, const WindowBuffers& out) const override {
    const std::int64_t origin = row + static_cast<std::int64_t>(window_) - 1;
    const std::size_t padding = shape().padded ? padding_before(row, origin) : 0;
    const std::size_t ahead = static_cast<std::size_t>(origin + 1) * columns_;
    const float* const values = rows_.values.data();
    const float* const past = values + ahead - (window_ - padding) * columns_;
    if (out.x != nullptr) copy_features(past, padding, out.x + index * window_ * parts_.x.size());
    const std::size_t own_horizon = horizon_after(origin);
    pick_past(past, padding, parts_.targets, out.history, index);
    pick_past(past, padding, parts_.past_codes, out.past_codes, index);
    if (out.past_mask != nullptr) std::fill_n(std::fill_n(out.past_mask + index * window_, padding, 0.0F), window_ - padding, 1.0F);
    pick_ahead(values + ahead, own_horizon, parts_.targets, out.y, index);
    pick_ahead(rows_.observed.data() + ahead, own_horizon, parts_.targets, out.weight, index);
    pick_ahead(values + ahead, own_horizon, parts_.future, out.future, index);
    pick_ahead(values + ahead, own_horizon, parts_.future_codes, out.future_codes, index);
    if (out.naive != nullptr) copy_naive(origin, index, out.naive);
    if (out.time_index != nullptr) out.time_index[index] = steps_at(origin).index(rows_.time[static_cast<std::size_t>(origin)]);
    if (out.series != nullptr || out.static_values != nullptr || out.static_codes != nullptr)
      copy_fixed(rows_.panel.series_of(origin), index, out);
  }

 private:
  static Shape shape_of(const SeriesInfo& info, std::int64_t window, std::int64_t horizon, bool has_truth, bool padded) {
    Shape shape{.window = window, .horizon = horizon, .has_truth = has_truth, .target_names = info.targets};
    std::vector<std::int64_t> places(info.columns.size(), -1);  // of each column among the features of numbers
    const auto word = [&](const std::string& name) { return WordColumn{name, static_cast<std::int64_t>(info.words.at(name).size()) + 1}; };
    for (std::size_t c = 0; c < info.features.size(); ++c) {
      const std::string& name = info.features[c];
      if (info.is_word(name)) {
        shape.past_words.push_back(word(name));
      } else {
        places[c] = std::ssize(shape.feature_names);
        shape.feature_names.push_back(name);
      }
    }
    for (const std::int64_t c : info.target_columns) shape.target_columns.push_back(places[static_cast<std::size_t>(c)]);
    for (const std::string& name : info.known_future) {
      if (info.is_word(name)) {
        shape.future_words.push_back(word(name));
      } else {
        shape.future_names.push_back(name);
        shape.future_columns.push_back(places[static_cast<std::size_t>(info.column(name))]);
      }
    }
    for (const ColumnTransform& column : info.fixed) shape.static_names.push_back(column.name);
    for (const std::string& name : info.fixed_words) shape.static_words.push_back(word(name));
    shape.padded = padded;
    return shape;
  }

  /// How many rows of the window that begins at `row` lie before the segment of its origin.
  [[nodiscard]] std::size_t padding_before(std::int64_t row, std::int64_t origin) const {
    const auto after = std::ranges::upper_bound(rows_.segments, origin, {}, &Segment::first);
    const std::int64_t begin = after != rows_.segments.begin() ? std::prev(after)->first
                               : rows_.panel.start.empty()     ? 0
                                                               : rows_.panel.start[static_cast<std::size_t>(rows_.panel.series_of(origin))];
    return static_cast<std::size_t>(std::max<std::int64_t>(begin - row, 0));
  }

  /// Most series have no columns but features: then a window is one piece of memory.
  void copy_features(const float* from, std::size_t padding, float* to) const {
    to = std::fill_n(to, padding * parts_.x.size(), 0.0F);
    if (parts_.x.size() == columns_) {
      std::memcpy(to, from, (window_ - padding) * columns_ * sizeof(float));
      return;
    }
    const bool leading = parts_.past_codes.empty();
    for (std::size_t r = padding; r < window_; ++r, from += columns_) {
      if (leading) {
        to = std::copy_n(from, parts_.x.size(), to);
      } else {
        for (const std::size_t column : parts_.x) *to++ = from[column];
      }
    }
  }

  /// Copies columns of `count` rows as window `index` of a buffer, if there is one.
  template <class From, class To>
  void pick(const From* from, std::size_t count, const Columns& columns, To* buffer, std::size_t index) const {
    if (buffer == nullptr) return;
    To* to = buffer + index * count * columns.size();
    for (std::size_t r = 0; r < count; ++r, from += columns_) {
      for (const std::size_t column : columns) *to++ = static_cast<To>(from[column]);
    }
  }

  /// Copies columns of the rows of a window as window `index` of a buffer, if there is one, after zeros for its `padding`.
  template <class To>
  void pick_past(const float* from, std::size_t padding, const Columns& columns, To* buffer, std::size_t index) const {
    if (buffer == nullptr) return;
    To* const to = std::fill_n(buffer + index * window_ * columns.size(), padding * columns.size(), To{});
    pick(from, window_ - padding, columns, to, 0);
  }

  /// The last values of the targets, and for those that are differenced the scaled difference 0.
  void copy_naive(std::int64_t origin, std::size_t index, float* naive) const {
    const float* const last = rows_.values.data() + static_cast<std::size_t>(origin) * columns_;
    for (std::size_t t = 0; t < targets_.size(); ++t) {
      const std::size_t column = parts_.targets[t];
      float& to = naive[index * targets_.size() + t];
      to = last[column];
      if (!targets_[t].is_difference()) continue;
      const ColumnTransform scaled =
          rows_.panel.scale.empty() ? targets_[t] : rows_.panel.scaled_in(rows_.panel.series_of(origin), targets_[t], column, columns_);
      to = static_cast<float>(scaled.forward(1, 1));  // of any level after itself
    }
  }

  /// The same of the rows after a window, with zeros after the first `count`.
  template <class From, class To>
  void pick_ahead(const From* from, std::size_t count, const Columns& columns, To* buffer, std::size_t index) const {
    if (buffer == nullptr) return;
    To* const to = buffer + index * horizon_ * columns.size();
    pick(from, count, columns, to, 0);
    std::fill(to + count * columns.size(), to + horizon_ * columns.size(), To{});
  }

  /// The horizon of the series of an origin, within the rows there are.
  [[nodiscard]] std::size_t horizon_after(std::int64_t origin) const {
    if (horizons_.empty()) return horizon_;
    const std::int64_t group = rows_.panel.group_of(rows_.panel.series_of(origin)).value_or(0);
    const std::int64_t left = rows_.count - origin - 1;
    return static_cast<std::size_t>(std::min(horizons_[static_cast<std::size_t>(group)], left));
  }

  [[nodiscard]] const StepCount& steps_at(std::int64_t row) const {
    if (steps_.size() == 1) return steps_.front();
    return steps_[static_cast<std::size_t>(rows_.panel.group_of(rows_.panel.series_of(row)).value_or(0))];
  }

  void copy_fixed(std::int64_t series, std::size_t index, const WindowBuffers& out) const {
    const auto s = static_cast<std::size_t>(series);
    if (out.series != nullptr) out.series[index] = series;
    if (out.static_values != nullptr) std::copy_n(rows_.fixed.data() + s * fixed_, fixed_, out.static_values + index * fixed_);
    if (out.static_codes != nullptr)
      std::copy_n(rows_.fixed_codes.data() + s * fixed_words_, fixed_words_, out.static_codes + index * fixed_words_);
  }

  [[nodiscard]] bool all_targets_observed() const {
    for (std::size_t at = 0; at < rows_.observed.size(); at += columns_) {
      for (const std::size_t column : parts_.targets) {
        if (rows_.observed[at + column] == 0) return false;
      }
    }
    return true;
  }

  Rows rows_;
  Parts parts_;
  std::vector<ColumnTransform> targets_;
  std::size_t window_, horizon_, columns_, fixed_, fixed_words_;
  std::vector<std::int64_t> horizons_;  // [groups]; empty: all series have horizon_
  std::int64_t first_rows_;
  std::vector<StepCount> steps_;  // [groups], or one
  bool fully_observed_ = true;
};

Rows rows_of(const Series& series) {
  return {.count = series.rows(),
          .values = series.values(),
          .observed = series.observed(),
          .time = series.time(),
          .panel = series.panel(),
          .segments = series.segments(),
          .fixed = series.fixed(),
          .fixed_codes = series.fixed_codes()};
}

Rows rows_of(const PreparedInput& input) {
  return {.count = input.rows(),
          .values = input.values,
          .observed = input.observed,
          .time = input.time,
          .panel = input.panel(),
          .segments = input.segments,
          .fixed = input.fixed,
          .fixed_codes = input.fixed_codes,
          .future = input.future_rows};
}

class SeriesSource final : public RowSource {
 public:
  SeriesSource(std::shared_ptr<const Series> series, std::int64_t window, std::int64_t horizon, std::span<const std::int64_t> horizons,
               bool padded)
      : RowSource(series->info(), rows_of(*series), window, horizon, horizons, true, padded), series_(std::move(series)) {}
  [[nodiscard]] const Series* series() const override { return series_.get(); }

 private:
  std::shared_ptr<const Series> series_;
};

}  // namespace

WindowSource::~WindowSource() = default;
const Series* WindowSource::series() const { return nullptr; }

std::unique_ptr<const WindowSource> series_source(std::shared_ptr<const Series> series, std::int64_t window, std::int64_t horizon,
                                                  std::span<const std::int64_t> horizons, bool padded) {
  return std::make_unique<SeriesSource>(std::move(series), window, horizon, horizons, padded);
}

std::unique_ptr<const WindowSource> input_source(const PreparedInput& input, const SeriesInfo& info, std::int64_t window,
                                                 std::int64_t horizon, std::span<const std::int64_t> horizons, bool padded) {
  return std::make_unique<RowSource>(info, rows_of(input), window, horizon, horizons, false, padded);
}

}  // namespace pipeline
