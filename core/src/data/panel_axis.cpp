#include "data/panel_axis.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "data/common_step.h"
#include "data/series_ids.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

std::span<const std::int64_t> times_of(const CleanTable& data, const Segment& rows) {
  return data.table.time().subspan(static_cast<std::size_t>(rows.first), static_cast<std::size_t>(rows.count));
}

/// The rows of each series in the table.
std::vector<Segment> rows_of_series(const CleanTable& data) {
  std::vector<Segment> rows(data.ids.size());
  for (std::int64_t row = 0; row < data.table.rows(); ++row) {
    Segment& series = rows[static_cast<std::size_t>(data.table.panel()->series_of(row))];
    if (series.count++ == 0) series.first = row;
  }
  return rows;
}

/// The series of each frequency group; all series where there are none.
std::vector<std::vector<std::size_t>> series_by_group(const CleanTable& data) {
  std::vector<std::vector<std::size_t>> groups(std::max<std::size_t>(1, data.groups.size()));
  for (std::size_t s = 0; s < data.ids.size(); ++s)
    groups[data.groups.empty() ? 0 : static_cast<std::size_t>(data.group_of[s])].push_back(s);
  return groups;
}

/// `word`: of the frequency column, whose series these are; empty where there is none.
std::string cure_of_steps(const std::string& word) {
  if (!word.empty()) return "; correct the words of frequency_column, or write frequency = \"none\" to count rows as steps";
  return "; name the column that holds their frequency with frequency_column, give the series of each step a file and a workflow of their "
         "own, or write frequency = \"none\" to count rows as steps";
}

/// The step of these series. Error (data) names three that have another one.
Frequency common_frequency(const CleanTable& data, const std::vector<Segment>& rows, const std::vector<std::size_t>& series,
                           const std::string& word) {
  std::vector<std::span<const std::int64_t>> times;
  for (const std::size_t s : series) times.push_back(times_of(data, rows[s]));
  const CommonStep common = common_step(times);
  if (common.others.empty()) return common.frequency;
  constexpr std::size_t most_named = 3;
  std::string named;
  for (std::size_t i = 0; i < std::min(most_named, common.others.size()); ++i)
    named += (i > 0 ? ", \"" : "\"") + data.ids[series[common.others[i]]] + "\" (" + common.their_steps[i] + ")";
  throw data_error("the series " + (word.empty() ? "" : "of frequency \"" + word + "\" ") + "do not have one step: most have " +
                   common.frequency.text() + ", and " + format_count(std::ssize(common.others)) + " of " +
                   format_count(std::ssize(series)) + " another: " + named + (common.others.size() > most_named ? ", ..." : "") +
                   cure_of_steps(word));
}

}  // namespace

void group_series(CleanTable& data, const SeriesWords& words, std::span<const FrequencyGroup> known) {
  for (const FrequencyGroup& group : known) data.groups.push_back({.word = group.word, .frequency = {}});
  for (std::int64_t word = 0; known.empty() && word < words.size(); ++word) data.groups.push_back({.word = words[word], .frequency = {}});
  for (std::size_t s = 0; s < data.ids.size(); ++s) {
    const std::string& word = words[words.of(static_cast<std::int64_t>(s))];
    const auto group = std::ranges::find(data.groups, word, &GroupAxis::word);
    if (group == data.groups.end()) {
      throw data_error("series \"" + data.ids[s] + "\" has the frequency \"" + word + "\", which the training did not know: it had " +
                       join(known, [](const FrequencyGroup& one) { return "\"" + one.word + "\""; }) + "; leave the series out");
    }
    data.group_of.push_back(group - data.groups.begin());
    ++group->series;
  }
}

void understand_panel(CleanTable& data, const std::string& frequency, const std::string& gaps, std::span<const FrequencyGroup> known) {
  const std::vector<Segment> rows = rows_of_series(data);
  const auto groups = series_by_group(data);
  std::vector<Frequency> steps;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::string word = data.groups.empty() ? "" : data.groups[g].word;
    if (frequency == "infer") {
      steps.push_back(common_frequency(data, rows, groups[g], word));
    } else {
      steps.push_back(Frequency::parse(frequency.empty() ? known[g].step.frequency : frequency));
    }
    if (!data.groups.empty()) data.groups[g].frequency = steps.back();
  }
  data.axis = {.frequency = steps.front(), .rows = data.table.rows(), .gaps = 0, .segments = {}};
  for (std::size_t s = 0; s < rows.size(); ++s) {
    const std::int64_t first = rows[s].first;
    const std::size_t group = data.groups.empty() ? 0 : static_cast<std::size_t>(data.group_of[s]);
    const TimeAxis axis = understand_time(
        times_of(data, rows[s]), steps[group].text(), gaps, [&](std::int64_t row) { return data.table.place(first + row); },
        [&](std::int64_t row) { return data.table.time_text(first + row); });
    data.axis.gaps += axis.gaps;
    if (!data.groups.empty()) data.groups[group].gaps += axis.gaps;
    for (const Segment& segment : axis.segments) {
      data.segments.push_back({{first + segment.first, segment.count}, static_cast<std::int64_t>(s)});
    }
  }
}

}  // namespace pipeline
