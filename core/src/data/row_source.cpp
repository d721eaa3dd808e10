#include <algorithm>
#include <cstring>

#include "data/window_source.h"

namespace pipeline {
namespace {

/// Windows of rows that lie in memory or in a mapped file.
class RowSource : public WindowSource {
 public:
  RowSource(const SeriesInfo& info, std::int64_t rows, std::span<const float> values, std::span<const std::uint8_t> observed,
            std::int64_t window, std::int64_t horizon)
      : WindowSource(shape_of(info, window, horizon)),
        rows_(rows),
        values_(values),
        observed_(observed),
        window_(static_cast<std::size_t>(window)),
        horizon_(static_cast<std::size_t>(horizon)),
        columns_(info.columns.size()),
        features_(info.features.size()),
        targets_(info.target_columns.begin(), info.target_columns.end()) {
    // One memchr finds out whether a series has any filled value; most have none.
    fully_observed_ = observed.empty() || std::memchr(observed.data(), 0, observed.size()) == nullptr || all_targets_observed();
  }

  [[nodiscard]] bool has_rows() const override { return true; }
  [[nodiscard]] std::int64_t first_rows() const override { return rows_ - static_cast<std::int64_t>(window_ + horizon_) + 1; }
  [[nodiscard]] bool fully_observed() const override { return fully_observed_; }

  void copy(std::int64_t row, std::size_t index, const WindowBuffers& out) const override {
    const std::size_t first = static_cast<std::size_t>(row) * columns_, ahead = first + window_ * columns_;
    const float* const values = values_.data();
    if (out.x != nullptr) copy_features(values + first, out.x + index * window_ * features_);
    if (out.history != nullptr) pick_targets(values + first, window_, out.history + index * window_ * targets_.size());
    if (out.y != nullptr) pick_targets(values + ahead, horizon_, out.y + index * horizon_ * targets_.size());
    if (out.weight != nullptr) pick_targets(observed_.data() + ahead, horizon_, out.weight + index * horizon_ * targets_.size());
  }

 private:
  static Shape shape_of(const SeriesInfo& info, std::int64_t window, std::int64_t horizon) {
    Shape shape{.window = window, .horizon = horizon, .feature_names = info.features, .target_names = info.targets};
    for (std::size_t t = 0; t < info.targets.size(); ++t)
      shape.target_columns.push_back(info.target_is_feature(t) ? info.target_columns[t] : -1);
    return shape;
  }

  /// The features are the leading columns of each row.
  void copy_features(const float* from, float* to) const {
    if (features_ == columns_) {
      std::memcpy(to, from, window_ * columns_ * sizeof(float));
      return;
    }
    for (std::size_t r = 0; r < window_; ++r, from += columns_) to = std::copy_n(from, features_, to);
  }

  template <class T>
  void pick_targets(const T* from, std::size_t rows, float* to) const {
    for (std::size_t r = 0; r < rows; ++r, from += columns_) {
      for (const std::size_t column : targets_) *to++ = static_cast<float>(from[column]);
    }
  }

  [[nodiscard]] bool all_targets_observed() const {
    for (std::size_t at = 0; at < observed_.size(); at += columns_) {
      for (const std::size_t column : targets_) {
        if (observed_[at + column] == 0) return false;
      }
    }
    return true;
  }

  std::int64_t rows_;
  std::span<const float> values_;           // [rows, columns]
  std::span<const std::uint8_t> observed_;  // [rows, columns]
  std::size_t window_, horizon_, columns_, features_;
  std::vector<std::size_t> targets_;  // their columns
  bool fully_observed_ = true;
};

class SeriesSource final : public RowSource {
 public:
  SeriesSource(std::shared_ptr<const Series> series, std::int64_t window, std::int64_t horizon)
      : RowSource(series->info(), series->rows(), series->values(), series->observed(), window, horizon), series_(std::move(series)) {}
  [[nodiscard]] const Series* series() const override { return series_.get(); }

 private:
  std::shared_ptr<const Series> series_;
};

}  // namespace

WindowSource::~WindowSource() = default;
const Series* WindowSource::series() const { return nullptr; }

std::unique_ptr<const WindowSource> series_source(std::shared_ptr<const Series> series, std::int64_t window, std::int64_t horizon) {
  return std::make_unique<SeriesSource>(std::move(series), window, horizon);
}

std::unique_ptr<const WindowSource> input_source(const PreparedInput& input, const SeriesInfo& info, std::int64_t window) {
  return std::make_unique<RowSource>(info, input.rows(), input.values, input.observed, window, 0);
}

}  // namespace pipeline
