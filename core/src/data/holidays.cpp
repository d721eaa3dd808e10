#include "data/holidays.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "data/calendar.h"
#include "data/csv_reader.h"
#include "data/holiday_table.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline {
namespace {

/// Calls f for each part of a text between separators, without empty ones.
template <class F>
void for_each_part(std::string_view text, char separator, F f) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) f(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// The days that "2024-04-01" or "1991..2050-01-06" stands for.
void add_days(std::string_view text, std::vector<std::int64_t>& days) {
  const std::string_view date = text.substr(text.size() - 6);  // -MM-DD
  const std::string_view years = text.substr(0, text.size() - 6);
  const std::int64_t first = number_in(years.substr(0, 4)), last = number_in(years.substr(years.size() - 4));
  const auto month = static_cast<unsigned>(number_in(date.substr(1, 2))), day = static_cast<unsigned>(number_in(date.substr(4, 2)));
  for (std::int64_t year = first; year <= last; ++year) {
    if (day <= days_in_month(year, month)) days.push_back(days_from_civil({year, month, day}));
  }
}

/// A line of the table: its name may be quoted and hold commas, its other cells do not.
struct TableLine {
  std::string_view country, regions, days;

  explicit TableLine(std::string_view line) {
    country = line.substr(0, line.find(','));
    const std::size_t last = line.rfind(',');
    days = line.substr(last + 1);
    const std::size_t before = line.rfind(',', last - 1);
    regions = line.substr(before + 1, last - before - 1);
  }
};

bool names(std::string_view regions, std::string_view region) {
  bool found = false;
  for_each_part(regions, ' ', [&](std::string_view known) { found = found || known == region; });
  return found;
}

void add_once(std::vector<std::string>& all, std::string_view name) {
  if (std::ranges::find(all, name) == all.end()) all.emplace_back(name);
}

std::optional<std::int64_t> day_in(const std::string& text) {
  const bool is_date = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                       std::ranges::all_of(text, [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
  if (!is_date) return std::nullopt;
  const std::string_view parts = text;
  const CivilDate date{number_in(parts.substr(0, 4)), static_cast<unsigned>(number_in(parts.substr(5, 2))),
                       static_cast<unsigned>(number_in(parts.substr(8, 2)))};
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > days_in_month(date.year, date.month)) return std::nullopt;
  return days_from_civil(date);
}

}  // namespace

Holidays::Holidays(std::string origin, std::vector<std::int64_t> days) : origin_(std::move(origin)), days_(std::move(days)) {
  std::ranges::sort(days_);
  const auto repeated = std::ranges::unique(days_);
  days_.erase(repeated.begin(), repeated.end());
  first_year_ = civil_from_days(days_.front()).year;
  last_year_ = civil_from_days(days_.back()).year;
}

Holidays Holidays::of_country(const std::string& country, const std::string& region) {
  std::vector<std::string> countries, regions;
  std::vector<std::int64_t> days;
  std::string_view table = holiday_table();
  table.remove_prefix(table.find('\n') + 1);
  for_each_part(table, '\n', [&](std::string_view text) {
    const TableLine line(text);
    if (countries.empty() || countries.back() != line.country) countries.emplace_back(line.country);
    if (line.country != country) return;
    for_each_part(line.regions, ' ', [&](std::string_view known) { add_once(regions, known); });
    if (line.regions.empty() || names(line.regions, region))
      for_each_part(line.days, ' ', [&](std::string_view day) { add_days(day, days); });
  });
  if (days.empty())
    throw usage_error("holidays: country \"" + country + "\" is unknown" + suggest(country, countries) + "; known are " + join(countries) +
                      "; for another one write holidays_file = \"holidays.csv\", a file with the columns date, name and region");
  if (!region.empty() && std::ranges::find(regions, region) == regions.end())
    throw usage_error("holidays: " + country +
                      (regions.empty() ? " has no regions in the table; leave region out"
                                       : " has no region \"" + region + "\"" + suggest(region, regions) +
                                             "; those with days of their own are " + join(regions)));
  return {"the holidays of " + country, std::move(days)};
}

Holidays Holidays::of_file(const std::filesystem::path& file, const std::string& region) {
  const CsvFile csv(file, CsvFormat{});
  std::vector<std::size_t> columns{csv.index_of("date")};
  if (csv.has("region")) columns.push_back(csv.index_of("region"));
  CsvReader rows(csv, {}, columns);
  std::vector<std::string> regions;
  std::vector<std::int64_t> days;
  while (rows.next(nullptr)) {
    const std::string date(rows.text(0));
    const auto day = day_in(date);
    if (!day) throw data_error(rows.place() + ": \"" + date + "\" is no date; write it as 2024-12-25");
    const std::string_view holds_in = columns.size() > 1 ? rows.text(1) : std::string_view();
    if (!holds_in.empty()) add_once(regions, holds_in);
    if (holds_in.empty() || holds_in == region) days.push_back(*day);
  }
  if (!region.empty() && std::ranges::find(regions, region) == regions.end())
    throw usage_error("holidays: " + file.string() + " has no region \"" + region + "\"" + suggest(region, regions));
  if (days.empty()) throw data_error(file.string() + " has no holiday that holds everywhere; name a region: " + join(regions));
  return {"the holidays in " + file.string(), std::move(days)};
}

Holidays Holidays::from_value(const Value& value) {
  std::vector<std::int64_t> days;
  for (const Value& day : value.at("days").as_list()) days.push_back(day.as_int());
  if (days.empty()) throw data_error("holidays have at least one day");
  return {value.at("origin").as_string(), std::move(days)};
}

Value Holidays::to_value() const { return Value::Map{{"origin", origin_}, {"days", Value::List(days_.begin(), days_.end())}}; }

bool Holidays::contains(std::int64_t day) const {
  require_year(civil_from_days(day).year);
  return std::ranges::binary_search(days_, day);
}

std::int64_t Holidays::days_to(std::int64_t day) const {
  const std::int64_t year = civil_from_days(day).year;
  require_year(year);
  const auto next = std::ranges::lower_bound(days_, day);
  if (next == days_.end()) require_year(year + 1);
  return *next - day;
}

std::int64_t Holidays::days_since(std::int64_t day) const {
  const std::int64_t year = civil_from_days(day).year;
  require_year(year);
  const auto next = std::ranges::upper_bound(days_, day);
  if (next == days_.begin()) require_year(year - 1);
  return day - *(next - 1);
}

void Holidays::require_year(std::int64_t year) const {
  if (year >= first_year_ && year <= last_year_) return;
  throw data_error(origin_ + " are known from " + std::to_string(first_year_) + " to " + std::to_string(last_year_) + ", and " +
                   std::to_string(year) +
                   " is needed; write holidays_file = \"holidays.csv\", a file of your own (date,name,region), or leave holidays out");
}

}  // namespace pipeline
