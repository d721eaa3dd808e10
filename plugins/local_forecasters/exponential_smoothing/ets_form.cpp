#include "ets_form.h"

namespace pipeline::local::smoothing {

std::string EtsForm::name() const {
  const auto letter = [](Part part) { return part == Part::none ? "N" : part == Part::additive ? "A" : "M"; };
  return std::string("ETS(") + letter(error) + "," + (trend ? damped ? "Ad" : "A" : "N") + "," + letter(season) + ")";
}

}  // namespace pipeline::local::smoothing
