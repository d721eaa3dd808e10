#include "data/panel_groups.h"

#include "pipeline/data/format.h"

namespace pipeline {

std::int64_t typical_step(const CleanTable& data, std::optional<std::int64_t> group) {
  if (data.ids.empty()) return median_step(data.table.time());
  const std::vector<std::int64_t> start = data.series_start();
  const auto rows = [&](std::int64_t s) { return start[static_cast<std::size_t>(s) + 1] - start[static_cast<std::size_t>(s)]; };
  std::optional<std::int64_t> longest;
  for (std::int64_t s = 0; s < data.series_count(); ++s) {
    if (group && data.group_of[static_cast<std::size_t>(s)] != *group) continue;
    if (!longest || rows(s) > rows(*longest)) longest = s;
  }
  if (!longest) return 0;  // all series of the group were left out
  const auto segments = data.segments_of(*longest);
  const std::int64_t first = segments.front().first, last = segments.back().first + segments.back().count;
  return median_step(data.table.time().subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first)));
}

std::vector<FrequencyGroup> frequency_groups(const CleanTable& data) {
  std::vector<FrequencyGroup> out;
  for (const GroupAxis& group : data.groups) {
    const Frequency& frequency = group.frequency;
    const bool needs_median = data.table.has_time() && frequency.irregular();
    out.push_back({.word = group.word,
                   .step = {.frequency = frequency.text(),
                            .step_ns = frequency.step_ns,
                            .median_step_ns = needs_median ? typical_step(data, std::ssize(out)) : 0}});
  }
  return out;
}

void say_groups(const CleanTable& data, Log& log) {
  for (const GroupAxis& group : data.groups) {
    std::string text = group.word + ": " + format_count(group.series) + " series";
    if (data.table.has_time() && group.frequency.irregular()) text += ", irregular";
    if (!group.frequency.irregular())
      text += ", " + group.frequency.spoken() + ", " + format_count(group.gaps) + (group.gaps == 1 ? " gap" : " gaps");
    log.info(text);
  }
}

}  // namespace pipeline
