#include "data/left_out_rows.h"

#include <algorithm>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "data/by_frequency.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

bool is_nothing(const Value& count) { return count.is_int() && count.as_int() == 0; }

/// The rows that an option leaves out of a series.
class RowCount {
 public:
  RowCount(const char* option, const Value& count, const CleanTable& data) : count_(count), data_(data) {
    if (!count.is_map()) return;
    std::vector<std::string> words;
    for (const GroupAxis& group : data.groups) words.push_back(group.word);
    require_words(option, count, words);
  }
  [[nodiscard]] std::int64_t of(std::int64_t series) const {
    if (!count_.is_map()) return count_.as_int();
    const std::int64_t group = data_.group_of[static_cast<std::size_t>(series)];
    return count_.at(data_.groups[static_cast<std::size_t>(group)].word).as_int();
  }

 private:
  const Value& count_;
  const CleanTable& data_;
};

void say(const char* option, const Value& count, const char* where, Log& log) {
  if (is_nothing(count)) return;
  const std::string rows = count.is_map() ? to_toml(count) : format_count(count.as_int());
  log.info(std::string(option) + ": " + rows + " rows at the " + where + " of each series are left out");
}

}  // namespace

void leave_out_rows(CleanTable& data, const Value& first, const Value& last, Log& log) {
  if (is_nothing(first) && is_nothing(last)) return;
  const RowCount at_start("leave_out_first", first, data), at_end("leave_out_last", last, data);
  for (std::int64_t series = 0; series < data.series_count(); ++series) {
    const auto found = std::ranges::equal_range(data.segments, series, {}, &TableSegment::series);
    const std::span<TableSegment> segments(found.begin(), found.end());
    std::int64_t left = at_start.of(series);
    for (TableSegment& segment : segments) {
      const std::int64_t out = std::min(left, segment.count - data.lead);
      segment.first += out, segment.count -= out, left -= out;
    }
    left = at_end.of(series);
    for (TableSegment& segment : segments | std::views::reverse) {
      const std::int64_t out = std::min(left, segment.count - data.lead);
      segment.count -= out, left -= out;
    }
  }
  std::erase_if(data.segments, [&](const TableSegment& segment) { return segment.count <= data.lead; });
  if (data.rows() == 0) throw data_error("leave_out_first and leave_out_last leave no row of any series: write smaller numbers");
  say("leave_out_first", first, "beginning", log);
  say("leave_out_last", last, "end", log);
}

}  // namespace pipeline
