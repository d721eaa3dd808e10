#include "axis.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace pipeline::stage::visualize {

namespace {

constexpr double most_steps = 1e15;

std::string number_label(double value, int decimals) {
  std::array<char, 64> text{};
  const double size = std::abs(value);
  if (size >= 1e6 || (size != 0 && size < 1e-4)) {
    std::snprintf(text.data(), text.size(), "%.3g", value);
  } else {
    std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  }
  return text.data();
}

double nice_step(double span, int wanted) {
  const double raw = span / std::max(wanted, 1);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  const double lead = raw / power;
  return power * (lead < 1.5 ? 1 : lead < 3.5 ? 2 : lead < 7.5 ? 5 : 10);
}

}  // namespace

double Axis::fraction(double value) const {
  if (scale == Scale::logarithmic) return (std::log10(value) - std::log10(low)) / (std::log10(high) - std::log10(low));
  return (value - low) / (high - low);
}

std::vector<Tick> linear_ticks(double low, double high, int wanted, double least_step) {
  std::vector<Tick> ticks;
  if (!(high > low)) return ticks;
  const double step = std::max(nice_step(high - low, wanted), least_step);
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
  if (!(std::abs(first) < most_steps && std::abs(last) < most_steps)) return ticks;  // a range of a few last digits has no round values
  for (double i = first; i <= last; ++i) {
    const double at = i * step;
    ticks.push_back({at, number_label(at == 0 ? 0 : at, decimals), {}});
  }
  return ticks;
}

std::vector<Tick> logarithmic_ticks(double low, double high) {
  std::vector<Tick> ticks;
  if (!(low > 0 && high > low)) return ticks;
  const double decades = std::log10(high / low);
  const int every = std::max(1, static_cast<int>(std::ceil(decades / 6)));
  const std::vector<double> leads = decades < 3 ? std::vector<double>{1, 2, 5} : std::vector<double>{1};
  for (int power = static_cast<int>(std::floor(std::log10(low))); power <= std::log10(high); ++power) {
    if (power % every != 0) continue;
    for (const double lead : leads) {
      const double at = lead * std::pow(10.0, power);
      if (at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9)) ticks.push_back({at, number_label(at, std::max(0, -power)), {}});
    }
  }
  return ticks;
}

std::vector<Tick> ticks_of(const Axis& axis, int wanted) {
  switch (axis.scale) {
    case Scale::linear:
      return linear_ticks(axis.low, axis.high, wanted, axis.least_step);
    case Scale::logarithmic:
      return logarithmic_ticks(axis.low, axis.high);
    case Scale::time:
      return time_ticks(axis.low, axis.high, wanted);
    case Scale::category:
      break;
  }
  return {};
}

}  // namespace pipeline::stage::visualize
