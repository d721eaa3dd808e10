#pragma once

#include <string>
#include <vector>

namespace pipeline::stage::visualize {

enum class Scale { linear, logarithmic, time, category };

struct Tick {
  double at;
  std::string label;
  std::string context;  ///< second line, where the day or the year changes; time only
};

/// A range of data and its scale.
struct Axis {
  Scale scale = Scale::linear;
  double low = 0, high = 1;
  std::string label;
  double least_step = 0;  ///< ticks are at least this far apart: 1 if only integers make sense

  /// 0 at low, 1 at high.
  [[nodiscard]] double fraction(double value) const;
};

/// About `wanted` round numbers within [low, high], spaced 1, 2 or 5 times a power of ten and at least `least_step`.
[[nodiscard]] std::vector<Tick> linear_ticks(double low, double high, int wanted, double least_step = 0);
/// Powers of ten within [low, high]; if they are fewer than three, 1, 2 and 5 times them.
[[nodiscard]] std::vector<Tick> logarithmic_ticks(double low, double high);
/// Full seconds, minutes, hours, days, months or years within [low, high], milliseconds since 1970 UTC.
[[nodiscard]] std::vector<Tick> time_ticks(double low, double high, int wanted);
/// The ticks for the axis' scale; none for categories.
[[nodiscard]] std::vector<Tick> ticks_of(const Axis& axis, int wanted);

}  // namespace pipeline::stage::visualize
