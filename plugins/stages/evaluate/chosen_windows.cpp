#include "chosen_windows.h"

#include <algorithm>
#include <numeric>

#include "pipeline/errors.h"

namespace pipeline::stage::evaluate {

namespace {

/// The rows between the origins of each series.
class OriginSteps {
 public:
  OriginSteps(const Windows& windows, const OriginChoice& choice) : windows_(windows), choice_(choice) {
    if (!choice.step.is_map()) return;
    Horizons by_word;
    for (const auto& [word, rows] : choice.step.as_map()) by_word[word] = rows.as_int();
    if (!windows.series())
      throw usage_error("origin_step is a table by the words of a frequency_column, which windows made elsewhere lack");
    by_group_ = horizons_of_groups(by_word, windows.series()->info());
  }
  [[nodiscard]] std::int64_t of(std::int64_t series) const {
    if (choice_.step.is_int()) return choice_.step.as_int();
    if (!by_group_.empty()) return by_group_[static_cast<std::size_t>(windows_.series()->panel().group_of(series).value_or(0))];
    return choice_.origins == "every_horizon" ? windows_.horizon_of(series) : 1;
  }

 private:
  const Windows& windows_;
  const OriginChoice& choice_;
  std::vector<std::int64_t> by_group_;
};

/// How many rows a window's origin lies before the last possible one of its series and split.
std::int64_t rows_back(const Windows& windows, Split split, std::int64_t index, std::int64_t series) {
  if (!windows.series()) return windows.count(split) - 1 - index;
  const Segment rows = windows.series()->rows_of(series, split);
  return rows.first + rows.count - 1 - windows.horizon_of(series) - windows.origin(split, index);
}

}  // namespace

std::vector<std::int64_t> chosen_windows(const Windows& windows, Split split, const OriginChoice& choice) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(windows.count(split)));
  std::iota(out.begin(), out.end(), 0);
  const bool only_last = choice.origins == "last" && choice.step.is_null();
  const std::int64_t most = only_last ? 1 : choice.most;
  if (choice.origins == "all" && choice.step.is_null() && most == 0) return out;
  const OriginSteps steps(windows, choice);
  std::erase_if(out, [&](std::int64_t index) {
    const std::int64_t series = windows.series() ? windows.series()->series_of(windows.origin(split, index)) : 0;
    const std::int64_t back = rows_back(windows, split, index, series), step = steps.of(series);
    return back % step != 0 || (most > 0 && back / step >= most);
  });
  if (out.empty() && windows.count(split) > 0)
    throw data_error(std::string("no window of the ") + split_names[static_cast<std::size_t>(split)] +
                     " split begins where `origins` asks for, counted back from its end: write origins = \"all\" here, or stride = 1 in "
                     "the stage that slices");
  return out;
}

}  // namespace pipeline::stage::evaluate
