#include "theta_recursion.h"

#include <cmath>

namespace pipeline::local::theta {

ThetaRecursion::ThetaRecursion(Line line, const ThetaParameters& parameters, std::span<const double> y)
    : line_(line),
      alpha_(parameters.alpha),
      complement_(1 - parameters.alpha),
      weight_(1 - 1 / parameters.theta),
      level_(parameters.alpha * y.front() + (1 - parameters.alpha) * parameters.level),
      mean_(y.front()),
      intercept_(y.front()),
      power_(complement_) {
  if (line == Line::dynamic) return;
  // The least-squares line at times 1 to n.
  const auto n = static_cast<double>(y.size());
  double sum = 0, weighted = 0;
  for (std::size_t t = 0; t < y.size(); ++t) {
    sum += y[t];
    weighted += static_cast<double>(t + 1) * y[t];
  }
  slope_ = 6 * (2 * weighted / n - (n + 1) * sum / n) / (n * n - 1);
  intercept_ = sum / n - (n + 1) * slope_ / 2;
}

ThetaRecursion::ThetaRecursion(Line line, const ThetaParameters& parameters, std::int64_t count)
    : line_(line),
      alpha_(parameters.alpha),
      complement_(1 - parameters.alpha),
      weight_(1 - 1 / parameters.theta),
      count_(count),
      power_(std::pow(complement_, static_cast<double>(count))) {}

double ThetaRecursion::next() const { return level_ + weight_ * (intercept_ * power_ + slope_ * (1 - power_ * complement_) / alpha_); }

void ThetaRecursion::add(double y) {
  const auto before = static_cast<double>(count_), now = before + 1;
  level_ = alpha_ * y + complement_ * level_;
  if (line_ == Line::dynamic) {
    slope_ = ((before - 1) * slope_ + 6 * (y - mean_) / now) / (now + 1);
    mean_ = (before * mean_ + y) / now;
    intercept_ = mean_ - slope_ * (now + 1) / 2;
  }
  ++count_;
  power_ *= complement_;
}

}  // namespace pipeline::local::theta
