#include "data/written_time.h"

#include "data/calendar.h"

namespace pipeline {
namespace {

/// "W26" or "W26-5" after the year.
bool parse_week(TextCursor& text, std::int64_t year, std::int64_t& days) {
  std::int64_t week = 0, day = 1;
  if (!text.digits(2, 2, week)) return false;
  if (text.take('-') && !text.digits(1, 1, day)) return false;
  const auto found = days_from_iso_week(year, week, day);
  days = found.value_or(0);
  return found.has_value();
}

bool parse_date(TextCursor& text, std::int64_t& days) {
  std::int64_t year = 0, month = 0, day = 1;
  if (!text.digits(4, 4, year)) return false;
  if (text.take('W')) return parse_week(text, year, days);
  const char separator = text.front();
  if (separator == '-' || separator == '/') {
    text.take(separator);
    if (separator == '-' && text.take('W')) return parse_week(text, year, days);
    if (!text.digits(1, 2, month)) return false;
    if (text.take(separator) && !text.digits(1, 2, day)) return false;  // without a day: the first of the month
  } else if (!text.digits(2, 2, month) || !text.digits(2, 2, day)) {
    return false;  // 20160701
  }
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, static_cast<unsigned>(month))) return false;
  days = days_from_civil({year, static_cast<unsigned>(month), static_cast<unsigned>(day)});
  return true;
}

bool parse_clock(TextCursor& text, WrittenTime& out) {
  std::int64_t hour = 0, minute = 0, second = 0;
  if (!text.digits(1, 2, hour)) return false;
  if (text.take(':')) {
    if (!text.digits(2, 2, minute)) return false;
    if (text.take(':') && !text.digits(2, 2, second)) return false;
    if ((text.take('.') || text.take(',')) && !text.fraction(out.nanoseconds)) return false;
  } else if (text.digits(2, 2, minute)) {
    text.digits(2, 2, second);
  }
  out.seconds = hour * 3600 + minute * 60 + second;
  return is_time_of_day(hour, minute, second);
}

}  // namespace

bool TextCursor::fraction(std::int64_t& nanoseconds) {
  std::int64_t unit = nanoseconds_per_second;
  for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1)) {
    unit /= 10;
    nanoseconds += unit * (rest_.front() - '0');
  }
  return unit < nanoseconds_per_second;
}

bool TextCursor::offset(std::int64_t& east) {
  if (take('Z') || take('z')) return true;
  const bool west = front() == '-';
  std::int64_t hours = 0, minutes = 0, seconds = 0;
  if (!take('+') && !take('-')) return false;
  if (!digits(2, 2, hours)) return false;
  const bool more = take(':') || (front() >= '0' && front() <= '9');
  if (more && !digits(2, 2, minutes)) return false;
  if (take(':') && !digits(2, 2, seconds)) return false;  // of a zone's local mean time, before it had hours
  if (hours > 23 || minutes > 59 || seconds > 59) return false;
  east = (hours * 3600 + minutes * 60 + seconds) * (west ? -1 : 1);
  return true;
}

bool is_time_of_day(std::int64_t hour, std::int64_t minute, std::int64_t second) {
  return hour <= 25 && minute <= 59 && second <= 60 && (hour < 24 || minute + second == 0);
}

bool read_iso(std::string_view source, WrittenTime& out) {
  TextCursor text(source);
  if (!parse_date(text, out.days)) return false;
  if (text.empty()) return true;
  if (text.take('T') || text.take('t')) {
  } else if (text.front() == ' ') {
    text.skip_spaces();
  } else {
    return false;
  }
  if (!parse_clock(text, out)) return false;
  text.skip_spaces();
  out.had_offset = !text.empty();
  return text.empty() || (text.offset(out.east) && text.empty());
}

bool read_clock(std::string_view source, WrittenTime& out) {
  TextCursor text(source);
  return parse_clock(text, out) && text.empty();
}

}  // namespace pipeline
