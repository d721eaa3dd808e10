#include "data/local_times.h"

#include <algorithm>
#include <map>
#include <utility>

#include "data/arrange_rows.h"
#include "data/calendar.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::int32_t hour_24 = 86'400, hour_25 = 90'000;

/// Reads times in the order in which they were measured.
class Reader {
 public:
  Reader(const LocalTimes& rows, const TimeZone& zone, const ClockRules& rules) : rows_(rows), zone_(zone), rules_(rules) {}

  void read(std::size_t row) {
    std::int64_t& time = rows_.time[row];
    if (time >= sure_.low && time < sure_.high) {
      time -= sure_.east;
      remember(time);
      return;
    }
    const LocalInstants found = zone_.find(time);
    if (found.count == 1) {
      require_both_hours();
      time = found.earlier;
      sure_ = zone_.sure_offset(time);
    } else {
      time = found.count == 0 ? in_left_out_hour(row, found) : in_repeated_hour(row, found);
    }
    if (time != left_out_time) remember(time);
  }
  /// A file may end within the first of the two hours, where its rows come on at one step.
  void finish() {
    if (!comes_on_) require_both_hours();
  }

 private:
  void remember(std::int64_t time) { before_ = std::exchange(previous_, time); }

  std::int64_t in_left_out_hour(std::size_t row, const LocalInstants& found) const {
    if (rules_.nonexistent == "drop") return left_out_time;
    if (rules_.nonexistent == "shift") return found.earlier;
    throw data_error(rows_.place(static_cast<std::int64_t>(row)) + ": the time " + format_time(rows_.time[row]) +
                     " was left out by the clocks of " + zone_.name() +
                     "; write nonexistent = \"shift\" to read it as an hour later, or nonexistent = \"drop\" to leave out its rows");
  }

  std::int64_t in_repeated_hour(std::size_t row, const LocalInstants& found) {
    if (rules_.ambiguous == "error") throw ambiguous(row, rows_.time[row], "comes twice");
    if (rules_.ambiguous == "first") return found.earlier;
    if (previous_ && *previous_ > found.later) {
      throw data_error(rows_.place(static_cast<std::int64_t>(row)) + ": the time " + format_time(rows_.time[row]) +
                       " comes twice by the clocks of " + zone_.name() +
                       ", and a later row stands before it, so that the order of the rows does not tell which of the two it is; bring the "
                       "rows of the file, and the files of source, into the order of time");
    }
    const bool second = previous_ && found.earlier <= *previous_;
    if (!second && !first_hour_) {
      first_hour_.emplace(row, rows_.time[row]);
      comes_on_ = before_ && found.earlier - *previous_ == *previous_ - *before_;
    }
    second_hour_ = second_hour_ || second;
    return second ? found.later : found.earlier;
  }

  /// An hour that the clocks repeat and the file does not may be either.
  void require_both_hours() {
    if (first_hour_ && !second_hour_) throw ambiguous(first_hour_->first, first_hour_->second, "comes twice, and once in the file,");
    first_hour_.reset();
    second_hour_ = false;
  }

  [[nodiscard]] Error ambiguous(std::size_t row, std::int64_t local, const std::string& what) const {
    return data_error(rows_.place(static_cast<std::int64_t>(row)) + ": the time " + format_time(local) + " " + what + " by the clocks of " +
                      zone_.name() + ", which go back; write ambiguous = " +
                      (rules_.ambiguous == "error" ? "\"infer\" to tell the two apart by the order of the rows, or " : "") +
                      "\"first\" to take the first");
  }

  const LocalTimes& rows_;
  const TimeZone& zone_;
  const ClockRules& rules_;
  SureOffset sure_;
  std::optional<std::int64_t> previous_, before_;                   // UTC of the last two rows
  std::optional<std::pair<std::size_t, std::int64_t>> first_hour_;  // the first row of a repeated hour, and its local time
  bool second_hour_ = false, comes_on_ = false;                     // whether that row, as the first hour, keeps the step before it
};

}  // namespace

bool counts_hours(const LocalTimes& rows, const TimeZone& zone) {
  if (std::ranges::find(rows.clock, hour_25) != rows.clock.end()) return true;
  // Hours 1 to 24 end; on a day of 23 hours the last of them is 23 if they are counted.
  if (std::ranges::find(rows.clock, hour_24) == rows.clock.end() || std::ranges::find(rows.clock, 0) != rows.clock.end()) return false;
  const auto whole_hours = [](std::int32_t seconds) { return seconds % 3'600 == 0; };
  if (!std::ranges::all_of(rows.clock, whole_hours)) return false;
  std::map<std::int64_t, std::int32_t> last_hours;  // of days on which clocks go forward
  for (std::size_t i = 0; i < rows.time.size(); ++i) {
    const std::int64_t midnight = rows.time[i] - rows.clock[i] * nanoseconds_per_second;
    const std::int64_t hours = zone.find(midnight + nanoseconds_per_day).earlier - zone.find(midnight).earlier;
    if (hours < nanoseconds_per_day) last_hours[midnight] = std::max(last_hours[midnight], rows.clock[i]);
  }
  return !last_hours.empty() && std::ranges::all_of(last_hours, [](const auto& day) { return day.second == hour_24 - 3'600; });
}

void make_utc(const LocalTimes& rows, const TimeZone& zone, const ClockRules& rules) {
  if (counts_hours(rows, zone)) {
    for (std::size_t i = 0; i < rows.time.size(); ++i) {
      const std::int64_t since_midnight = rows.clock[i] * nanoseconds_per_second;
      rows.time[i] = zone.find(rows.time[i] - since_midnight).earlier + since_midnight;
    }
    return;
  }
  Reader reader(rows, zone, rules);
  const std::size_t count = rows.time.size();
  const bool reversed = runs_from_new_to_old(rows.time);
  for (std::size_t i = 0; i < count; ++i) reader.read(reversed ? count - 1 - i : i);
  reader.finish();
}

}  // namespace pipeline
