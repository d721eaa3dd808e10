#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace pipeline::stage::lightgbm {

/// Mean and deviation of values, taken one by one.
class Moments {
 public:
  void add(double value) {
    ++count_;
    const double before = value - mean_;
    mean_ += before / static_cast<double>(count_);
    squares_ += before * (value - mean_);
  }
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] double mean() const { return mean_; }
  /// The population's; 1 where it is no more than rounding leaves of values as large as `size`.
  [[nodiscard]] double deviation(double size) const {
    constexpr double rounding = 1e-12;
    const double deviation = count_ > 0 ? std::sqrt(squares_ / static_cast<double>(count_)) : 0;
    return deviation > rounding * std::max(size, std::abs(mean_)) ? deviation : 1;
  }

 private:
  std::int64_t count_ = 0;
  double mean_ = 0, squares_ = 0;
};

}  // namespace pipeline::stage::lightgbm
