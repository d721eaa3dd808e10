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
  /// `rule`: nullopt in a search without lag.
  View(Study& study, Trial& trial, const std::optional<LearningRule>& rule) : study_(study), trial_(trial) {
    if (rule) past_.emplace(study.refresh(), trial, *rule);
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
