#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

/// The cure for a component that there is not: the name that it has here if other programs call it so ("MQLoss" of NeuralForecast is
/// QuantileLoss), else as suggest() has it. For a component of theirs that nothing here equals, the names of `names` instead of one that
/// only looks like it: NAdam is not Adam. `kind`: "loss", ...; empty: any.
[[nodiscard]] std::string suggest_component(std::string_view kind, std::string_view name, const std::vector<std::string>& names);

}  // namespace pipeline
