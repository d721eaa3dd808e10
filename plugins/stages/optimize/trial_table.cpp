#include "trial_table.h"

#include <algorithm>
#include <utility>

#include "pipeline/data/format.h"
#include "pipeline/search/study.h"

namespace pipeline::stage::optimize {

namespace {

constexpr std::size_t number_width = 5, state_width = 8, value_width = 10, seconds_width = 7, least_width = 10;

std::string right(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}
std::string left(const std::string& text, std::size_t width) {
  return text + std::string(width > text.size() ? width - text.size() : 0, ' ');
}

/// trials.csv and the report have the whole reason.
std::string shortened(const std::string& reason) {
  constexpr std::size_t most = 72;
  return reason.size() <= most ? reason : reason.substr(0, reason.find_last_of(' ', most)) + " ...";
}

std::string shown(const Value& value) {
  return value.is_double() ? format_short(value.as_double()) : value.is_string() ? value.as_string() : to_json(value);
}

}  // namespace

TrialTable::TrialTable(Log& log, const SearchSpace& space, std::string monitor, std::int64_t n_trials)
    : log_(log), space_(space), monitor_(std::move(monitor)), n_trials_(n_trials) {
  for (const SearchParameter& p : space_.parameters()) widths_.push_back(std::max(p.name.size(), least_width));
}

std::string TrialTable::header() const {
  std::string text = right("trial", number_width) + "  " + left("state", state_width) + "  " + right(monitor_, value_width) + "  " +
                     right("best", value_width) + "  " + right("seconds", seconds_width);
  for (std::size_t i = 0; i < widths_.size(); ++i) text += "  " + right(space_.parameters()[i].name, widths_[i]);
  return text;
}

std::string TrialTable::row(const Trial& trial, const Trial* best) const {
  const std::string value = trial.value ? format_short(*trial.value) : "-";
  const std::string best_value = !best                          ? "-"
                                 : best->number == trial.number ? "* " + format_short(*best->value)
                                                                : format_short(*best->value);
  const std::string seconds = trial.started && trial.ended ? format_short(*trial.ended - *trial.started) : "-";
  std::string text = right(std::to_string(trial.number), number_width) + "  " + left(word_of(trial.state), state_width) + "  " +
                     right(value, value_width) + "  " + right(best_value, value_width) + "  " + right(seconds, seconds_width);
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    const auto drawn = trial.parameters.find(space_.parameters()[i].name);
    text += "  " +
            right(drawn == trial.parameters.end() ? "-" : shown(trial.distributions.at(drawn->first).external(drawn->second)), widths_[i]);
  }
  return trial.reason.empty() ? text : text + "  " + shortened(trial.reason);
}

void TrialTable::skip(const StudyState& study) {
  for (const Trial& trial : study.trials) {
    if (trial.is_finished()) shown_.insert(trial.number);
  }
}

void TrialTable::show(const StudyState& study) {
  const Trial* best = best_trial(study);
  const auto results = std::ranges::count_if(study.trials, &Trial::has_result);
  progress_ = std::to_string(results) + " of " + std::to_string(n_trials_) + " trials" +
              (best ? ", best " + format_short(*best->value) + " (trial " + std::to_string(best->number) + ")" : "");
  for (const Trial& trial : study.trials) {
    if (!trial.is_finished() || !shown_.insert(trial.number).second) continue;
    if (!std::exchange(has_header_, true)) log_.info(header());
    log_.info(row(trial, best));
  }
  std::string running = progress_;
  for (const Trial& trial : study.trials) {
    if (trial.state != TrialState::running || trial.reports.empty()) continue;
    running += " | trial " + std::to_string(trial.number) + " epoch " + std::to_string(trial.reports.rbegin()->first) + " " +
               format_short(trial.reports.rbegin()->second);
  }
  log_.status_line(running);
}

void TrialTable::show_running(const Trial& trial) {
  log_.status_line(progress_ + " | trial " + std::to_string(trial.number) + " epoch " + std::to_string(trial.reports.rbegin()->first) +
                   " " + format_short(trial.reports.rbegin()->second));
}

}  // namespace pipeline::stage::optimize
