#include "data/feature_chain.h"

#include <algorithm>
#include <cmath>
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

/// The rows of one series; whole segments.
template <class F>
void for_each_series(const CleanTable& data, F f) {
  for (std::int64_t series = 0; series < data.series_count(); ++series) f(data.segments_of(series));
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

void FeatureChain::fit(const CleanTable& data, std::span<const TableSegment> training_rows, const TimeZone* zone) {
  for (const Member& member : features_) {
    const bool learns = member.type != calendar;  // rows may be many
    FeatureInput input(data, call(member.feature, "reads", &Feature::reads), zone);
    call(member.feature, "fit", &Feature::fit, input.of(learns ? training_rows : std::span<const TableSegment>()));
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

void FeatureChain::make_columns(CleanTable& data, const SeriesInfo& info, const TimeZone* zone, std::int64_t future_rows,
                                const std::filesystem::path& scratch) const {
  const std::vector<FeatureColumn> made = columns();
  const std::size_t before = data.table.columns();
  std::vector<std::size_t> from(before + made.size(), Table::no_column);
  for (std::size_t c = 0; c < before; ++c) from[c] = c;
  data.take_columns(from, scratch);
  for (std::size_t c = 0; c < made.size(); ++c) data.names[before + c] = made[c].name;
  std::size_t column = before;
  for (const Member& member : features_) {
    apply(data, member, column, zone, future_rows);
    column += call(member.feature, "columns", &Feature::columns).size();
  }
  from.clear();
  for (const ColumnTransform& wanted : info.columns)
    from.push_back(static_cast<std::size_t>(std::ranges::find(data.names, wanted.name) - data.names.begin()));
  data.take_columns(from, scratch);
}

void FeatureChain::apply(CleanTable& data, const Member& member, std::size_t first_column, const TimeZone* zone,
                         std::int64_t future_rows) const {
  const std::vector<FeatureColumn> made = call(member.feature, "columns", &Feature::columns);
  FeatureInput input(data, call(member.feature, "reads", &Feature::reads), zone);
  std::vector<double> values;
  for_each_series(data, [&](std::span<const TableSegment> segments) {
    const FeatureRows rows = input.of(segments);
    values.assign(rows.time.size() * made.size(), 0);
    call(member.feature, "apply", &Feature::apply, rows, std::span<double>(values));
    std::size_t at = 0;
    for (const TableSegment& segment : segments) {
      for (std::int64_t row = segment.first; row < segment.first + segment.count; ++row, ++at) {
        const bool is_future = at + static_cast<std::size_t>(future_rows) >= rows.time.size();
        for (std::size_t c = 0; c < made.size(); ++c) {
          const double value = values[at * made.size() + c];
          if (!std::isfinite(value) && !is_future)  // a forecast that needs it is refused later
            throw data_error(data.table.place(row) + ": the feature " + member.type + " gives no number in its column \"" + made[c].name +
                             "\": mend its apply(), or leave it out");
          data.table.row(row)[first_column + c] = value;
        }
      }
    }
  });
}

}  // namespace pipeline
