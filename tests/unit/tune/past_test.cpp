#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/search/past.h"
#include "pipeline/search/pruner.h"
#include "pipeline/search/sampler.h"

using namespace pipeline;

namespace {

std::vector<std::int64_t> numbers_of(const StudyState& study) {
  std::vector<std::int64_t> numbers;
  for (const Trial& trial : study.trials) numbers.push_back(trial.number);
  return numbers;
}

/// Notes what it is shown.
class WatchingSampler final : public Sampler {
 public:
  std::map<std::string, double> begin(const StudyState& study, Trial& trial) override {
    seen = numbers_of(study);
    trial.system_state["grid_id"] = trial.number;
    return {{"x", static_cast<double>(draw_index(study, trial))}};
  }
  double sample(const StudyState&, const Trial&, const std::string&, const Distribution&) override { return 0.5; }

  std::vector<std::int64_t> seen;
};

class WatchingPruner final : public Pruner {
 public:
  bool prune(const StudyState& study, Trial& trial) override {
    seen = numbers_of(study);
    reports.clear();
    for (const Trial& other : study.trials) reports.push_back(other.reports.empty() ? -1 : other.reports.rbegin()->second);
    trial.system_state["completed_rung_0"] = 1.0;
    return trial.number == 4;
  }

  std::vector<std::int64_t> seen;
  std::vector<double> reports;
};

/// Trials 0 to 3 have ended, in the order 0, 2, 3, 1; trial 4 has begun.
StudyState study_of_five() {
  StudyState study;
  for (std::int64_t number = 0; number < 5; ++number) {
    Trial trial;
    trial.id = trial.number = number;
    trial.state = number < 4 ? TrialState::complete : TrialState::running;
    if (number < 4) trial.parameters["x"] = 0.1, trial.reports[0] = static_cast<double>(number) / 10;
    study.trials.push_back(trial);
  }
  return study;
}

Trial repetition_of(std::int64_t first, std::int64_t number, TrialState state) {
  Trial trial;
  trial.id = trial.number = number;
  trial.state = state;
  trial.system_state["failed_trial"] = first;
  trial.system_state["retry_history"] = Value::List{first};
  return trial;
}

}  // namespace

TEST_CASE("a sampler sees exactly the trials up to the lag, and the trial itself") {
  const StudyState study = study_of_five();
  const std::vector<std::pair<std::int64_t, std::vector<std::int64_t>>> expected{{1, {0, 1, 2, 3, 4}}, {2, {0, 1, 2, 4}}, {3, {0, 1, 4}},
                                                                                 {4, {0, 4}},          {5, {4}},          {9, {4}}};
  for (const auto& [lag, numbers] : expected) {
    CAPTURE(lag);
    Trial trial = study.trials.back();
    WatchingSampler sampler;
    Past(study, trial, {.lag = lag}).show(trial, [&](const StudyState& past, Trial& seen) {
      begin_trial(sampler, past, seen);
      suggest(sampler, past, seen, "x", Distribution::real(0, 9));
    });
    CHECK(sampler.seen == numbers);
    CHECK(trial.parameters.at("x") == 4);
    CHECK(trial.system_state.at("grid_id") == Value(4));
  }
}

TEST_CASE("a pruner sees exactly the reports up to the lag, and the trial's own") {
  StudyState study = study_of_five();
  Trial trial = study.trials.back();
  Past past(study, trial, {.lag = 3});
  study.trials[3].reports[1] = 99;  // what later trials report meanwhile is not seen
  WatchingPruner pruner;
  trial.reports[0] = 7;
  const auto decide = [&](const StudyState& seen, Trial& own) { return pruner.prune(seen, own); };
  CHECK(past.show(trial, decide));
  CHECK(pruner.seen == std::vector<std::int64_t>{0, 1, 4});
  CHECK(pruner.reports == std::vector<double>{0, 0.1, 7});
  CHECK(trial.system_state.contains("completed_rung_0"));
  trial.reports[1] = 8;
  CHECK(past.show(trial, decide));
  CHECK(pruner.reports == std::vector<double>{0, 0.1, 8});
}

TEST_CASE("a repetition stands in the past for the trial that it repeats, and learns what that one learned") {
  StudyState study = study_of_five();
  study.trials[1].state = TrialState::fail;
  study.trials[1].system_state["completed_rung_0"] = 0.1;
  study.trials.push_back(repetition_of(1, 5, TrialState::fail));
  study.trials.push_back(repetition_of(1, 6, TrialState::complete));
  study.trials[6].reports[0] = 0.6;
  study.trials[4].state = TrialState::fail;
  study.trials.push_back(repetition_of(4, 7, TrialState::running));
  Trial next;
  next.id = next.number = 8;
  study.trials.push_back(next);

  CHECK(draw_index(study, study.trials[7]) == 4);
  CHECK(draw_index(study, next) == 5);
  Trial repeated = study.trials[7];
  WatchingPruner pruner;
  const auto decide = [&](const StudyState& seen, Trial& own) { return pruner.prune(seen, own); };
  CHECK(Past(study, repeated, {.lag = 2}).show(repeated, decide));  // as number 4
  CHECK(pruner.seen == std::vector<std::int64_t>{0, 1, 2, 4});
  CHECK(pruner.reports == std::vector<double>{0, 0.6, 0.2, -1});
  CHECK(repeated.number == 7);
  CHECK(repeated.system_state.at("failed_trial") == Value(4));
  CHECK_FALSE(Past(study, next, {.lag = 2}).show(next, decide));  // as number 5
  CHECK(pruner.seen == std::vector<std::int64_t>{0, 1, 2, 3, 5});
  Past(study, next, {.lag = 2}).show(next, [&](const StudyState& past, Trial&) {
    CHECK(past.trials[1].system_state.empty());  // neither the notes of the lost trial nor those of a repetition
    return 0;
  });
}

TEST_CASE("a trial may begin once all that it learns from has ended") {
  StudyState study = study_of_five();
  study.trials[4].parameters["x"] = 0.5;
  study.trials[2].state = TrialState::running;
  CHECK_FALSE(may_begin_next(study, {.lag = 1}));  // the next one is trial 5
  CHECK_FALSE(may_begin_next(study, {.lag = 3}));
  CHECK(may_begin_next(study, {.lag = 4}));
  study.trials[4].parameters.clear();
  CHECK_FALSE(may_begin_next(study, {.lag = 4}));  // trial 4 has yet to draw
  CHECK(may_begin_next(StudyState{}, {.lag = 1}));
}

TEST_CASE("a trial that learns from none waits for none, and sees none") {
  StudyState study = study_of_five();
  study.trials[4].parameters["x"] = 0.5;
  study.trials[0].state = TrialState::running;
  CHECK_FALSE(may_begin_next(study, {.lag = 2, .learns_from = 4}));  // trial 5 learns from 0 to 3
  CHECK(may_begin_next(study, {.lag = 2, .learns_from = 5}));
  CHECK(may_begin_next(study, {.lag = 1, .learns_from = never_learns}));
  study.trials[4].parameters.clear();
  CHECK_FALSE(may_begin_next(study, {.lag = 2, .learns_from = never_learns}));  // trial 4 has yet to draw

  Trial trial = study.trials.back();
  const auto numbers_seen_with = [&](std::int64_t learns_from) {
    WatchingSampler sampler;
    Past(study, trial, {.lag = 1, .learns_from = learns_from}).show(trial, [&](const StudyState& past, Trial& seen) {
      begin_trial(sampler, past, seen);
    });
    return sampler.seen;
  };
  CHECK(numbers_seen_with(4) == std::vector<std::int64_t>{0, 1, 2, 3, 4});
  CHECK(numbers_seen_with(5) == std::vector<std::int64_t>{4});
}

TEST_CASE("a lost trial holds up those that learn from it, and its repetition may begin at once") {
  StudyState study = study_of_five();
  study.trials[4].parameters["x"] = 0.5;
  study.trials[1].state = TrialState::fail;
  CHECK(may_begin_next(study, {.lag = 4}));
  study.trials.push_back(repetition_of(1, 5, TrialState::waiting));
  CHECK(may_begin_next(study, {.lag = 1}));
  study.trials.back().state = TrialState::running;
  study.trials.back().parameters["x"] = 0.1;
  CHECK_FALSE(may_begin_next(study, {.lag = 4}));
  study.trials.back().state = TrialState::complete;
  CHECK(may_begin_next(study, {.lag = 4}));
}

TEST_CASE("a point in the queue has its place, and waits for the trials before it") {
  StudyState study = study_of_five();
  study.trials[3].state = study.trials[4].state = TrialState::waiting;
  study.trials[2].state = TrialState::running;
  CHECK_FALSE(may_begin_next(study, {.lag = 1}));
  CHECK(may_begin_next(study, {.lag = 2}));
}
