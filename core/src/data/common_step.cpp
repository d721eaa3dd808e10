#include "data/common_step.h"

#include <algorithm>
#include <map>

namespace pipeline {
namespace {

constexpr std::size_t least_rows = 3;

std::int64_t gaps_of(const Frequency& frequency, std::span<const std::int64_t> time) {
  std::int64_t gaps = 0;
  for (std::size_t i = 1; i < time.size(); ++i) gaps += frequency.follows(time[i - 1], time[i]) ? 0 : 1;
  return gaps;
}

}  // namespace

CommonStep common_step(std::span<const std::span<const std::int64_t>> times) {
  std::vector<Frequency> own;
  std::map<std::string, std::int64_t> counts;
  for (const auto& time : times) {
    own.push_back(infer_frequency(time));
    if (time.size() >= least_rows) ++counts[own.back().text()];
  }
  CommonStep out;
  if (counts.empty()) {
    if (!own.empty()) out.frequency = *std::ranges::max_element(own, {}, [](const Frequency& f) { return !f.irregular(); });
    return out;
  }
  const std::string most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; })->first;
  out.frequency = Frequency::parse(most);
  for (std::size_t s = 0; s < times.size(); ++s) {
    const std::int64_t gaps = gaps_of(out.frequency, times[s]);
    out.gaps += gaps;
    if (gaps == 0 || times[s].size() < least_rows || own[s].text() == most) continue;
    out.others.push_back(s);
    out.their_steps.push_back(own[s].text());
  }
  return out;
}

}  // namespace pipeline
