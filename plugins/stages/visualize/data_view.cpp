#include "data_view.h"

#include <algorithm>
#include <limits>
#include <set>

#include "pipeline/data/format.h"
#include "pipeline/data/series.h"
#include "pipeline/data/text.h"
#include "pipeline/data/time_text.h"

namespace pipeline::stage::visualize {

namespace {

Value fact(const char* name, std::string value) {
  Value out;
  out["name"] = name, out["value"] = std::move(value);
  return out;
}

Value split_row(const Windows& windows, Split split, const std::string& label) {
  Value row(Value::Map{{"split", label}, {"windows", format_count(windows.count(split))}, {"rows", ""}, {"from", ""}, {"to", ""}});
  const Series* series = windows.series();
  if (!series) return row;
  const SeriesInfo& info = series->info();
  std::int64_t rows = 0, first = std::numeric_limits<std::int64_t>::max(), last = std::numeric_limits<std::int64_t>::min();
  for (std::int64_t s = 0; s < series->series_count(); ++s) {
    const Segment of = series->rows_of(s, split);
    const std::int64_t begin = of.first, end = of.first + of.count;
    if (begin >= end) continue;
    rows += end - begin;
    first = std::min(first, series->time()[static_cast<std::size_t>(begin)]);
    last = std::max(last, series->time()[static_cast<std::size_t>(end - 1)]);
  }
  row["rows"] = format_count(rows);
  if (rows == 0) return row;
  row["from"] = time_for_people(info, first);
  row["to"] = time_for_people(info, last);
  return row;
}

void add_series_facts(const Series& series, Value::List& facts) {
  const auto add = [&](const char* name, std::string value) { facts.push_back(fact(name, std::move(value))); };
  const SeriesInfo& info = series.info();
  add("Rows", format_count(series.rows()));
  if (info.panel) add("Series", format_count(series.series_count()) + ", told apart by " + info.panel->series_column);
  if (!info.frequency.empty() && info.frequency != "none") add("One row every", info.frequency);
  if (info.panel && !info.panel->groups.empty())
    add("Frequencies", join(info.panel->groups, [](const FrequencyGroup& group) {
          return group.step.frequency == "none" ? group.word : group.word + " (" + group.step.frequency + ")";
        }));
  const Value* zone = info.source.is_map() ? info.source.find("time_zone") : nullptr;
  if (zone) {
    add("Times", zone->as_string());
  } else if (info.utc) {
    add("Times", "UTC, as the data give offsets");
  }
  const auto segments = std::ssize(series.segments());
  if (segments > series.series_count()) add("Segments without a gap", format_count(segments));
  std::set<std::string> scalers, transforms;
  for (const ColumnTransform& column : info.columns) {
    scalers.insert(column.scaler);
    if (column.transform != Transform::none) transforms.insert(std::string(word_of(column.transform)) + " (" + column.name + ")");
  }
  if (!transforms.empty()) add("Transforms", join(std::vector<std::string>(transforms.begin(), transforms.end())));
  add("Scaler", join(std::vector<std::string>(scalers.begin(), scalers.end())) + ", fitted on " +
                    (info.panel && info.panel->scaled_by_series ? "each series' own training rows" : "training rows"));
  const auto filled = std::ranges::count(series.observed(), std::uint8_t{0});
  if (filled > 0) add("Values filled in", format_count(filled) + ", left out of loss and metrics where they are targets");
}

void add_window_facts(const Windows& windows, Value::List& facts) {
  const auto add = [&](const char* name, std::string value) { facts.push_back(fact(name, std::move(value))); };
  const WindowsInfo& info = windows.info();
  add("Inputs", join(windows.feature_names()));
  add("Targets", join(windows.target_names()));
  const auto of_word = [](const auto& entry) { return format_count(entry.second) + " (" + entry.first + ")"; };
  const std::string horizon = info.horizons.empty() ? format_count(info.horizon) : join(info.horizons, of_word);
  add("Window and horizon", format_count(info.window) + " rows in, " + horizon + " ahead" +
                                (info.stride > 1 ? ", a window every " + format_count(info.stride) + " rows" : std::string()));
  if (info.min_observed > 0)
    add("Padding", "windows may begin before their series, after at least " + format_count(info.min_observed) +
                       (info.min_observed == 1 ? " row of it" : " rows of it"));
  if (info.window_norm != WindowNorm::none) add("Window norm", word_of(info.window_norm));
}

}  // namespace

void add_data_view(const Results& results, Value& view) {
  Value::List rows, facts;
  bool has_series = false;
  for (const auto& [stage, windows] : results.windows) {
    for (const Split split : {Split::train, Split::val, Split::calibration, Split::test}) {
      if (split == Split::calibration && windows->count(split) == 0) continue;
      const std::string name = split_names.at(static_cast<std::size_t>(split));
      rows.push_back(split_row(*windows, split, results.windows.size() > 1 ? name + " (" + stage + ")" : name));
    }
    if (windows == results.windows.front().second) {
      add_window_facts(*windows, facts);
      if (windows->series()) add_series_facts(*windows->series(), facts);
    }
    has_series = has_series || windows->series();
  }
  view["has_splits"] = !rows.empty();
  view["has_rows"] = has_series;
  view["has_ranges"] = has_series;
  view["split_rows"] = std::move(rows);
  view["data_facts"] = std::move(facts);
}

}  // namespace pipeline::stage::visualize
