#include "small_series_fixture.h"

#include "pipeline/data/files.h"
#include "pipeline/data/series.h"

namespace pipeline::test {

const std::vector<double> SmallSeries::a{1, 3, 2, 5, 4, 6, 8, 7, 9, 11};
const std::vector<double> SmallSeries::b{10, 12, 11, 15, 15, 14, 18, 20, 19, 25};

SmallSeries::SmallSeries() {
  constexpr std::int64_t day = 86'400'000'000'000, rows = 10;
  SeriesInfo info;
  info.features = info.targets = {"a", "b"};
  info.columns = {{.name = "a", .transform = Transform::none, .scaler = "standard", .center = 2, .scale = 4},
                  {.name = "b", .transform = Transform::diff, .scaler = "standard", .center = 0.5, .scale = 2}};
  info.target_columns = {0, 1};
  info.frequency = "1d";
  info.step_ns = info.median_step_ns = day;
  info.has_time = true;
  info.time_name = "date";
  info.segments = {{0, rows}};
  info.split_end = {5, 5, rows};
  info.source = Value::Map{};

  std::vector<float> values;
  std::vector<double> targets;
  std::vector<std::int64_t> time;
  std::vector<std::uint8_t> observed(2 * rows, 1);
  observed[2 * (rows - 1)] = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    values.push_back(static_cast<float>(info.columns[0].forward(a[row], 0)));
    values.push_back(static_cast<float>(info.columns[1].forward(b[row], row == 0 ? b[0] : b[row - 1])));
    targets.insert(targets.end(), {a[row], b[row]});
    time.push_back(static_cast<std::int64_t>(row) * day);
  }
  std::filesystem::create_directories(folder() / "series");
  write_series(folder() / "series", {.info = info, .values = values, .time = time, .targets = targets, .observed = observed});

  std::filesystem::create_directories(folder() / "windows");
  WindowsInfo windows;
  windows.window = 3;
  windows.horizon = 2;
  windows.series = "../series";
  windows.ranges = {{.segment = 0, .split = Split::train, .first = 0, .count = 1, .stride = 1},
                    {.segment = 0, .split = Split::test, .first = 1, .count = 5, .stride = 1}};
  write_json(folder() / "windows/windows.json", windows.to_value());
}

Forecast RepeatScaled::forward(const Batch& batch) {
  const torch::Tensor& past = batch.target_history;
  Forecast out;
  out.values = past.slice(1, past.size(1) - 1).expand({past.size(0), horizon_, past.size(2)}) + offset_;
  return out;
}

}  // namespace pipeline::test
