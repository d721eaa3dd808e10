#include "histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace pipeline::loggers::tensorboard {

namespace {

std::vector<double> default_limits() {
  std::vector<double> limits;
  for (double edge = 1e-12; edge < 1e20; edge *= 1.1) limits.push_back(edge);
  const std::size_t positive = limits.size();
  limits.push_back(0);
  for (std::size_t i = 0; i < positive; ++i) limits.push_back(-limits[i]);
  std::ranges::sort(limits);
  limits.push_back(std::numeric_limits<double>::max());
  return limits;
}

}  // namespace

Histogram bin_values(std::span<const float> values) {
  const std::vector<double> limits = default_limits();
  std::vector<double> counts(limits.size(), 0.0);
  Histogram out{
      .min = std::numeric_limits<double>::infinity(), .max = -std::numeric_limits<double>::infinity(), .limits = {}, .counts = {}};
  for (const float single : values) {
    if (!std::isfinite(single)) continue;
    const double value = single;
    out.min = std::min(out.min, value);
    out.max = std::max(out.max, value);
    out.sum += value;
    out.sum_squares += value * value;
    out.number += 1;
    ++counts[static_cast<std::size_t>(std::ranges::lower_bound(limits, value) - limits.begin())];
  }
  const auto occupied = [](double count) { return count > 0; };
  const auto first = std::ranges::find_if(counts, occupied);
  if (first == counts.end()) return {};
  const auto last = std::find_if(counts.rbegin(), counts.rend(), occupied).base();
  // The limit of the empty bin before the first one is the first one's lower edge.
  const auto from = (first == counts.begin() ? first : first - 1) - counts.begin(), to = last - counts.begin();
  out.limits.assign(limits.begin() + from, limits.begin() + to);
  out.counts.assign(counts.begin() + from, counts.begin() + to);
  return out;
}

std::string histogram_event(Moment moment, const std::string& tag, const Histogram& histogram) {
  constexpr unsigned min = 1, max = 2, number = 3, sum = 4, sum_squares = 5, bucket_limit = 6, bucket = 7, histo = 5;
  Message message;
  message.number(min, histogram.min)
      .number(max, histogram.max)
      .number(number, histogram.number)
      .number(sum, histogram.sum)
      .number(sum_squares, histogram.sum_squares)
      .numbers(bucket_limit, histogram.limits)
      .numbers(bucket, histogram.counts);
  return value_event(moment, tag, std::move(Message().message(histo, message)));
}

}  // namespace pipeline::loggers::tensorboard
