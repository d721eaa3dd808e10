#include "data/feature_chain.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "data/calendar_feature.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr const char* calendar = "calendar";

std::unique_ptr<Feature> make_feature(const std::string& type, const Value& options) {
  if (type == calendar) return std::make_unique<CalendarFeature>(options);
  throw data_error("the feature \"" + type + "\" is unknown");
}

/// The rows of one series as features see them.
class SeriesRows {
 public:
  explicit SeriesRows(const TimeZone* zone) : zone_(zone) {}

  [[nodiscard]] FeatureRows of(const CleanTable& data, std::int64_t series) {
    time_.clear(), local_.clear();
    for (const TableSegment& segment : data.segments_of(series)) {
      for (std::int64_t row = segment.first; row < segment.first + segment.count; ++row) {
        time_.push_back(data.table.time()[static_cast<std::size_t>(row)]);
        local_.push_back(zone_ ? zone_->to_local(time_.back()) : time_.back());
      }
    }
    series_.assign(time_.size(), series);
    return {.time = time_, .local_time = local_, .series = series_, .numbers = {}, .words = {}};
  }

 private:
  const TimeZone* zone_;
  std::vector<std::int64_t> time_, local_, series_;
};

}  // namespace

FeatureChain FeatureChain::from_options(const PrepareOptions& options) {
  FeatureChain chain;
  if (const Value wanted = CalendarFeature::options_of(options); !wanted.is_null()) {
    if (options.time_column.empty() && options.layout != Layout::dates_across)
      throw usage_error("calendar and holidays need a time_column");
    chain.features_.push_back({calendar, wanted, make_feature(calendar, wanted)});
    chain.features_.back().feature->fit({});
  }
  return chain;
}

FeatureChain FeatureChain::from_value(const Value& value) {
  FeatureChain chain;
  for (const Value& member : value.as_list()) {
    const std::string& type = member.at("type").as_string();
    chain.features_.push_back({type, member.at("options"), make_feature(type, member.at("options"))});
    chain.features_.back().feature->load_state(member.at("state"));
  }
  return chain;
}

Value FeatureChain::to_value() const {
  Value::List out;
  for (const Member& member : features_)
    out.push_back(Value::Map{{"type", member.type}, {"options", member.options}, {"state", member.feature->state()}});
  return out;
}

std::vector<FeatureColumn> FeatureChain::columns() const {
  std::vector<FeatureColumn> out;
  for (const Member& member : features_) {
    const std::vector<FeatureColumn> made = member.feature->columns();
    out.insert(out.end(), made.begin(), made.end());
  }
  return out;
}

void FeatureChain::add_to(CleanTable& data, std::size_t after, const TimeZone* zone, const std::filesystem::path& scratch) const {
  const std::vector<FeatureColumn> made = columns();
  const std::size_t before = data.table.columns();
  std::vector<std::size_t> from(before + made.size(), Table::no_column);
  for (std::size_t c = 0; c < before; ++c) from[c < after ? c : c + made.size()] = c;
  data.take_columns(from, scratch);
  for (std::size_t c = 0; c < made.size(); ++c) data.names[after + c] = made[c].name;
  SeriesRows rows_of(zone);
  std::vector<double> values;
  for (std::int64_t series = 0; series < data.series_count(); ++series) {
    const FeatureRows rows = rows_of.of(data, series);
    std::size_t column = after;
    for (const Member& member : features_) {
      const std::size_t count = member.feature->columns().size();
      values.resize(rows.time.size() * count);
      member.feature->apply(rows, values);
      const double* value = values.data();
      for (const TableSegment& segment : data.segments_of(series)) {
        for (std::int64_t row = segment.first; row < segment.first + segment.count; ++row, value += count)
          std::copy_n(value, count, data.table.row(row) + column);
      }
      column += count;
    }
  }
}

}  // namespace pipeline
