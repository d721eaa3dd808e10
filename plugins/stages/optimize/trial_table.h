#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "pipeline/log.h"
#include "pipeline/search/search_space.h"

namespace pipeline::stage::optimize {

/// Shows the search: a row for every ended trial, and on a terminal a status line for the running ones.
class TrialTable {
 public:
  TrialTable(Log& log, const SearchSpace& space, std::string monitor, std::int64_t n_trials);

  /// Trials that ended before are not shown.
  void skip(const StudyState& study);
  void show(const StudyState& study);
  /// Shows the progress of a trial of this process.
  void show_running(const Trial& trial);
  void close() { log_.status_line(""); }

 private:
  [[nodiscard]] std::string header() const;
  [[nodiscard]] std::string row(const Trial& trial, const Trial* best) const;

  Log& log_;
  const SearchSpace& space_;
  std::string monitor_;
  std::int64_t n_trials_;
  std::vector<std::size_t> widths_;  ///< of the parameters' columns
  std::set<std::int64_t> shown_;
  std::string progress_;  ///< "12 of 50 trials, best 0.0123 (trial 7)"
  bool has_header_ = false;
};

}  // namespace pipeline::stage::optimize
