#include "data/time_parser.h"

#include <charconv>
#include <cstring>
#include <ctime>

namespace pipeline {
namespace {

/// Parses an ISO 8601 text from left to right.
class IsoText {
 public:
  explicit IsoText(std::string_view text) : rest_(text) {}

  /// Between `least` and `most` digits.
  bool digits(std::size_t least, std::size_t most, std::int64_t& out) {
    std::size_t n = 0;
    out = 0;
    for (; n < most && n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9'; ++n) out = out * 10 + (rest_[n] - '0');
    rest_.remove_prefix(n);
    return n >= least;
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Digits after a decimal sign, as nanoseconds; digits after the ninth are ignored.
  bool fraction(std::int64_t& nanoseconds) {
    std::int64_t unit = nanoseconds_per_second;
    if (rest_.empty()) return false;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1)) {
      unit /= 10;
      nanoseconds += unit * (rest_.front() - '0');
    }
    return unit < nanoseconds_per_second;
  }
  void skip_spaces() {
    while (take(' ')) {
    }
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] char front() const { return rest_.empty() ? '\0' : rest_.front(); }

 private:
  std::string_view rest_;
};

std::optional<std::int64_t> join(std::int64_t days, std::int64_t seconds, std::int64_t nanoseconds) {
  if (days < -106'700 || days > 106'700) return std::nullopt;
  return days * nanoseconds_per_day + seconds * nanoseconds_per_second + nanoseconds;
}

bool parse_date(IsoText& text, std::int64_t& days) {
  std::int64_t year = 0, month = 0, day = 1;
  if (!text.digits(4, 4, year)) return false;
  const char separator = text.front();
  if (separator == '-' || separator == '/') {
    text.take(separator);
    if (!text.digits(1, 2, month)) return false;
    if (text.take(separator) && !text.digits(1, 2, day)) return false;  // without a day: the first of the month
  } else if (!text.digits(2, 2, month) || !text.digits(2, 2, day)) {
    return false;  // 20160701
  }
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, static_cast<unsigned>(month))) return false;
  days = days_from_civil({year, static_cast<unsigned>(month), static_cast<unsigned>(day)});
  return true;
}

/// "07", "07:30", "07:30:15", "0730", "07:30:15.25"; 24:00 is the next day's midnight.
bool parse_clock(IsoText& text, std::int64_t& seconds, std::int64_t& nanoseconds) {
  std::int64_t hour = 0, minute = 0, second = 0;
  if (!text.digits(1, 2, hour)) return false;
  if (text.take(':')) {
    if (!text.digits(2, 2, minute)) return false;
    if (text.take(':') && !text.digits(2, 2, second)) return false;
    if ((text.take('.') || text.take(',')) && !text.fraction(nanoseconds)) return false;
  } else if (text.digits(2, 2, minute)) {
    text.digits(2, 2, second);
  }
  if (hour > 24 || minute > 59 || second > 60 || (hour == 24 && minute + second > 0)) return false;
  seconds = hour * 3600 + minute * 60 + second;
  return true;
}

/// "Z", "+08:00", "+0800", "+08" or nothing, in seconds east of UTC.
bool parse_offset(IsoText& text, std::int64_t& east, bool& any) {
  any = !text.empty();
  if (text.take('Z') || text.take('z')) return text.empty();
  const bool west = text.front() == '-';
  if (text.take('+') || text.take('-')) {
    std::int64_t hours = 0, minutes = 0;
    if (!text.digits(2, 2, hours)) return false;
    if (text.take(':') || !text.empty()) {
      if (!text.digits(2, 2, minutes)) return false;
    }
    if (hours > 23 || minutes > 59) return false;
    east = (hours * 3600 + minutes * 60) * (west ? -1 : 1);
  }
  return text.empty();
}

std::optional<std::int64_t> parse_iso(std::string_view source, bool& had_offset) {
  IsoText text(source);
  std::int64_t days = 0, seconds = 0, nanoseconds = 0, east = 0;
  if (!parse_date(text, days)) return std::nullopt;
  if (text.empty()) return join(days, 0, 0);
  if (text.take('T') || text.take('t')) {
  } else if (text.front() == ' ') {
    text.skip_spaces();
  } else {
    return std::nullopt;
  }
  if (!parse_clock(text, seconds, nanoseconds)) return std::nullopt;
  text.skip_spaces();
  if (!parse_offset(text, east, had_offset)) return std::nullopt;
  return join(days, seconds - east, nanoseconds);
}

/// Whole and fractional units since 1970.
std::optional<std::int64_t> parse_epoch(std::string_view text, std::int64_t unit) {
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, whole);
  std::int64_t out = 0;
  if (error != std::errc{} || __builtin_mul_overflow(whole, unit, &out)) return std::nullopt;
  if (stop == end) return out;
  std::int64_t part = 0;
  IsoText rest(std::string_view(stop, static_cast<std::size_t>(end - stop)));
  if (!rest.take('.') || (!rest.empty() && !rest.fraction(part)) || !rest.empty()) return std::nullopt;
  part = part / (nanoseconds_per_second / unit);
  return text.front() == '-' ? out - part : out + part;
}

bool all_digits(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }

/// Whether the text may be a date and an hour: 2016070123 is the hour 23 of a day in 2016, or an epoch second in 2033.
bool may_be_date_and_hour(std::string_view text) {
  std::int64_t days = 0, hour = 0;
  IsoText parts(text);
  return text.size() == 10 && (text.starts_with("19") || text.starts_with("20")) && parse_date(parts, days) && parts.digits(2, 2, hour) &&
         hour < 24;
}

/// Whether a format of strptime reads an offset: it has %z, where %% is a percent sign.
bool has_offset_field(std::string_view format) {
  for (std::size_t at = 0; (at = format.find('%', at)) != std::string_view::npos; at += 2) {
    if (format.substr(at, 2) == "%z") return true;
  }
  return false;
}

bool two_digits(const char* at, int limit, int& out) {
  const int high = at[0] - '0', low = at[1] - '0';
  out = high * 10 + low;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 && out < limit;
}

}  // namespace

std::int64_t days_from_civil(CivilDate date) {
  // Years begin in March, so that a leap day is the last day of a year; eras of 400 years have 146,097 days.
  const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

CivilDate civil_from_days(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const auto month = static_cast<unsigned>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, static_cast<unsigned>(day_of_year - (153 * month_from_march + 2) / 5 + 1)};
}

unsigned days_in_month(std::int64_t year, unsigned month) {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

int weekday(std::int64_t days) { return static_cast<int>(((days + 3) % 7 + 7) % 7); }

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
  } else {
    style_ = Style::strptime;
  }
}

std::optional<std::int64_t> TimeParser::parse(std::string_view text) {
  had_offset_ = false;
  if (style_ == Style::strptime) return parse_format(text);
  if (style_ == Style::epoch) return parse_epoch(text, epoch_unit_);

  // The fast path: "2016-07-01 00:00:00" with the same date as the last text.
  if (text.size() == 19 && std::memcmp(text.data(), last_date_, 10) == 0 && (text[10] == ' ' || text[10] == 'T') && text[13] == ':' &&
      text[16] == ':') {
    int hour = 0, minute = 0, second = 0;
    if (two_digits(&text[11], 24, hour) && two_digits(&text[14], 60, minute) && two_digits(&text[17], 60, second)) {
      return join(last_days_, hour * 3600 + minute * 60 + second, 0);
    }
  }
  if (text.size() >= 9 && all_digits(text)) {
    return may_be_date_and_hour(text) ? std::nullopt : parse_epoch(text, nanoseconds_per_second);
  }
  const auto time = parse_iso(text, had_offset_);
  if (time && text.size() == 19 && *time >= 0 && text[4] == '-' && text[7] == '-' && text[13] == ':') {
    std::memcpy(last_date_, text.data(), 10);
    last_days_ = *time / nanoseconds_per_day;
    if (text[11] == '2' && text[12] == '4') last_date_[0] = '\0';
  }
  return time;
}

std::optional<std::int64_t> TimeParser::parse_format(std::string_view text) {
  buffer_.assign(text);
  std::tm parts{};
  parts.tm_mday = 1;
  parts.tm_year = 70;
  const char* stop = strptime(buffer_.c_str(), format_.c_str(), &parts);
  if (stop == nullptr) return std::nullopt;
  while (*stop == ' ') ++stop;
  const std::int64_t year = parts.tm_year + 1900;
  const auto month = static_cast<unsigned>(parts.tm_mon + 1), day = static_cast<unsigned>(parts.tm_mday);
  had_offset_ = has_offset_field(format_);
  if (*stop != '\0' || month > 12 || day < 1 || day > days_in_month(year, month)) return std::nullopt;
  return join(days_from_civil({year, month, day}), parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec - parts.tm_gmtoff, 0);
}

std::string TimeParser::cure(std::string_view text, const std::function<std::string()>& advice) const {
  if (style_ == Style::epoch) return "time_format = \"" + format_ + "\" takes numbers counted from 1970";
  if (style_ == Style::strptime) {
    const bool fraction = format_.find("%f") != std::string::npos;
    return fraction ? "time_format does not know %f: fractions of a second are read in ISO 8601 times, which need no time_format"
                    : "it does not fit time_format = \"" + format_ + "\"; " + advice();
  }
  if (all_digits(text) && may_be_date_and_hour(text))
    return "it may be a date with an hour, or seconds since 1970; write time_format = \"%Y%m%d%H\" or \"epoch\"";
  return "it is neither ISO 8601 nor epoch seconds; " + advice();
}

}  // namespace pipeline
