#include "data/time_parser.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "data/day_number.h"

namespace pipeline {
namespace {

/// Whole and fractional units since 1970; false in `fits` for a number that is written well and too large.
std::optional<std::int64_t> parse_epoch(std::string_view text, std::int64_t unit, bool& fits) {
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, whole);
  std::int64_t out = 0;
  fits = error != std::errc::result_out_of_range && !__builtin_mul_overflow(whole, unit, &out);
  if (error != std::errc{} || !fits) return std::nullopt;
  if (stop == end) return out;
  std::int64_t part = 0;
  TextCursor rest(std::string_view(stop, static_cast<std::size_t>(end - stop)));
  if (!rest.take('.') || (!rest.empty() && !rest.fraction(part)) || !rest.empty()) return std::nullopt;
  part = part / (nanoseconds_per_second / unit);
  return text.front() == '-' ? out - part : out + part;
}

bool all_digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

/// Whether the text may be a date and an hour: 2016070123 is the hour 23 of a day in 2016, or an epoch second in 2033.
bool may_be_date_and_hour(std::string_view text) {
  WrittenTime date, hour;
  return text.size() == 10 && (text.starts_with("19") || text.starts_with("20")) && read_iso(text.substr(0, 8), date) &&
         read_clock(text.substr(8), hour) && hour.seconds < 86'400;
}

bool two_digits(const char* at, int limit, int& out) {
  const int high = at[0] - '0', low = at[1] - '0';
  out = high * 10 + low;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 && out < limit;
}

}  // namespace

TimeParser::TimeParser(std::string format) : format_(std::move(format)) {
  if (format_.empty()) return;
  style_ = Style::epoch;
  if (format_ == "epoch") {
  } else if (format_ == "epoch_ms") {
    epoch_unit_ = 1'000'000;
  } else if (format_ == "epoch_us") {
    epoch_unit_ = 1'000;
  } else if (format_ == "epoch_ns") {
    epoch_unit_ = 1;
  } else if (format_ == "excel") {
    style_ = Style::excel;
  } else {
    style_ = Style::format;
    written_as_.emplace(format_);
    if (const std::string date = written_as_->date_part(); !date.empty()) {
      date_alone_.emplace(date);
      clock_alone_.emplace(written_as_->clock_part());
    }
  }
}

std::optional<std::int64_t> TimeParser::parse(std::string_view text) {
  written_.had_offset = false;
  refusal_ = NoTime::form;
  if (style_ == Style::automatic) {
    // The fast path: "2016-07-01 00:00:00" with the same date as the last text.
    if (text.size() == 19 && std::memcmp(text.data(), last_date_, 10) == 0 && (text[10] == ' ' || text[10] == 'T') && text[13] == ':' &&
        text[16] == ':') {
      int hour = 0, minute = 0, second = 0;
      if (two_digits(&text[11], 24, hour) && two_digits(&text[14], 60, minute) && two_digits(&text[17], 60, second)) {
        written_.seconds = hour * 3600 + minute * 60 + second;
        return last_days_ * nanoseconds_per_day + written_.seconds * nanoseconds_per_second;
      }
    }
    if (text.size() >= 9 && all_digits(text)) return parse_count(text);
  } else if (style_ != Style::format) {
    return parse_count(text);
  }
  const auto time = read(text) ? join() : std::nullopt;
  if (time && style_ == Style::automatic && text.size() == 19 && *time >= 0 && written_.seconds < 86'400 && text[4] == '-' &&
      text[7] == '-' && text[13] == ':') {
    std::memcpy(last_date_, text.data(), 10);
    last_days_ = written_.days;
  }
  return time;
}

std::optional<std::int64_t> TimeParser::parse_count(std::string_view text) {
  written_ = {.seconds = -1};
  if (style_ == Style::excel) {
    const auto time = time_of_day_number(text);
    if (time) written_.seconds = (*time - day_of(*time) * nanoseconds_per_day) / nanoseconds_per_second;
    return time;
  }
  if (style_ == Style::automatic && may_be_date_and_hour(text)) return std::nullopt;
  bool fits = true;
  const auto time = parse_epoch(text, epoch_unit_, fits);
  if (!fits) refusal_ = NoTime::range;
  return time;
}

bool TimeParser::read_form(std::string_view text) {
  written_ = {};
  return style_ == Style::automatic ? read_iso(text, written_) : written_as_->read(text, written_);
}

bool TimeParser::read(std::string_view text) {
  if (read_form(text)) return true;
  if (date_alone_) {
    written_ = {};
    // Several columns are joined by spaces: a date before an empty cell has no clock, and is no midnight.
    if (!text.ends_with(' ') && date_alone_->read(text, written_)) return true;
  }
  for (const char* separator : {" - ", " \xe2\x80\x93 "}) {
    if (read_interval(text, separator)) return true;
  }
  return std::ranges::count(text, '/') == 1 && read_interval(text, "/");
}

bool TimeParser::read_interval(std::string_view text, std::string_view separator) {
  const std::size_t at = text.find(separator);
  return at != std::string_view::npos && at > 0 && read_end(text.substr(at + separator.size())) && read_form(text.substr(0, at));
}

/// The end of an interval: a time as its start, or a clock alone.
bool TimeParser::read_end(std::string_view text) const {
  WrittenTime end;
  if (style_ == Style::automatic) return read_iso(text, end) || read_clock(text, end);
  return written_as_->read(text, end) || (clock_alone_ && clock_alone_->read(text, end = {}));
}

std::optional<std::int64_t> TimeParser::join() {
  if (written_.seconds > 86'400 && !hour_25_) {
    refusal_ = NoTime::hour_25;
    return std::nullopt;
  }
  if (written_.days < -106'700 || written_.days > 106'700) {
    refusal_ = NoTime::range;
    return std::nullopt;
  }
  return written_.days * nanoseconds_per_day + (written_.seconds - written_.east) * nanoseconds_per_second + written_.nanoseconds;
}

namespace {

/// The form that so many digits alone are likely to have, when they are no seconds since 1970; nullptr: none.
const char* form_of_digits(std::size_t count) {
  switch (count) {
    case 12:
      return "%Y%m%d%H%M";
    case 13:
      return "epoch_ms";
    case 14:
      return "%Y%m%d%H%M%S";
    case 16:
      return "epoch_us";
    case 19:
      return "epoch_ns";
    default:
      return nullptr;
  }
}

}  // namespace

std::string TimeParser::cure(std::string_view text, const std::function<std::string()>& advice) const {
  if (refusal_ == NoTime::range && style_ == Style::automatic && all_digits(text)) {
    if (const char* form = form_of_digits(text.size()))
      return std::string("as seconds since 1970 it lies far outside all data; write time_format = \"") + form + "\"";
  }
  if (refusal_ == NoTime::range) {
    return "it lies outside the years 1678 to 2261, which nanoseconds in 64 bits can tell; write no time_column, and the rows are "
           "counted instead";
  }
  if (refusal_ == NoTime::hour_25) {
    return "an hour 25 ends the day on which clocks go back, and only a time zone tells which; write its name, e.g. time_zone = "
           "\"America/Chicago\"";
  }
  if (style_ == Style::epoch) return "time_format = \"" + format_ + "\" takes numbers counted from 1970";
  if (style_ == Style::excel) return "time_format = \"excel\" takes day numbers from 61, the first of March of 1900, on";
  if (style_ == Style::format) return "it does not fit time_format = \"" + format_ + "\"; " + advice();
  if (all_digits(text) && may_be_date_and_hour(text))
    return "it may be a date with an hour, or seconds since 1970; write time_format = \"%Y%m%d%H\" or \"epoch\"";
  return "it is neither ISO 8601 nor epoch seconds; " + advice();
}

}  // namespace pipeline
