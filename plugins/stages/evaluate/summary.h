#pragma once

#include <string>
#include <vector>

#include "split_result.h"

namespace pipeline::stage::evaluate {

/// The terminal's table of errors by model and target, in original units if there are any.
[[nodiscard]] std::vector<std::string> error_table(const std::vector<ModelResult>& results);
/// A sentence for every model, and every target of it, that does not beat repeating the last value.
[[nodiscard]] std::vector<std::string> naive_warnings(const std::vector<ModelResult>& results);

}  // namespace pipeline::stage::evaluate
