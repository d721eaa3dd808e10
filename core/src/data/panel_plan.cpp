#include "data/panel_plan.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "pipeline/data/predictions.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr const char* usual_series_column = "unique_id";

bool is_in(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

std::string heading_of(const PrepareOptions& options) {
  return options.series_column.empty() ? usual_series_column : join(options.series_column, "/");
}

void check_series_columns(const PrepareOptions& options) {
  for (const std::string& name : options.series_column) {
    if (std::ranges::count(options.series_column, name) > 1) throw usage_error("series_column names the column \"" + name + "\" twice");
    if (is_in(options.time_column, name))
      throw usage_error("series_column names the column \"" + name +
                        "\", which is the time_column: name the one that tells the series apart");
    if (is_in(options.target, name)) throw usage_error("series_column names the column \"" + name + "\", which is a target");
  }
  const std::string& frequency = options.frequency_column;
  if (is_in(options.time_column, frequency) || is_in(options.target, frequency))
    throw usage_error("frequency_column names the column \"" + frequency +
                      "\", which is the time_column or a target: name the one that "
                      "holds a word for each series, such as yearly or monthly");
}

}  // namespace

Layout layout_of(const PrepareOptions& options) {
  return options.layout == Layout::columns && !options.series_column.empty() ? Layout::long_rows : options.layout;
}

PrepareOptions with_columns_of_rows(const PrepareOptions& given) {
  const Layout layout = layout_of(given);
  check_series_columns(given);
  PrepareOptions options = given;
  if ((layout == Layout::long_rows || layout == Layout::dates_across) && options.series_column.empty())
    throw usage_error(std::string("layout = \"") + word_of(layout) +
                      "\" needs series_column: name the column that tells the series apart, or several");
  if (layout == Layout::dates_across) {
    if (!options.time_column.empty())
      throw usage_error("layout = \"dates_across\" takes no time_column: the names of the columns are the times");
    if (!options.known_future.empty())
      throw usage_error("layout = \"dates_across\" has one value for each time: known_future has no column there; leave it out");
    if (options.target.size() != 1 || options.features != options.target)
      throw usage_error(
          "layout = \"dates_across\" has one value for each time: write target and features as one name of your choice, such as "
          "target = [\"y\"] and features = [\"y\"]");
  }
  if (layout != Layout::wide) return options;
  std::vector<std::string> features;
  const std::set<std::string_view> series(given.target.begin(), given.target.end());  // there may be thousands
  const auto own = std::ranges::count_if(given.features, [&](const std::string& name) { return series.contains(name); });
  if (own != 0 && own != std::ssize(given.target))
    throw usage_error(
        "layout = \"wide\" makes each target column a series: features lists either all of them, if the past of a series is an "
        "input, or none");
  if (own != 0) features.emplace_back(wide_value);
  for (const std::string& name : given.features) {
    if (!series.contains(name)) features.push_back(name);
  }
  if (is_in(features, wide_value) && own == 0)
    throw usage_error("layout = \"wide\" calls the values of the series \"y\", and a feature has this name: rename its column");
  options.features = std::move(features);
  options.target = {wide_value};
  return options;
}

void plan_panel(const PrepareOptions& options, SeriesInfo& info) {
  const Layout layout = layout_of(options);
  if (layout == Layout::columns) return;
  info.panel = PanelInfo{.series_column = heading_of(options),
                         .series = 0,
                         .scaled_by_series = options.scaler_scope == ScalerScope::series && options.scaler != Scaler::none,
                         .drop_short = options.short_series == "drop"};
  if (const auto clashes = heading_clashes(info.targets, info.panel->series_column); !clashes.empty())
    throw usage_error(clashes.front().sentence);
  info.source["layout"] = word_of(layout);
  if (layout == Layout::wide) {
    info.source["wide"] = Value::List(options.target.begin(), options.target.end());
  } else {
    info.source["series_column"] = Value::List(options.series_column.begin(), options.series_column.end());
  }
  if (!options.frequency_column.empty()) info.source["frequency_column"] = options.frequency_column;
  if (layout == Layout::dates_across) {
    info.has_time = true;
    info.time_name = "time";
  }
}

}  // namespace pipeline
