#include "by_series_file.h"

#include <optional>

#include "pipeline/data/csv.h"
#include "pipeline/data/new_file.h"

namespace pipeline::stage::evaluate {

namespace {

void append_metrics(std::string& line, const PanelMetrics& metrics, const MetricGroup& of) {
  for (std::size_t i = 0; i < metrics.metrics().size(); ++i) {
    const std::optional<double> value = metrics.value(i, of);
    if (value) {
      append_csv_number(line, *value);
    } else {
      line += ',';
    }
  }
}

}  // namespace

void write_by_series(const std::filesystem::path& file, const Windows& windows, const std::vector<std::string>& targets,
                     const SplitResult& result) {
  const Series& series = *windows.series();
  const PanelMetrics &model = result.model.original, &naive = result.naive.value().original;
  NewFile out(file);
  std::string line = csv_field(series.info().panel.value().series_column) + ",target,windows";
  for (const auto& metric : model.metrics()) line += "," + csv_field(metric->info().name);
  for (const auto& metric : naive.metrics()) line += "," + csv_field("naive_" + metric->info().name);
  out.write(line + "\n");
  const std::vector<std::int64_t> starts = windows.series_starts(result.split);
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    const std::int64_t s = series.series_of(windows.origin(result.split, starts[i]));
    const std::int64_t measured =
        result.windows_of_series.empty() ? starts[i + 1] - starts[i] : result.windows_of_series[static_cast<std::size_t>(s)];
    if (measured == 0) continue;  // origin_step leaves out its windows
    const std::string id = csv_field(series.id(s)), count = std::to_string(measured);
    for (std::size_t t = 0; t < targets.size(); ++t) {
      const MetricGroup of{.series = s, .target = static_cast<std::int64_t>(t)};
      line = id + "," + csv_field(targets[t]) + "," + count;
      append_metrics(line, model, of);
      append_metrics(line, naive, of);
      out.write(line + "\n");
    }
  }
  out.commit();
}

}  // namespace pipeline::stage::evaluate
