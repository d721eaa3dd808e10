#pragma once

#include <memory>
#include <string>
#include <vector>

#include "resume/training.h"
#include "support/program.h"

/// The training of the resume tests, on two processes that are started as a PyTorchJob starts them: rank 0 serves the store.
class TwoRanks : public Training {
 public:
  /// `pipeline run --until train` in both processes; `more`: arguments of rank 0 and of rank 1. Rank 0 is first.
  [[nodiscard]] std::vector<std::unique_ptr<Program>> start(const std::vector<std::string>& more = {},
                                                            const std::vector<std::string>& more_of_rank_1 = {},
                                                            const std::vector<std::string>& environment_of_rank_1 = {}) const;
  /// The same arguments in both; waits for both ends.
  [[nodiscard]] std::vector<Finished> train_both(const std::vector<std::string>& more = {}) const;
};

/// Arguments that send a rank a signal in a hook after `step` steps.
[[nodiscard]] std::vector<std::string> signal_at(int rank, int step, const std::string& hook, int signal);
[[nodiscard]] std::vector<Finished> wait_for(std::vector<std::unique_ptr<Program>> ranks);
