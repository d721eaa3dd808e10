// A worker of a study: study_worker STORAGE NAME BUDGET [HANG_AT]
// Runs trials until BUDGET trials of all workers are complete or pruned; prints the number of each trial that it finished. In its
// HANG_AT-th trial it prints "hanging" and waits to be killed.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <thread>

#include "percentile.h"
#include "pipeline/search/study.h"
#include "tpe/tpe_sampler.h"

using namespace pipeline;

namespace {

const std::vector<std::pair<std::string, Distribution>> space{{"lr", Distribution::real(1e-5, 1e-1, 0, true)},
                                                              {"size", Distribution::integer(32, 128, 16)},
                                                              {"drop", Distribution::real(0, 0.5, 0.1)},
                                                              {"kind", Distribution::categorical({"lstm", "gru", Value(), true, 2.5})}};
constexpr std::chrono::seconds dead_after{10};

/// A curve over three epochs; every thirteenth trial fails.
void run_trial(Study& study, Trial& trial, Pruner& pruner) {
  const double level = std::abs(std::log10(trial.parameters.at("lr")) + 3) + trial.parameters.at("size") / 128;
  std::string reason;
  trial.state = TrialState::complete;
  for (int epoch = 0; epoch < 3 && trial.state == TrialState::complete; ++epoch) {
    trial.reports[epoch] = level + 1.0 / (epoch + 1);
    if (pruner.prune(study.refresh(), trial)) trial.state = TrialState::pruned;
    study.report(trial, epoch, trial.reports[epoch]);
  }
  trial.value = trial.reports.rbegin()->second;
  if (trial.number % 13 == 12) {
    trial.state = TrialState::fail;
    reason = "diverged on purpose";
  }
  if (study.finish(trial, reason) && trial.state != TrialState::fail) std::cout << trial.number << std::endl;
}

int work(const std::string& storage, const std::string& name, std::int64_t budget, int hang_at) {
  const std::unique_ptr<Study> study = open_study({.storage = storage, .name = name});
  sampler::tpe::TPESampler sampler({}, {.seed = 1, .mode = Randomness::Mode::keyed, .space = space});
  pruner::MedianPruner pruner({});
  for (int mine = 1;; ++mine) {
    study->retry_stale(dead_after);
    std::optional<Trial> trial = study->begin(budget);
    if (!trial) {
      const StudyState& state = study->refresh();
      if (std::ranges::count_if(state.trials, &Trial::has_result) >= budget) return 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // the last trials run elsewhere
      --mine;
      continue;
    }
    const StudyState& state = study->refresh();
    begin_trial(sampler, state, *trial);
    for (const auto& [parameter, distribution] : space) suggest(sampler, state, *trial, parameter, distribution);
    study->save_parameters(*trial);
    if (mine == hang_at) {
      std::cout << "hanging" << std::endl;
      ::pause();
    }
    run_trial(*study, *trial, pruner);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  try {
    return work(argv[1], argv[2], std::stoll(argv[3]), argc > 4 ? std::stoi(argv[4]) : 0);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
}
