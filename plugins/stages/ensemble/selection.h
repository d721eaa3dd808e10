#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "members.h"

namespace pipeline::stage::ensemble {

/// A forecast value whose truth is known, and what it counts in the loss.
struct Judged {
  std::size_t cell = 0;
  double truth = 0, weight = 0;
};

/// Loss of forecasts of the judged cells. Without levels: the weighted sum of absolute errors of the points. With levels: the weighted
/// pinball losses of the quantiles, 2 rho_q, averaged over the levels.
struct Criterion {
  std::vector<Judged> judged;
  std::vector<double> levels;
};

struct Selection {
  std::vector<double> weights;        ///< [members], at least 0, sum 1
  double loss = 0;                    ///< of the weighted mean
  std::vector<double> member_losses;  ///< [members]
};

/// Greedy forward selection with replacement (Caruana et al. 2004, "Ensemble selection from libraries of models"): each round adds the
/// member with which the mean of all added ones has the smallest loss; the round with the smallest loss counts, so that the loss is never
/// above that of the best member. `check_cancelled` is called before each round.
[[nodiscard]] Selection select_greedily(std::span<const Member> members, const Criterion& criterion, int rounds,
                                        const std::function<void()>& check_cancelled);

}  // namespace pipeline::stage::ensemble
