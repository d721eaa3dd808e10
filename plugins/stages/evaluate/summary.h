#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "pipeline/data/intervals.h"
#include "split_result.h"

namespace pipeline::stage::evaluate {

/// The terminal's table of errors by model and target, in original units if there are any, beside repeating the last value and the last
/// season.
[[nodiscard]] std::vector<std::string> error_table(const std::vector<ModelResult>& results);
/// How much of the truth each model's intervals covered. `intervals`: by the model's name.
[[nodiscard]] std::vector<std::string> interval_lines(const std::vector<ModelResult>& results,
                                                      const std::map<std::string, Intervals>& intervals);
/// What chose the leading model.
[[nodiscard]] std::string ranking_line(const std::vector<ModelResult>& results, std::size_t leader, const std::string& by);

/// A model, or one of its targets, beside the better of repeating the last value and repeating the last season.
struct Comparison {
  std::string sentence;
  bool is_warning = false;  ///< it does not beat it
};
/// A sentence for every trained model and for the leading one, and for every target of it that does not beat the better of the two. A model
/// that is one of the two has none. `leader`: an index.
[[nodiscard]] std::vector<Comparison> compared(const std::vector<ModelResult>& results, std::size_t leader);

}  // namespace pipeline::stage::evaluate
