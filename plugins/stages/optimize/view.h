#pragma once

#include <cstdint>
#include <optional>

#include "pipeline/search/past.h"
#include "pipeline/search/study.h"

namespace pipeline::stage::optimize {

/// What sampler and pruner see of the study while a trial runs: its past with a lag, else all trials as they are.
class View {
 public:
  /// `study` and `trial`, which the study has begun, must outlive the view.
  View(Study& study, Trial& trial, std::int64_t lag) : study_(study), trial_(trial) {
    if (lag > 0) past_.emplace(study.refresh(), trial, lag);
  }

  /// Returns work(const StudyState&, Trial&).
  template <class Work>
  auto show(const Work& work) {
    return past_ ? past_->show(trial_, work) : work(study_.refresh(), trial_);
  }

 private:
  Study& study_;
  Trial& trial_;
  std::optional<Past> past_;
};

}  // namespace pipeline::stage::optimize
