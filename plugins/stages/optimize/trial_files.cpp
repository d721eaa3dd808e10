#include "trial_files.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include "pipeline/data/files.h"
#include "pipeline/search/study.h"
#include "study_identity.h"

namespace pipeline::stage::optimize {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view work_prefix = "trial-", log_prefix = "trial_", checkpoint_suffix = ".ckpt";

std::string named(std::string_view prefix, std::int64_t number) { return std::string(prefix) + std::to_string(number); }

bool has_place(const Trial& trial) { return trial.state == TrialState::complete && trial.value; }

/// The numbers of the best `count` of these trials; of equal ones the first is better.
std::set<std::int64_t> best_numbers(std::vector<const Trial*> trials, bool minimize, std::int64_t count) {
  const auto is_better = [&](const Trial* a, const Trial* b) {
    if (*a->value != *b->value) return minimize ? *a->value < *b->value : *a->value > *b->value;
    return a->number < b->number;
  };
  std::ranges::sort(trials, is_better);
  if (count >= 0 && trials.size() > static_cast<std::size_t>(count)) trials.resize(static_cast<std::size_t>(count));
  std::set<std::int64_t> numbers;
  for (const Trial* trial : trials) numbers.insert(trial->number);
  return numbers;
}

std::vector<const Trial*> placed_trials(const StudyState& study) {
  std::vector<const Trial*> placed;
  for (const Trial& trial : study.trials) {
    if (has_place(trial)) placed.push_back(&trial);
  }
  return placed;
}

/// The number in a name such as trial-12.ckpt; nullopt for any other name.
std::optional<std::int64_t> number_in(std::string_view name, std::string_view prefix, std::string_view suffix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size()) return std::nullopt;
  name = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(number) : std::nullopt;
}

/// Removes what belongs to a number that `is_left_over`. Other processes may remove the same.
template <class IsLeftOver>
void remove_left_over(const fs::path& folder, std::string_view prefix, std::string_view suffix, const IsLeftOver& is_left_over) {
  std::error_code gone;
  std::vector<fs::path> left_over;
  for (fs::directory_iterator entry(folder, gone), end; !gone && entry != end; entry.increment(gone)) {
    const auto number = number_in(entry->path().filename().string(), prefix, suffix);
    if (number && is_left_over(*number)) left_over.push_back(entry->path());
  }
  for (const fs::path& path : left_over) fs::remove_all(path, gone);
}

}  // namespace

TrialFiles::TrialFiles(const StageContext& context, const std::string& study, std::int64_t keep)
    : work_(context.lasting / folder_name_of(study)),
      checkpoints_(context.folder / "checkpoints" / folder_name_of(study)),
      logs_(context.settings.log_dir / folder_name_of(study)),
      keep_(keep) {}

fs::path TrialFiles::work_folder(std::int64_t number) const { return work_ / named(work_prefix, number); }

fs::path TrialFiles::log_folder(std::int64_t number) const { return logs_ / named(log_prefix, number); }

fs::path TrialFiles::checkpoint_of(std::int64_t number) const {
  return checkpoints_ / (named(work_prefix, number) + std::string(checkpoint_suffix));
}

void TrialFiles::put_checkpoint(const StudyState& study, const Trial& trial, const fs::path& checkpoint) const {
  if (!has_place(trial) || checkpoint.empty()) return;
  std::vector<const Trial*> placed = placed_trials(study);
  placed.push_back(&trial);
  if (!best_numbers(std::move(placed), study.minimize, keep_).contains(trial.number)) return;
  make_folder(checkpoints_);
  fs::rename(checkpoint, checkpoint_of(trial.number));
}

void TrialFiles::tidy(const StudyState& study) const {
  std::map<std::int64_t, const Trial*> finished;
  for (const Trial& trial : study.trials) {
    if (trial.is_finished()) finished[trial.number] = &trial;
  }
  const std::set<std::int64_t> best = best_numbers(placed_trials(study), study.minimize, keep_);
  const auto is_beaten = [&](std::int64_t number) { return finished.contains(number) && !best.contains(number); };
  const auto is_finished = [&](std::int64_t number) { return finished.contains(number); };
  const auto is_repeated = [&](std::int64_t number) {
    const auto trial = finished.find(number);
    return trial != finished.end() && trial->second->state == TrialState::fail &&
           (trial->second->reason == lost_reason || trial->second->reason == interrupted_reason);
  };
  remove_left_over(checkpoints_, work_prefix, checkpoint_suffix, is_beaten);
  remove_left_over(work_, work_prefix, "", is_finished);
  remove_left_over(logs_, log_prefix, "", is_repeated);
}

}  // namespace pipeline::stage::optimize
