#include "pipeline/search/random_state.h"

#include <algorithm>
#include <bit>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// FNV-1a: the same on every machine, unlike std::hash.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::uint32_t low_bits(std::uint64_t v) { return static_cast<std::uint32_t>(v); }
std::uint32_t high_bits(std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); }

}  // namespace

double RandomState::uniform() {
  const double a = static_cast<double>(engine_() >> 5), b = static_cast<double>(engine_() >> 6);
  return (a * 67108864.0 + b) / 9007199254740992.0;  // 27 and 26 bits: (a * 2^26 + b) / 2^53
}

std::uint32_t RandomState::integer(std::uint32_t maximum) {
  if (maximum == 0) return 0;
  const auto mask = static_cast<std::uint32_t>(std::bit_ceil(std::uint64_t{maximum} + 1) - 1);
  for (;;) {
    const std::uint32_t drawn = static_cast<std::uint32_t>(engine_()) & mask;
    if (drawn <= maximum) return drawn;
  }
}

std::vector<std::size_t> RandomState::choose(const std::vector<double>& weights, std::size_t count) {
  std::vector<double> cumulative(weights.size());
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) cumulative[i] = sum += weights[i];
  for (double& c : cumulative) c /= sum;
  std::vector<std::size_t> chosen(count);
  for (std::size_t& index : chosen) {
    const auto found = std::ranges::upper_bound(cumulative, uniform());
    index = static_cast<std::size_t>(found - cumulative.begin());
  }
  return chosen;
}

Randomness::Randomness(std::int64_t seed, Mode mode) : seed_(seed), mode_(mode), state_(low_bits(static_cast<std::uint64_t>(seed))) {
  if (mode == Mode::sequence && (seed < 0 || seed > 0xffffffff))
    throw usage_error("drawing as Optuna does takes a seed from 0 to 4294967295, got " + std::to_string(seed));
}

RandomState& Randomness::at(std::int64_t trial, std::string_view parameter) {
  if (mode_ == Mode::sequence) return state_;
  const auto seed = static_cast<std::uint64_t>(seed_), number = static_cast<std::uint64_t>(trial), name = hash_of(parameter);
  std::seed_seq seeds{low_bits(seed), high_bits(seed), low_bits(number), high_bits(number), low_bits(name), high_bits(name)};
  state_ = RandomState(seeds);
  return state_;
}

}  // namespace pipeline
