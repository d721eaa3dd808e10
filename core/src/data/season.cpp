#include "pipeline/data/season.h"

#include <algorithm>
#include <iterator>

#include "data/by_frequency.h"
#include "data/calendar.h"
#include "data/time_axis.h"

namespace pipeline {
namespace {

constexpr std::int64_t second = nanoseconds_per_second, minute = 60 * second, hour = nanoseconds_per_hour, day = nanoseconds_per_day;

/// The steps in a season; 1 where they do not divide it.
std::int64_t steps_in(std::int64_t season, std::int64_t step) { return season % step == 0 ? season / step : 1; }

}  // namespace

std::int64_t season_length_of(const std::string& frequency) {
  const Frequency step = Frequency::parse(frequency);
  if (step.business_day) return 5;
  if (step.months > 0) return steps_in(12, step.months);
  if (step.irregular()) return 1;
  if (step.step_ns % day == 0) return steps_in(7 * day, step.step_ns);
  if (step.step_ns % minute == 0) return steps_in(day, step.step_ns);
  return step.step_ns % second == 0 ? steps_in(hour, step.step_ns) : 1;
}

std::vector<std::int64_t> season_lengths(const Value& setting, const SeriesInfo& info) {
  const std::vector<std::string> words = frequency_words(info);
  if (setting.is_map()) require_words("season_length", setting, words);
  if (setting.is_int()) return std::vector<std::int64_t>(std::max<std::size_t>(1, words.size()), setting.as_int());
  std::vector<std::int64_t> out;
  for (const std::string& word : words) {
    out.push_back(setting.is_map() ? setting.at(word).as_int() : season_length_of(info.step(std::ssize(out)).frequency));
  }
  if (words.empty()) out.push_back(season_length_of(info.has_time ? info.frequency : "none"));
  return out;
}

}  // namespace pipeline
