#include "data/zone_rule.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "data/calendar.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// Reads the rule from left to right.
class RuleText {
 public:
  explicit RuleText(std::string_view text) : text_(text), rest_(text) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail();
  }
  [[nodiscard]] bool at_sign_or_digit() const {
    return !rest_.empty() && (rest_.front() == '-' || rest_.front() == '+' || (rest_.front() >= '0' && rest_.front() <= '9'));
  }
  std::int64_t number() {
    std::int64_t out = 0;
    const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
    if (error != std::errc{} || out < 0 || out > 999) fail();
    rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
    return out;
  }
  /// "CET" or "<+0330>"; its letters don't matter.
  void name() {
    const std::size_t end = rest_.starts_with('<') ? rest_.find('>') + 1 : std::min(rest_.find_first_of("+-,0123456789"), rest_.size());
    if (end == 0) fail();
    rest_.remove_prefix(end);
  }
  /// "-1", "+5:30", "2:00:00" in seconds.
  std::int64_t clock() {
    const bool negative = take('-');
    if (!negative) take('+');
    std::int64_t seconds = number() * 3600;
    if (take(':')) seconds += number() * 60;
    if (take(':')) seconds += number();
    return negative ? -seconds : seconds;
  }
  [[noreturn]] void fail() const {
    throw Error(ExitStatus::unexpected, "the rule \"" + std::string(text_) + "\" of a time zone cannot be read");
  }

 private:
  std::string_view text_, rest_;
};

/// "M3.5.0/2": weekday 0 (Sunday) of week 5 (the last) of March, at two o'clock of the local time before the change.
struct YearlyChange {
  std::int64_t month = 1, week = 1, day = 0, clock = 7'200;

  static YearlyChange read(RuleText& text) {
    YearlyChange out;
    text.expect(',');
    text.expect('M');
    out.month = text.number();
    text.expect('.');
    out.week = text.number();
    text.expect('.');
    out.day = text.number();
    if (text.take('/')) out.clock = text.clock();
    if (out.month < 1 || out.month > 12 || out.week < 1 || out.week > 5 || out.day < 0 || out.day > 6) text.fail();
    return out;
  }
  /// Seconds since 1970 in local time.
  [[nodiscard]] std::int64_t in(std::int64_t year) const {
    const auto m = static_cast<unsigned>(month);
    const std::int64_t first = days_from_civil({year, m, 1}), sunday_is_6 = (day + 6) % 7;
    std::int64_t at = first + (sunday_is_6 - weekday(first) + 7) % 7 + 7 * (week - 1);
    while (at >= first + days_in_month(year, m)) at -= 7;
    return at * 86'400 + clock;
  }
};

}  // namespace

std::vector<std::pair<std::int64_t, std::int64_t>> changes_by_rule(std::string_view rule, std::int64_t first, std::int64_t last) {
  RuleText text(rule);
  text.name();
  const std::int64_t standard = -text.clock();
  if (text.empty()) return {{days_from_civil({first, 1, 1}) * 86'400, standard}};
  text.name();
  const std::int64_t summer = text.at_sign_or_digit() ? -text.clock() : standard + 3'600;
  const YearlyChange begin = YearlyChange::read(text), end = YearlyChange::read(text);
  if (!text.empty()) text.fail();
  std::vector<std::pair<std::int64_t, std::int64_t>> changes;
  for (std::int64_t year = first; year <= last; ++year) {
    changes.emplace_back(begin.in(year)-standard, summer);
    changes.emplace_back(end.in(year)-summer, standard);
  }
  std::ranges::sort(changes);
  return changes;
}

}  // namespace pipeline
