#pragma once

#include <cstdint>
#include <span>

namespace pipeline::local::theta {

/// Whether the line of the theta model is fitted once to all values, or again with each value.
enum class Line { fixed, dynamic };

struct ThetaParameters {
  double level = 0;  ///< before the first value
  double alpha = 0.5;
  double theta = 2;  ///< 1 or more
};

/// The state of the theta model after `count` values, as a state space model: Fiorucci et al. (2016).
class ThetaRecursion {
 public:
  /// The state after the first value of `y`.
  ThetaRecursion(Line line, const ThetaParameters& parameters, std::span<const double> y);
  /// All zero after `count` values: what follows is the response to later errors alone.
  ThetaRecursion(Line line, const ThetaParameters& parameters, std::int64_t count);

  /// The forecast of the next value.
  [[nodiscard]] double next() const;
  void add(double y);

 private:
  Line line_;
  double alpha_, complement_;  ///< complement: 1 - alpha
  double weight_;              ///< 1 - 1 / theta
  double level_ = 0, mean_ = 0;
  double intercept_ = 0, slope_ = 0;  ///< of the line
  std::int64_t count_ = 1;
  double power_;  ///< (1 - alpha)^count
};

}  // namespace pipeline::local::theta
