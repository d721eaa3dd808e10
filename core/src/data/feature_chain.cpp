#include "data/feature_chain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "data/calendar_feature.h"
#include "data/feature_rows.h"
#include "data/one_hot_feature.h"
#include "data/series_plan.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"

namespace pipeline {
namespace {

constexpr const char *calendar = "calendar", *one_hot = "one_hot";  // the host's own

Component<Feature> make_feature(const std::string& type, const Value& options, const Registry* registry) {
  if (type == calendar) return std::make_unique<CalendarFeature>(options);
  if (type == one_hot) return std::make_unique<OneHotFeature>(options);
  if (registry) return registry->make<Feature>(type, options);
  throw data_error("the series has columns that the feature \"" + type + "\" made, and nothing here makes features of plugins");
}

/// Which words of a column stand in these rows, by their codes.
std::vector<bool> words_in(const CleanTable& data, std::span<const TableSegment> rows, std::size_t column) {
  std::vector<bool> seen(static_cast<std::size_t>(data.table.words(column)->size()) + 1);
  for (const TableSegment& segment : rows) {
    for (std::int64_t row = segment.first; row < segment.first + segment.count; ++row) {
      const double code = data.table.row(row)[column];
      if (!std::isnan(code)) seen[static_cast<std::size_t>(code)] = true;
    }
  }
  return seen;
}

/// The features see the first `count` of the rows.
FeatureRows first_rows(const FeatureRows& rows, std::size_t count) {
  FeatureRows out{.time = rows.time.first(count),
                  .local_time = rows.local_time.first(count),
                  .series = rows.series.first(count),
                  .numbers = rows.numbers,
                  .words = rows.words};
  for (auto& column : out.numbers) column = column.first(count);
  for (auto& column : out.words) column = column.first(count);
  return out;
}

}  // namespace

FeatureChain FeatureChain::from_options(const PrepareOptions& options, const DerivedFeatures& derived) {
  FeatureChain chain;
  if (const Value wanted = CalendarFeature::options_of(options); !wanted.is_null()) {
    if (options.time_column.empty() && options.layout != Layout::dates_across)
      throw usage_error("calendar and holidays need a time_column");
    chain.features_.push_back({calendar, wanted, make_feature(calendar, wanted, nullptr)});
  }
  for (const std::string& column : one_hot_columns(options)) {
    const bool known = std::ranges::find(options.known_future, column) != options.known_future.end();
    const Value wanted = Value::Map{{"column", column}, {"known_future", known}};
    chain.features_.push_back({one_hot, wanted, make_feature(one_hot, wanted, nullptr)});
  }
  for (const ComponentSpec& spec : derived.features)
    chain.features_.push_back({spec.type, spec.options, make_feature(spec.type, spec.options, derived.registry)});
  return chain;
}

FeatureChain FeatureChain::from_value(const Value& value, const Registry* registry) {
  FeatureChain chain;
  for (const Value& member : value.as_list()) {
    const std::string& type = member.at("type").as_string();
    chain.features_.push_back({type, member.at("options"), make_feature(type, member.at("options"), registry)});
    call(chain.features_.back().feature, "load_state", &Feature::load_state, member.at("state"));
  }
  return chain;
}

Value FeatureChain::to_value() const {
  Value::List out;
  for (const Member& member : features_)
    out.push_back(
        Value::Map{{"type", member.type}, {"options", member.options}, {"state", call(member.feature, "state", &Feature::state)}});
  return out;
}

std::vector<std::string> FeatureChain::reads() const {
  std::vector<std::string> out;
  for (const Member& member : features_) {
    for (const std::string& name : call(member.feature, "reads", &Feature::reads)) {
      if (std::ranges::find(out, name) == out.end()) out.push_back(name);
    }
  }
  return out;
}

std::map<std::string, std::vector<std::string>> FeatureChain::one_hot_words() const {
  std::map<std::string, std::vector<std::string>> out;
  for (const Member& member : features_) {
    if (member.type != one_hot) continue;
    std::vector<std::string>& words = out[member.options.at("column").as_string()];
    const Value state = call(member.feature, "state", &Feature::state);
    for (const Value& word : state.as_list()) words.push_back(word.as_string());
  }
  return out;
}

void FeatureChain::fit(const CleanTable& data, std::span<const TableSegment> training_rows, const TimeZone* zone) {
  for (const Member& member : features_) {
    const bool learns = member.type != calendar;  // rows may be many
    FeatureInput input(data, call(member.feature, "reads", &Feature::reads), zone);
    call(member.feature, "fit", &Feature::fit, input.of(learns ? training_rows : std::span<const TableSegment>()));
  }
  training_words_.clear();
  for (const std::string& name : reads()) {
    const auto column = static_cast<std::size_t>(std::ranges::find(data.names, name) - data.names.begin());
    if (data.table.words(column)) training_words_[name] = words_in(data, training_rows, column);
  }
}

std::vector<FeatureColumn> FeatureChain::columns() const {
  std::vector<FeatureColumn> out;
  for (const Member& member : features_) {
    const std::vector<FeatureColumn> made = call(member.feature, "columns", &Feature::columns);
    out.insert(out.end(), made.begin(), made.end());
  }
  return out;
}

void FeatureChain::require_known(const std::vector<std::string>& known) const {
  for (const Member& member : features_) {
    const std::vector<FeatureColumn> made = call(member.feature, "columns", &Feature::columns);
    if (std::ranges::find(made, ColumnRole::future, &FeatureColumn::role) == made.end()) continue;
    for (const std::string& name : call(member.feature, "reads", &Feature::reads)) {
      if (std::ranges::find(known, name) != known.end()) continue;
      throw usage_error("the feature " + member.type + " makes columns that are known ahead from \"" + name +
                        "\", which is not: name it in known_future, or leave the feature out");
    }
  }
}

void FeatureChain::make_columns(CleanTable& data, const SeriesInfo& info, const TimeZone* zone, const FutureSpan& future,
                                const std::filesystem::path& scratch) const {
  const std::vector<FeatureColumn> made = columns();
  const std::size_t before = data.table.columns();
  std::vector<std::size_t> from(before + made.size(), Table::no_column);
  for (std::size_t c = 0; c < before; ++c) from[c] = c;
  data.take_columns(from, scratch);
  for (std::size_t c = 0; c < made.size(); ++c) data.names[before + c] = made[c].name;
  std::size_t column = before;
  for (const Member& member : features_) {
    apply(data, member, column, zone, future);
    column += call(member.feature, "columns", &Feature::columns).size();
  }
  from.clear();
  for (const ColumnTransform& wanted : info.columns)
    from.push_back(static_cast<std::size_t>(std::ranges::find(data.names, wanted.name) - data.names.begin()));
  data.take_columns(from, scratch);
}

void FeatureChain::apply(CleanTable& data, const Member& member, std::size_t first_column, const TimeZone* zone,
                         const FutureSpan& future) const {
  const std::vector<FeatureColumn> made = call(member.feature, "columns", &Feature::columns);
  FeatureInput input(data, call(member.feature, "reads", &Feature::reads), zone, training_words_);
  std::vector<double> values;
  for (std::int64_t series = 0; series < data.series_count(); ++series) {
    const std::span<const TableSegment> segments = data.segments_of(series);
    const FeatureRows rows = input.of(segments);
    if (rows.time.empty()) continue;
    const std::size_t past = rows.time.size() - static_cast<std::size_t>(future.rows);
    const std::int64_t ahead = future.known.empty() ? future.rows : future.known[static_cast<std::size_t>(series)];
    const std::size_t known = past + static_cast<std::size_t>(ahead);
    values.assign(known * made.size(), 0);
    call(member.feature, "apply", &Feature::apply, first_rows(rows, known), std::span<double>(values));
    values.resize(rows.time.size() * made.size(), std::numeric_limits<double>::quiet_NaN());
    std::size_t at = 0;
    for (const TableSegment& segment : segments) {
      for (std::int64_t row = segment.first; row < segment.first + segment.count; ++row, ++at) {
        const bool is_future = at >= past;
        for (std::size_t c = 0; c < made.size(); ++c) {
          const double value = values[at * made.size() + c];
          if (!std::isfinite(value) && !is_future)  // a forecast that needs it is refused later
            throw data_error(data.table.place(row) + ": the feature " + member.type + " gives no number in its column \"" + made[c].name +
                             "\": mend its apply(), or leave it out");
          data.table.row(row)[first_column + c] = value;
        }
      }
    }
  }
}

}  // namespace pipeline
