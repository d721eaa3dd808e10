#include <algorithm>
#include <cstring>

#include "data/window_source.h"

namespace pipeline {
namespace {

class SeriesSource final : public WindowSource {
 public:
  SeriesSource(std::shared_ptr<const Series> series, std::int64_t window, std::int64_t horizon)
      : series_(std::move(series)),
        window_(static_cast<std::size_t>(window)),
        horizon_(static_cast<std::size_t>(horizon)),
        columns_(static_cast<std::size_t>(series_->columns())),
        features_(series_->info().features.size()) {
    const SeriesInfo& info = series_->info();
    feature_names = info.features;
    target_names = info.targets;
    for (std::size_t t = 0; t < info.targets.size(); ++t) {
      targets_.push_back(static_cast<std::size_t>(info.target_columns[t]));
      target_columns.push_back(info.target_is_feature(t) ? info.target_columns[t] : -1);
    }
    const auto observed = series_->observed();
    // Most series have no filled value at all, which one memchr tells.
    fully_observed_ = std::memchr(observed.data(), 0, observed.size()) == nullptr || all_targets_observed();
  }

  [[nodiscard]] const Series* series() const override { return series_.get(); }
  [[nodiscard]] std::int64_t first_rows() const override { return series_->rows() - static_cast<std::int64_t>(window_ + horizon_) + 1; }
  [[nodiscard]] bool fully_observed() const override { return fully_observed_; }

  void copy(std::int64_t row, std::size_t index, const WindowBuffers& out) const override {
    const std::size_t first = static_cast<std::size_t>(row) * columns_, ahead = first + window_ * columns_;
    const float* const values = series_->values().data();
    if (out.x != nullptr) copy_features(values + first, out.x + index * window_ * features_);
    if (out.history != nullptr) pick_targets(values + first, window_, out.history + index * window_ * targets_.size());
    if (out.y != nullptr) pick_targets(values + ahead, horizon_, out.y + index * horizon_ * targets_.size());
    if (out.weight != nullptr) pick_targets(series_->observed().data() + ahead, horizon_, out.weight + index * horizon_ * targets_.size());
  }

 private:
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
    const auto observed = series_->observed();
    for (std::size_t at = 0; at < observed.size(); at += columns_) {
      for (const std::size_t column : targets_) {
        if (observed[at + column] == 0) return false;
      }
    }
    return true;
  }

  std::shared_ptr<const Series> series_;
  std::size_t window_, horizon_, columns_, features_;
  std::vector<std::size_t> targets_;
  bool fully_observed_ = true;
};

}  // namespace

std::unique_ptr<WindowSource> series_source(std::shared_ptr<const Series> series, std::int64_t window, std::int64_t horizon) {
  return std::make_unique<SeriesSource>(std::move(series), window, horizon);
}

}  // namespace pipeline
