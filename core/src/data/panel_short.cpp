#include "data/panel_short.h"

#include <algorithm>

#include "data/panel_split.h"
#include "data/series_ids.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// Removes series and numbers the others anew.
void leave_out(CleanTable& data, const std::vector<std::int64_t>& out) {
  std::vector<std::int64_t> number(data.ids.size(), -1);
  std::vector<std::string> kept;
  for (std::size_t s = 0; s < number.size(); ++s) {
    if (std::ranges::binary_search(out, static_cast<std::int64_t>(s))) continue;
    number[s] = std::ssize(kept);
    kept.push_back(std::move(data.ids[s]));
  }
  std::erase_if(data.segments, [&](const TableSegment& s) { return number[static_cast<std::size_t>(s.series)] < 0; });
  for (TableSegment& s : data.segments) s.series = number[static_cast<std::size_t>(s.series)];
  data.ids = std::move(kept);
}

}  // namespace

void treat_short_series(CleanTable& data, const SplitRule& rule, bool drop, Log& log) {
  const std::vector<std::int64_t> found = too_short_to_split(data, rule);
  if (found.empty()) return;
  const std::vector<std::int64_t> start = data.series_start();
  std::vector<std::string> named;
  std::int64_t longest = 0;
  for (const std::int64_t s : found) {
    const auto at = static_cast<std::size_t>(s);
    longest = std::max(longest, start[at + 1] - start[at]);
    if (named.size() < 3) named.push_back(data.ids[at]);
  }
  const auto count = std::ssize(found), all = data.series_count();
  const std::string text = format_count(count) + " of " + format_count(all) + " series " + (count == 1 ? "has" : "have") +
                           " too few rows to be split (at most " + format_count(longest) + "): " + named_series(named, count);
  if (!drop || count == all)
    throw data_error(text + "; change split" +
                     (count == all ? ", or bring more data"
                                   : ", or write short_series = \"drop\" to leave " + std::string(count == 1 ? "it" : "them") + " out"));
  leave_out(data, found);
  log.warning(text + "; left out, which leaves " + format_count(data.series_count()) + " series (short_series = \"drop\")");
}

}  // namespace pipeline
