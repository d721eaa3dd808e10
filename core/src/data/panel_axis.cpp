#include "data/panel_axis.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "data/series_ids.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::int64_t least_rows = 3;  // two times have some step, which may be a gap

std::span<const std::int64_t> times_of(const CleanTable& data, const Segment& rows) {
  return data.table.time().subspan(static_cast<std::size_t>(rows.first), static_cast<std::size_t>(rows.count));
}

bool follows_throughout(const Frequency& frequency, std::span<const std::int64_t> time) {
  for (std::size_t i = 1; i < time.size(); ++i) {
    if (!frequency.follows(time[i - 1], time[i])) return false;
  }
  return true;
}

/// The step that most series have. A series may have another one of its own only where all its times follow the common step too, as those
/// of a few working days follow a daily one.
Frequency common_frequency(const CleanTable& data, const std::vector<Segment>& rows) {
  std::vector<Frequency> own;
  std::map<std::string, std::int64_t> counts;
  for (const Segment& series : rows) {
    own.push_back(infer_frequency(times_of(data, series)));
    if (series.count >= least_rows) ++counts[own.back().text()];
  }
  if (counts.empty())
    return own.empty() ? Frequency{} : *std::ranges::max_element(own, {}, [](const Frequency& f) { return !f.irregular(); });
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  const Frequency common = Frequency::parse(most->first);
  std::vector<std::string> others;
  std::int64_t count = 0;
  for (std::size_t s = 0; s < rows.size(); ++s) {
    if (rows[s].count < least_rows || own[s].text() == most->first || follows_throughout(common, times_of(data, rows[s]))) continue;
    if (++count <= 3) others.push_back(data.ids[s] + "\" (" + own[s].text() + ")");
  }
  if (count == 0) return common;
  std::string named;
  for (const std::string& other : others) named += (named.empty() ? "\"" : ", \"") + other;
  throw data_error(
      "the series do not have one step: most have " + most->first + ", and " + format_count(count) + " of " +
      format_count(std::ssize(rows)) + " another: " + named + (count > 3 ? ", ..." : "") +
      "; give the series of each step a file and a workflow of their own, or write frequency = \"none\" to count rows as steps");
}

}  // namespace

void understand_panel(CleanTable& data, const std::string& frequency, const std::string& gaps) {
  std::vector<Segment> rows(data.ids.size());
  for (std::int64_t row = 0; row < data.table.rows(); ++row) {
    Segment& series = rows[static_cast<std::size_t>(data.table.panel()->series_of(row))];
    if (series.count++ == 0) series.first = row;
  }
  data.axis = {.frequency = frequency == "infer" ? common_frequency(data, rows) : Frequency::parse(frequency),
               .rows = data.table.rows(),
               .gaps = 0,
               .segments = {}};
  const std::string text = data.axis.frequency.text();
  for (std::size_t s = 0; s < rows.size(); ++s) {
    const std::int64_t first = rows[s].first;
    const TimeAxis axis = understand_time(
        times_of(data, rows[s]), text, gaps, [&](std::int64_t row) { return data.table.place(first + row); },
        [&](std::int64_t row) { return data.table.time_text(first + row); });
    data.axis.gaps += axis.gaps;
    for (const Segment& segment : axis.segments) {
      data.segments.push_back({{first + segment.first, segment.count}, static_cast<std::int64_t>(s)});
    }
  }
}

}  // namespace pipeline
