#include "best_models.h"

#include <algorithm>

namespace pipeline::callbacks::model_checkpoint {

bool BestModels::takes(double score) const { return !full() || (worst() && better(score, worst()->second)); }

std::string BestModels::to_drop() const { return full() && worst() ? worst()->first : std::string(); }

void BestModels::drop(const std::string& path) {
  std::erase_if(entries, [&](const Entry& entry) { return entry.first == path; });
}

void BestModels::add(const std::string& path, double score) {
  const auto same = std::ranges::find(entries, path, &Entry::first);
  if (same != entries.end()) {
    same->second = score;
  } else {
    entries.emplace_back(path, score);
  }
}

const BestModels::Entry* BestModels::best() const {
  const auto found = std::ranges::min_element(
      entries, [this](double a, double b) { return better(a, b); }, &Entry::second);
  return found == entries.end() ? nullptr : &*found;
}

const BestModels::Entry* BestModels::worst() const {
  const auto found = std::ranges::min_element(
      entries, [this](double a, double b) { return better(b, a); }, &Entry::second);
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace pipeline::callbacks::model_checkpoint
