#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "pipeline/export.h"
#include "pipeline/search/search.h"
#include "pipeline/search/tier.h"

namespace pipeline {

/// Which trials a trial learns from.
struct LearningRule {
  std::int64_t lag = 1;          ///< at least 1: trial n learns from trials 0 to n - lag
  std::int64_t learns_from = 0;  ///< with fewer trials it learns from none: the smaller one of the sampler's and the pruner's
};

/// Whether the next trial of a study may begin: all trials that it learns from have ended, and the trials before it have drawn their
/// parameters. The next trial is the one that Study::begin() would begin.
[[nodiscard]] PIPELINE_EXPORT bool may_begin_next(const StudyState& study, const LearningRule& rule);

/// What a trial learns from in a study with a lag: exactly the trials with a draw_index of at most its own minus the lag, whichever of the
/// later ones have ended, or none if these are fewer than the rule's learns_from. Every trial appears once, under its draw_index as number:
/// of repetitions, the last. So the past of a trial is the same however many workers run the study, and whether it was interrupted or not.
class PIPELINE_EXPORT Past {
 public:
  /// `study` holds `trial`. The trials that it learns from have ended (may_begin_next()).
  Past(const StudyState& study, const Trial& trial, const LearningRule& rule);

  /// Returns work(const StudyState&, Trial&), with the past and `trial` itself as the study. During the call, trial.number is its
  /// draw_index, and trial.system_state says nothing of repetitions.
  template <class Work>
  auto show(Trial& trial, const Work& work) {
    const Guise guise(trial, index_);
    study_.trials.back() = trial;
    return work(std::as_const(study_), trial);
  }

 private:
  /// Changes a trial into the first one of its draw_index, for a while.
  class PIPELINE_EXPORT Guise {
   public:
    Guise(Trial& trial, std::int64_t index);
    ~Guise();
    Guise(const Guise&) = delete;
    Guise& operator=(const Guise&) = delete;

   private:
    Trial& trial_;
    std::int64_t number_;
    std::map<std::string, Value> repetition_;
  };

  std::int64_t index_;
  StudyState study_;
};

}  // namespace pipeline
