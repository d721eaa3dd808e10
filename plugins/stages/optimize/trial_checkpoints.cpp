#include "trial_checkpoints.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/data/files.h"

namespace pipeline::stage::optimize {

namespace {

std::set<std::int64_t> best_numbers(const StudyState& study, std::int64_t count) {
  std::vector<const Trial*> complete;
  for (const Trial& trial : study.trials) {
    if (trial.state == TrialState::complete && trial.value) complete.push_back(&trial);
  }
  std::ranges::stable_sort(complete,
                           [&](const Trial* a, const Trial* b) { return study.minimize ? *a->value < *b->value : *a->value > *b->value; });
  if (count >= 0 && complete.size() > static_cast<std::size_t>(count)) complete.resize(static_cast<std::size_t>(count));
  std::set<std::int64_t> numbers;
  for (const Trial* trial : complete) numbers.insert(trial->number);
  return numbers;
}

}  // namespace

TrialCheckpoints::TrialCheckpoints(std::filesystem::path folder, std::int64_t keep) : folder_(std::move(folder)), keep_(keep) {}

std::filesystem::path TrialCheckpoints::file_of(std::int64_t number) const {
  return folder_ / ("trial-" + std::to_string(number) + ".ckpt");
}

void TrialCheckpoints::take(const StudyState& study, const Trial& trial, const std::filesystem::path& checkpoint) const {
  const std::set<std::int64_t> best = best_numbers(study, keep_);
  if (best.contains(trial.number) && !checkpoint.empty()) {
    make_folder(folder_);
    std::filesystem::rename(checkpoint, file_of(trial.number));
  }
  for (const Trial& other : study.trials) {
    std::error_code gone;  // another process may have removed it
    if (!best.contains(other.number)) std::filesystem::remove(file_of(other.number), gone);
  }
}

}  // namespace pipeline::stage::optimize
