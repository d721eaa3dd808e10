#include "data/time_format.h"

#include <array>
#include <utility>

#include "data/calendar.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::string_view known = "YymdHMSfIpjbaGVuqzZs%";
constexpr std::string_view of_the_clock = "HMSfIp", of_the_date = "YymdjbGVuqs";

constexpr std::array<std::string_view, 12> months{"january", "february", "march",     "april",   "may",      "june",
                                                  "july",    "august",   "september", "october", "november", "december"};
constexpr std::array<std::string_view, 7> weekdays{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

/// Letters that stand for others.
std::string_view written_out(char letter) {
  switch (letter) {
    case 'e':
      return "%d";
    case 'B':
    case 'h':
      return "%b";
    case 'A':
      return "%a";
    case 'k':
      return "%H";
    case 'l':
      return "%I";
    case 'P':
      return "%p";
    case 'n':
    case 't':
      return " ";
    case 'T':
    case 'X':
      return "%H:%M:%S";
    case 'R':
      return "%H:%M";
    case 'r':
      return "%I:%M:%S %p";
    case 'D':
    case 'x':
      return "%m/%d/%y";
    case 'F':
      return "%Y-%m-%d";
    case 'c':
      return "%a %b %d %H:%M:%S %Y";
    default:
      return {};
  }
}

bool is_space(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// What a text says, letter by letter.
struct Fields {
  std::int64_t year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  std::int64_t week = 0, weekday = 1, day_of_year = 0;  // 0: not said
  bool twelve_hours = false, afternoon = false;
};

/// A number of at most `digits` digits within [least, most]; a digit that would make it too large belongs to what follows.
bool number(TextCursor& text, int digits, std::int64_t least, std::int64_t most, std::int64_t& out) {
  while (is_space(text.front())) text.skip(1);
  const std::string_view rest = text.rest();
  std::size_t n = 0;
  out = 0;
  for (; n < rest.size() && rest[n] >= '0' && rest[n] <= '9' && n < static_cast<std::size_t>(digits) && (n == 0 || out * 10 <= most); ++n)
    out = out * 10 + (rest[n] - '0');
  text.skip(n);
  return n > 0 && out >= least && out <= most;
}

/// A name in full or its first three letters, perhaps with a point; its number from 1 on.
template <std::size_t Names>
bool name(TextCursor& text, const std::array<std::string_view, Names>& names, std::int64_t& out) {
  const std::string_view rest = text.rest();
  for (std::size_t i = 0; i < Names; ++i) {
    std::size_t same = 0;
    while (same < rest.size() && same < names[i].size() && lower(rest[same]) == names[i][same]) ++same;
    if (same < 3) continue;
    const bool whole = same == names[i].size(), sept = names[i] == "september" && same == 4;
    text.skip(whole || sept ? same : 3);
    if (!whole) text.take('.');
    out = static_cast<std::int64_t>(i) + 1;
    return true;
  }
  return false;
}

/// "AM", "pm", "a.m."
bool half_of_day(TextCursor& text, bool& afternoon) {
  const char half = lower(text.front());
  if (half != 'a' && half != 'p') return false;
  text.skip(1);
  text.take('.');
  if (lower(text.front()) != 'm') return false;
  text.skip(1);
  text.take('.');
  afternoon = half == 'p';
  return true;
}

bool read_field(char letter, TextCursor& text, Fields& fields, WrittenTime& out) {
  switch (letter) {
    case 'Y':
    case 'G':
      return text.digits(4, 4, fields.year);
    case 'y':
      if (!text.digits(2, 2, fields.year)) return false;
      fields.year += fields.year < 69 ? 2000 : 1900;
      return true;
    case 'm':
      return number(text, 2, 1, 12, fields.month);
    case 'd':
      return number(text, 2, 1, 31, fields.day);
    case 'H':
      return number(text, 2, 0, 25, fields.hour);
    case 'I':
      fields.twelve_hours = true;
      return number(text, 2, 1, 12, fields.hour);
    case 'M':
      return number(text, 2, 0, 59, fields.minute);
    case 'S':
      return number(text, 2, 0, 60, fields.second);
    case 'f':
      return text.fraction(out.nanoseconds);
    case 'p':
      return half_of_day(text, fields.afternoon);
    case 'j':
      return number(text, 3, 1, 366, fields.day_of_year);
    case 'b':
      return name(text, months, fields.month);
    case 'a': {
      std::int64_t ignored = 0;
      return name(text, weekdays, ignored);
    }
    case 'V':
      return number(text, 2, 1, 53, fields.week);
    case 'u':
      return number(text, 1, 1, 7, fields.weekday);
    case 'q':
      if (!number(text, 1, 1, 4, fields.month)) return false;
      fields.month = fields.month * 3 - 2;
      return true;
    case 'z':
      out.had_offset = true;
      while (is_space(text.front())) text.skip(1);
      return text.offset(out.east);
    case 'Z':  // the name of a zone is read over
      while (is_space(text.front())) text.skip(1);
      while (!text.empty() && !is_space(text.front())) text.skip(1);
      return true;
    case 's': {
      std::int64_t seconds = 0;
      if (!text.digits(1, 11, seconds)) return false;
      out.days = seconds / 86'400;
      const CivilDate date = civil_from_days(out.days);
      fields.year = date.year, fields.month = date.month, fields.day = date.day;
      fields.hour = seconds % 86'400 / 3'600, fields.minute = seconds % 3'600 / 60, fields.second = seconds % 60;
      return true;
    }
    default:
      return text.take(letter);  // %%
  }
}

/// The day and the second of the day; false for a date that the calendar lacks.
bool join_fields(Fields fields, WrittenTime& out) {
  if (fields.twelve_hours) fields.hour = fields.hour % 12 + (fields.afternoon ? 12 : 0);
  if (!is_time_of_day(fields.hour, fields.minute, fields.second)) return false;
  out.seconds = fields.hour * 3'600 + fields.minute * 60 + fields.second;
  if (fields.week > 0) {
    const auto days = days_from_iso_week(fields.year, fields.week, fields.weekday);
    out.days = days.value_or(0);
    return days.has_value();
  }
  const auto month = static_cast<unsigned>(fields.month), day = static_cast<unsigned>(fields.day);
  if (day > days_in_month(fields.year, month)) return false;
  out.days = days_from_civil({fields.year, month, day});
  if (fields.day_of_year > 0) {
    out.days = days_from_civil({fields.year, 1, 1}) + fields.day_of_year - 1;
    return fields.day_of_year <= 365 || days_in_month(fields.year, 2) == 29;
  }
  return true;
}

}  // namespace

TimeFormat::TimeFormat(std::string_view format) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      text_ += format[i];
      continue;
    }
    ++i;
    if (i + 1 < format.size() && (format[i] == 'E' || format[i] == 'O')) ++i;  // of other locales
    const char letter = i < format.size() ? format[i] : '\0';
    if (const std::string_view others = written_out(letter); !others.empty()) {
      text_ += others;
    } else if (letter != '\0' && known.find(letter) != std::string_view::npos) {
      (text_ += '%') += letter;
    } else {
      throw usage_error(
          "time_format = \"" + std::string(format) + "\" holds \"%" + (letter == '\0' ? "" : std::string(1, letter)) +
          "\", which is not known; write e.g. %Y year, %m month, %b its name, %d day, %H hour, %M minute, %S second, %q quarter");
    }
  }
}

bool TimeFormat::read(std::string_view source, WrittenTime& out) const {
  TextCursor text(source);
  Fields fields;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const char c = text_[i];
    if (is_space(c)) {
      const std::size_t read = source.size() - text.rest().size();
      const bool parts_digits = read > 0 && is_digit(source[read - 1]) && is_digit(text.front());
      if (parts_digits) return false;  // "2020" is no "20 20"
      while (is_space(text.front())) text.skip(1);
    } else if (c == '%') {
      if (!read_field(text_[++i], text, fields, out)) return false;
    } else if (!text.take(c)) {
      return false;
    }
  }
  while (is_space(text.front())) text.skip(1);
  return text.empty() && join_fields(fields, out);
}

std::string TimeFormat::date_part() const {
  const std::size_t clock = text_.size() - clock_part().size();
  std::string date = clock == text_.size() ? std::string() : text_.substr(0, clock);
  while (!date.empty() && (is_space(date.back()) || date.back() == 'T' || date.back() == ',')) date.pop_back();
  return date;
}

std::string TimeFormat::clock_part() const {
  for (std::size_t i = 0; i + 1 < text_.size(); ++i) {
    if (text_[i] != '%') continue;
    ++i;
    if (of_the_clock.find(text_[i]) == std::string_view::npos) continue;
    std::string clock = text_.substr(i - 1);
    for (std::size_t at = 0; (at = clock.find('%', at)) != std::string::npos; at += 2) {
      if (of_the_date.find(clock[at + 1]) != std::string_view::npos) return {};  // the date, or a part of it, follows
    }
    return i > 1 ? clock : std::string();
  }
  return {};
}

}  // namespace pipeline
