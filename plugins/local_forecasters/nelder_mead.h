#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace pipeline::local {

/// Values that a search may take, each from `lower` to `upper`.
struct Box {
  std::vector<double> lower, upper;
};

/// Minimises a function of a few variables within a box, without derivatives: the simplex search of Nelder and Mead (1965) with the
/// coefficients of Gao and Han (2012), which depend on the number of variables. A point outside the box moves to its border.
class NelderMead {
 public:
  explicit NelderMead(Box box) : box_(std::move(box)), n_(box_.lower.size()) {}

  /// The best point found from `start`: until the values at the corners deviate by less than 1e-4, for 1,000 moves at most.
  /// `function(std::span<const double>)` returns infinity where it has no value.
  template <class Function>
  [[nodiscard]] std::vector<double> minimise(const Function& function, std::vector<double> start) {
    begin(std::move(start));
    for (std::size_t corner = 0; corner <= n_; ++corner) values_[corner] = function(at(corner));
    for (int move = 0; move < most_moves && deviation() >= tolerance; ++move) {
      rank();
      step(function);
    }
    const auto best = static_cast<std::size_t>(std::ranges::min_element(values_) - values_.begin());
    return {at(best).begin(), at(best).end()};
  }

 private:
  static constexpr int most_moves = 1000;
  static constexpr double tolerance = 1e-4;

  [[nodiscard]] std::span<double> at(std::size_t corner) { return {corners_.data() + corner * n_, n_}; }

  /// The corners: the start, and the start with one variable after the other 5 % larger.
  void begin(std::vector<double> start) {
    for (std::size_t i = 0; i < n_; ++i) start[i] = std::clamp(start[i], box_.lower[i], box_.upper[i]);
    corners_.clear();
    for (std::size_t corner = 0; corner <= n_; ++corner) corners_.insert(corners_.end(), start.begin(), start.end());
    for (std::size_t i = 0; i < n_; ++i) {
      double& value = at(i)[i];
      value = std::clamp(value == 0 ? 1e-4 : value * 1.05, box_.lower[i], box_.upper[i]);
    }
    values_.assign(n_ + 1, 0);
  }

  [[nodiscard]] double deviation() const {
    const auto count = static_cast<double>(values_.size());
    double sum = 0, squares = 0;
    for (const double value : values_) sum += value;
    const double mean = sum / count;
    for (const double value : values_) squares += (value - mean) * (value - mean);
    const double out = std::sqrt(squares / count);
    return std::isnan(out) ? tolerance : out;  // a corner without a value
  }

  void rank() {
    best_ = worst_ = 0;
    for (std::size_t i = 1; i <= n_; ++i) {
      if (values_[i] < values_[best_]) best_ = i;
      if (!(values_[i] < values_[worst_])) worst_ = i;
    }
    second_worst_ = best_;
    for (std::size_t i = 0; i <= n_; ++i)
      if (i != worst_ && !(values_[i] < values_[second_worst_])) second_worst_ = i;
  }

  /// centre + factor * (to - centre), within the box.
  void move_towards(std::span<const double> to, double factor, std::vector<double>& out) const {
    out.resize(n_);
    for (std::size_t i = 0; i < n_; ++i) out[i] = std::clamp(centre_[i] + factor * (to[i] - centre_[i]), box_.lower[i], box_.upper[i]);
  }

  void replace_worst(std::span<const double> point, double value) {
    std::ranges::copy(point, at(worst_).begin());
    values_[worst_] = value;
  }

  template <class Function>
  void step(const Function& function) {
    const auto n = static_cast<double>(n_);
    const double expansion = 1 + 2 / n, contraction = 0.75 - 1 / (2 * n);
    centre_.assign(n_, 0);
    for (std::size_t corner = 0; corner <= n_; ++corner) {
      if (corner == worst_) continue;
      for (std::size_t i = 0; i < n_; ++i) centre_[i] += at(corner)[i] / n;
    }
    move_towards(at(worst_), -1, reflected_);
    const double reflected = function(std::span<const double>(reflected_));
    if (reflected < values_[best_]) {
      move_towards(reflected_, expansion, moved_);
      const double expanded = function(std::span<const double>(moved_));
      return expanded < reflected ? replace_worst(moved_, expanded) : replace_worst(reflected_, reflected);
    }
    if (reflected < values_[second_worst_]) return replace_worst(reflected_, reflected);
    const bool outside = reflected < values_[worst_];
    move_towards(reflected_, outside ? contraction : -contraction, moved_);
    const double contracted = function(std::span<const double>(moved_));
    if (outside ? contracted <= reflected : contracted < values_[worst_]) return replace_worst(moved_, contracted);
    shrink(function);
  }

  template <class Function>
  void shrink(const Function& function) {
    const double factor = 1 - 1 / static_cast<double>(n_);
    for (std::size_t corner = 0; corner <= n_; ++corner) {
      if (corner == best_) continue;
      for (std::size_t i = 0; i < n_; ++i) at(corner)[i] = at(best_)[i] + factor * (at(corner)[i] - at(best_)[i]);
      values_[corner] = function(at(corner));
    }
  }

  Box box_;
  std::size_t n_;
  std::vector<double> corners_;  ///< [n + 1, n]
  std::vector<double> values_;   ///< [n + 1]
  std::vector<double> centre_, reflected_, moved_;
  std::size_t best_ = 0, worst_ = 0, second_worst_ = 0;
};

}  // namespace pipeline::local
