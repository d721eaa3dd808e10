#include "data/calendar_feature.h"

#include <algorithm>
#include <utility>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::array holiday_keys{"country", "region", "encoding"};

/// Error (usage) for a key or a value that `holidays` does not take.
void check_holidays(const Value& holidays, bool has_file) {
  if (!holidays.is_map()) throw usage_error("holidays takes a table, such as { country = \"DE\" }, and got " + type_name(holidays));
  for (const auto& [key, value] : holidays.as_map()) {
    if (key == "file") throw usage_error("holidays: a file of holidays has an option of its own: write holidays_file = " + to_toml(value));
    if (std::ranges::find(holiday_keys, key) == holiday_keys.end())
      throw usage_error("holidays has no key \"" + key + "\"" + suggest(key, {holiday_keys.begin(), holiday_keys.end()}) +
                        "; it takes country, region and encoding");
    if (!value.is_string()) throw usage_error("holidays: " + key + " takes a text, and got " + type_name(value));
  }
  if (has_file == (holidays.find("country") != nullptr))
    throw usage_error(has_file ? "holidays names a country, and holidays_file gives others: leave one of them out"
                               : "holidays needs a country, e.g. { country = \"DE\" }, or write holidays_file");
}

std::string text_in(const Value& table, const char* key, const char* otherwise = "") {
  const Value* value = table.find(key);
  return value ? value->as_string() : otherwise;
}

std::optional<Holidays> find_holidays(const Value& options) {
  const std::string file = text_in(options, "holidays_file");
  const Value& given = options.at("holidays");
  if (file.empty() && given.is_null()) return std::nullopt;
  const Value holidays = given.is_null() ? Value(Value::Map{}) : given;
  check_holidays(holidays, !file.empty());
  const std::string region = text_in(holidays, "region");
  return file.empty() ? Holidays::of_country(text_in(holidays, "country"), region) : Holidays::of_file(file, region);
}

CalendarColumns columns_for(const Value& options, std::optional<Holidays> holidays) {
  std::vector<CalendarPart> parts;
  for (const Value& part : options.at("calendar").as_list()) parts.push_back(parse_word<CalendarPart>("calendar", part.as_string()));
  return {std::move(parts), parse_word<CalendarEncoding>("calendar_encoding", options.at("calendar_encoding").as_string()),
          std::move(holidays), parse_word<HolidayEncoding>("encoding of holidays", text_in(options.at("holidays"), "encoding", "flag"))};
}

}  // namespace

CalendarFeature::CalendarFeature(const Value& options) : options_(options) {}

Value CalendarFeature::options_of(const PrepareOptions& options) {
  if (options.calendar.empty() && options.holidays.is_null() && options.holidays_file.empty()) return {};
  return Value::Map{{"calendar", Value::List(options.calendar.begin(), options.calendar.end())},
                    {"calendar_encoding", word_of(options.calendar_encoding)},
                    {"holidays", options.holidays},
                    {"holidays_file", options.holidays_file}};
}

std::vector<FeatureColumn> CalendarFeature::columns() const {
  std::vector<FeatureColumn> out;
  for (std::size_t i = 0; i < made_->names().size(); ++i)
    out.push_back({.name = made_->names()[i], .role = ColumnRole::future, .is_scaled = made_->is_scaled(i)});
  return out;
}

void CalendarFeature::fit(const FeatureRows&) { made_.emplace(columns_for(options_, find_holidays(options_))); }

void CalendarFeature::apply(const FeatureRows& rows, std::span<double> out) const {
  const std::size_t columns = made_->names().size();
  for (std::size_t row = 0; row < rows.local_time.size(); ++row) made_->at(rows.local_time[row], out.subspan(row * columns, columns));
}

Value CalendarFeature::state() const { return made_->holidays() ? made_->holidays()->to_value() : Value(); }

void CalendarFeature::load_state(const Value& state) {
  made_.emplace(columns_for(options_, state.is_null() ? std::nullopt : std::optional(Holidays::from_value(state))));
}

}  // namespace pipeline
