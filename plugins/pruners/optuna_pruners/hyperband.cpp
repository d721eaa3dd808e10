#include "hyperband.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <string_view>

namespace pipeline::pruner {

namespace {

/// CRC-32 as in zlib (polynomial 0xedb88320).
std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320 : 0);
  }
  return ~crc;
}

}  // namespace

void HyperbandPruner::make_brackets(const StudyState& study) {
  if (options_.max_resource == 0) {
    for (const Trial& trial : study.trials) {
      if (trial.state == TrialState::complete) options_.max_resource = std::max(options_.max_resource, trial.last_step().value_or(-1) + 1);
    }
  }
  if (options_.max_resource == 0) return;
  const double range = static_cast<double>(options_.max_resource) / static_cast<double>(options_.min_resource);
  const double factor = static_cast<double>(options_.reduction_factor);
  const auto count = static_cast<std::int64_t>(std::floor(std::log(range) / std::log(factor))) + 1;
  for (std::int64_t bracket = 0; bracket < count; ++bracket) {
    const auto rounds = static_cast<double>(count - 1 - bracket);
    budgets_.push_back(static_cast<std::uint32_t>(std::ceil(static_cast<double>(count) * std::pow(factor, rounds) / (rounds + 1))));
    brackets_.emplace_back(HalvingOptions{.min_resource = options_.min_resource,
                                          .reduction_factor = options_.reduction_factor,
                                          .min_early_stopping_rate = bracket,
                                          .bootstrap_count = options_.bootstrap_count});
  }
}

std::size_t HyperbandPruner::bracket_of(const StudyState& study, std::int64_t number) const {
  const std::uint32_t all = std::accumulate(budgets_.begin(), budgets_.end(), std::uint32_t{0});
  std::uint32_t place = crc32(study.name + "_" + std::to_string(number)) % all;
  std::size_t bracket = 0;
  while (place >= budgets_[bracket]) place -= budgets_[bracket++];
  return bracket;
}

bool HyperbandPruner::prune(const StudyState& study, Trial& trial) {
  if (brackets_.empty()) make_brackets(study);
  if (brackets_.empty()) return false;
  const std::size_t bracket = bracket_of(study, trial.number);
  std::vector<const Trial*> rivals;
  for (const Trial& other : study.trials) {
    if (bracket_of(study, other.number) == bracket) rivals.push_back(&other);
  }
  return brackets_[bracket].prune_among(rivals, study.minimize, trial);
}

}  // namespace pipeline::pruner
