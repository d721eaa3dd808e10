#include "data/resample.h"

#include <algorithm>

#include "data/calendar.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline {

template <>
struct Words<Summary> {
  static constexpr std::array words{"mean", "sum", "min", "max", "first", "last"};
};

namespace {

constexpr std::int64_t first_monday = 4 * nanoseconds_per_day;  // 1970-01-05

/// The last of origin, origin + step, origin - step, ... that is not after the time.
std::int64_t floor_to(std::int64_t time, std::int64_t step, std::int64_t origin) {
  const std::int64_t since = time - origin;
  return origin + (since / step - (since % step < 0 ? 1 : 0)) * step;
}

const std::string& text_of(const Value& value, const std::string& name) {
  if (!value.is_string()) throw usage_error("resample: " + name + " takes a word, not " + type_name(value));
  return value.as_string();
}

void read_how(const Value& how, const std::vector<std::string>& columns, const std::vector<std::string>& targets, Resampling& out) {
  if (!how.is_map()) throw usage_error("resample: how is a table of columns, such as how = { y = \"sum\" }");
  for (const auto& [name, word] : how.as_map()) {
    const auto column = std::ranges::find(columns, name);
    if (column == columns.end())
      throw usage_error("resample: how names \"" + name + "\", which is neither a feature nor a target" + suggest(name, columns));
    out.how[static_cast<std::size_t>(column - columns.begin())] =
        parse_word<Summary>("resample: how of \"" + name + "\"", text_of(word, name));
  }
  for (const std::string& target : targets) {
    if (!how.find(target))
      throw usage_error("resample: how does not say what becomes of the target \"" + target + "\"; write e.g. how = { \"" + target +
                        "\" = \"mean\" }, or \"sum\" for amounts");
  }
}

}  // namespace

Resampling Resampling::parse(const Value& value, const std::vector<std::string>& columns, const std::vector<std::string>& targets) {
  Resampling out;
  out.how.assign(columns.size(), Summary::mean);
  if (!value.is_map() || !value.find("every")) throw usage_error("resample is a table such as { every = \"1h\", how = { y = \"sum\" } }");
  bool has_how = false;
  for (const auto& [name, item] : value.as_map()) {
    if (name == "every") {
      out.every = Frequency::parse(text_of(item, name));
    } else if (name == "how") {
      read_how(item, columns, targets, out);
      has_how = true;
    } else if (name == "closed") {
      const std::string& side = text_of(item, name);
      if (side != "left" && side != "right") throw usage_error("resample: closed is \"left\" or \"right\", not \"" + side + "\"");
      out.closed_right = side == "right";
    } else if (name == "min_share") {
      if (!item.is_number() || !(item.as_double() > 0 && item.as_double() <= 1))
        throw usage_error("resample: min_share lies above 0 and up to 1");
      out.min_share = item.as_double();
    } else {
      throw usage_error("resample has no \"" + name + "\"" + suggest(name, {"every", "how", "closed", "min_share"}));
    }
  }
  if (!has_how) read_how(Value::Map{}, columns, targets, out);
  if (out.every.irregular() || out.every.business_day || out.every.day != MonthDay::same)
    throw usage_error("resample: every = \"" + out.every.text() +
                      "\" is no length of a bucket; write a step such as \"1h\", \"1d\", \"1w\" or \"1mo\"");
  return out;
}

Buckets::Buckets(const Resampling& resampling, std::shared_ptr<const TimeZone> zone, std::int64_t first_time)
    : resampling_(resampling), zone_(std::move(zone)) {
  if (zone_) midnight_ = zone_->find(day_of(zone_->to_local(first_time)) * nanoseconds_per_day).earlier;
}

bool Buckets::are_days() const { return resampling_.every.months > 0 || resampling_.every.step_ns % nanoseconds_per_day == 0; }

std::int64_t Buckets::local_begin(std::int64_t local) const {
  const Frequency& every = resampling_.every;
  if (every.months == 0) return floor_to(local, every.step_ns, first_monday);
  const CivilDate date = civil_from_days(day_of(local));
  const std::int64_t index = (date.year * 12 + date.month - 1) / every.months * every.months;
  return days_from_civil({index / 12, static_cast<unsigned>(index % 12) + 1, 1}) * nanoseconds_per_day;
}

Buckets::Bucket Buckets::at(std::int64_t time) const {
  const Frequency& every = resampling_.every;
  if (resampling_.closed_right) --time;
  if (!zone_) {
    const std::int64_t begin = local_begin(time);
    return {begin, every.after(begin, 1), begin};
  }
  if (!are_days()) {
    const std::int64_t begin = floor_to(time, every.step_ns, midnight_);
    return {begin, begin + every.step_ns, begin};
  }
  const std::int64_t local_start = local_begin(zone_->to_local(time));
  const std::int64_t begin = zone_->find(local_start).earlier, end = zone_->find(every.after(local_start, 1)).earlier;
  return {begin, end, local_start};
}

}  // namespace pipeline
