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
    if (!data.group_of.empty()) data.group_of[kept.size()] = data.group_of[s];
    kept.push_back(std::move(data.ids[s]));
  }
  std::erase_if(data.segments, [&](const TableSegment& s) { return number[static_cast<std::size_t>(s.series)] < 0; });
  for (TableSegment& s : data.segments) s.series = number[static_cast<std::size_t>(s.series)];
  data.ids = std::move(kept);
  if (data.group_of.empty()) return;
  data.group_of.resize(data.ids.size());
  for (std::size_t g = 0; g < data.groups.size(); ++g)
    data.groups[g].series = std::ranges::count(data.group_of, static_cast<std::int64_t>(g));
}

}  // namespace

namespace {

/// What is wrong with these series: `2 of 9 series have too few rows ...: "a" and "b"`.
std::string sentence_of(const CleanTable& data, const std::vector<std::int64_t>& found, bool by_time) {
  const std::vector<std::int64_t> start = data.series_start();
  std::vector<std::string> named;
  std::int64_t longest = 0;
  for (const std::int64_t s : found) {
    const auto at = static_cast<std::size_t>(s);
    longest = std::max(longest, start[at + 1] - start[at]);
    if (named.size() < 3) named.push_back(data.ids[at]);
  }
  const auto count = std::ssize(found);
  return format_count(count) + " of " + format_count(data.series_count()) + " series " + (count == 1 ? "has" : "have") +
         (by_time ? " no row to train on, by which " + std::string(count == 1 ? "it" : "each") + " would be scaled: "
                  : " too few rows to be split (at most " + format_count(longest) + "): ") +
         named_series(named, count);
}

}  // namespace

void treat_short_series(CleanTable& data, const SplitRule& rule, const PanelInfo& panel, Log& log) {
  const bool by_time = rule.kind != SplitRule::Kind::tails;
  // Without these series fractions of the times may begin elsewhere, and other series lack rows.
  for (auto found = too_short_to_split(data, rule, panel.scaled_by_series); !found.empty();
       found = too_short_to_split(data, rule, panel.scaled_by_series)) {
    const std::string text = sentence_of(data, found, by_time), them = found.size() == 1 ? "it" : "them";
    if (std::ssize(found) == data.series_count()) throw data_error(text + "; change split, or bring more data");
    if (!panel.drop_short) {
      throw data_error(text + "; change split, or write short_series = \"drop\" to leave " + them + " out" +
                       (by_time ? ", or scaler_scope = \"global\" to scale all series by the rows of all" : ""));
    }
    leave_out(data, found);
    log.warning(text + "; left out, which leaves " + format_count(data.series_count()) + " series (short_series = \"drop\")");
  }
}

}  // namespace pipeline
