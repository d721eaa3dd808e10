#include "data/one_hot_feature.h"

#include <algorithm>
#include <unordered_set>

namespace pipeline {

OneHotFeature::OneHotFeature(const Value& options)
    : column_(options.at("column").as_string()), role_(options.at("known_future").as_bool() ? ColumnRole::future : ColumnRole::past) {}

std::vector<FeatureColumn> OneHotFeature::columns() const {
  std::vector<FeatureColumn> out;
  for (const std::string& word : words_) out.push_back({.name = column_ + "=" + word, .role = role_, .is_scaled = false});
  return out;
}

void OneHotFeature::fit(const FeatureRows& training) {
  std::unordered_set<std::string_view> seen;
  for (const std::string& word : training.words[0]) {
    if (!word.empty() && seen.insert(word).second) words_.push_back(word);
  }
}

void OneHotFeature::apply(const FeatureRows& rows, std::span<double> out) const {
  std::ranges::fill(out, 0.0);
  for (std::size_t row = 0; row < rows.words[0].size(); ++row) {
    const auto found = std::ranges::find(words_, rows.words[0][row]);
    if (found != words_.end()) out[row * words_.size() + static_cast<std::size_t>(found - words_.begin())] = 1;
  }
}

void OneHotFeature::load_state(const Value& state) {
  for (const Value& word : state.as_list()) words_.push_back(word.as_string());
}

}  // namespace pipeline
