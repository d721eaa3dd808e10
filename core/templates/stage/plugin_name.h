#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/options.h"
#include "pipeline/stage.h"

namespace plugin_name_plugin {

struct PluginNameOptions {
  std::int64_t rows = 1000;
  std::int64_t period = 24;

  /// One line per option: name, member, meaning, range, unit. If a member is not listed, the code does not compile.
  static constexpr auto options() {
    return pipeline::option_list<PluginNameOptions>(
        pipeline::option("rows", &PluginNameOptions::rows, "Length of the series.").at_least(100).unit("hours"),
        pipeline::option("period", &PluginNameOptions::period, "Length of a wave.").at_least(2).unit("hours"));
  }
};

/// Makes a series of one column, "wave", instead of reading a file: slice_windows and later stages use it like a series of preprocess.
class PluginName final : public pipeline::Stage {
 public:
  using Options = PluginNameOptions;
  explicit PluginName(const Options& options) : options_(options) {}

  void run(pipeline::StageContext& context) override {
    constexpr std::int64_t hour = 3'600'000'000'000, start = 1'704'067'200'000'000'000;  // nanoseconds; 2024-01-01
    std::vector<std::int64_t> time;
    std::vector<double> levels;  // original units
    std::vector<float> values;   // the model's units; here the same, as ColumnTransform scales by 1
    for (std::int64_t row = 0; row < options_.rows; ++row) {
      const double turn = 2 * std::numbers::pi * static_cast<double>(row) / static_cast<double>(options_.period);
      time.push_back(start + row * hour);
      levels.push_back(std::sin(turn) + 0.3 * std::sin(3.7 * turn));
      values.push_back(static_cast<float>(levels.back()));
    }
    pipeline::SeriesInfo info;
    info.features = info.targets = {"wave"};
    info.columns = {{.name = "wave"}};
    info.target_columns = {0};
    info.frequency = "1h";
    info.step_ns = hour;
    info.has_time = true;
    info.time_name = "time";
    info.segments = {{0, options_.rows}};
    info.split_end = pipeline::split_ends(context.settings.split, time);
    pipeline::write_series(context.folder, {.info = info, .values = values, .time = time, .targets = levels, .observed = {}});
    context.log.info("plugin_name: " + std::to_string(options_.rows) + " rows");
    context.summary["rows"] = options_.rows;
  }

 private:
  Options options_;
};

}  // namespace plugin_name_plugin
