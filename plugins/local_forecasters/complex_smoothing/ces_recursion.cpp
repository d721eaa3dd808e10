#include "ces_recursion.h"

namespace pipeline::local::complex_smoothing {

double CesRecursion::next() const { return before().level + (kind_ > Season::simple ? season_before().season : 0); }

void CesRecursion::add_error(double error) {
  const CesState& last = before();
  const CesState& year = season_before();
  const auto& [alpha_0, alpha_1, beta_0, beta_1] = weights_;
  CesState out{.level = last.level - (1 - alpha_1) * last.potential + (alpha_0 - alpha_1) * error,
               .potential = last.level + (1 - alpha_0) * last.potential + (alpha_0 + alpha_1) * error};
  if (kind_ == Season::partial) out.season = year.season + beta_0 * error;
  if (kind_ == Season::full) {
    out.season = year.season - (1 - beta_1) * year.season_potential + (beta_0 - beta_1) * error;
    out.season_potential = year.season + (1 - beta_0) * year.season_potential + (beta_0 + beta_1) * error;
  }
  states_[oldest_] = out;
  newest_ = oldest_;
  oldest_ = oldest_ + 1 == states_.size() ? 0 : oldest_ + 1;
}

std::vector<CesState> CesRecursion::states() const {
  std::vector<CesState> out;
  for (std::size_t i = 0; i < states_.size(); ++i) out.push_back(states_[(oldest_ + i) % states_.size()]);
  return out;
}

}  // namespace pipeline::local::complex_smoothing
