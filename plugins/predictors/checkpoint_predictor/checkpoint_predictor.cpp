#include "checkpoint_predictor.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include <c10/core/InferenceMode.h>

#include "pipeline/errors.h"
#include "pipeline/files.h"
#include "pipeline/torch/checkpoint.h"
#include "pipeline/torch/forecaster.h"

namespace pipeline::predictor::checkpoint {

namespace {

constexpr std::int64_t day_ns = 86'400'000'000'000;

const SeriesInfo& series_of(const CheckpointInfo& info, const PredictRequest& request) {
  if (info.series) return *info.series;
  throw training_error("checkpoint " + request.checkpoint.string() +
                       ": it was trained on windows made elsewhere (feature_path, target_path), so it does not know the columns of a file; "
                       "train on a source file to use predict");
}

/// First row of the last window; it must lie within one run of rows without a gap.
std::int64_t last_window(const PreparedInput& input, std::int64_t window, const PredictRequest& request) {
  const Segment end = input.segments.empty() ? Segment{0, input.rows()} : input.segments.back();
  if (end.count >= window) return end.first + end.count - window;
  const std::string gap = input.segments.size() > 1 ? " after its last gap" : "";
  throw data_error(request.input.string() + ": the model looks back over " + format_count(window) + " rows, the file has " +
                   format_count(end.count) + gap + ": give it " + format_count(window - end.count) + " more");
}

/// The window of `count` rows as a batch of one.
Batch window_batch(const PreparedInput& input, const SeriesInfo& series, std::int64_t first, std::int64_t count) {
  const auto columns = static_cast<std::int64_t>(series.columns.size()), features = static_cast<std::int64_t>(series.features.size());
  const torch::Tensor rows =
      torch::from_blob(const_cast<float*>(input.values.data()), {input.rows(), columns}, torch::kFloat).slice(0, first, first + count);
  Batch batch;
  batch.x = rows.slice(1, 0, features).unsqueeze(0).contiguous();
  batch.target_history = rows.index_select(1, torch::tensor(series.target_columns)).unsqueeze(0);
  batch.origin = torch::tensor({first + count - 1});
  return batch;
}

/// The last known level of a target before the forecast; only differenced columns need it.
double last_level(const PreparedInput& input, const SeriesInfo& series, std::int64_t origin, std::size_t target,
                  const PredictRequest& request) {
  const ColumnTransform& column = series.columns[static_cast<std::size_t>(series.target_columns[target])];
  const double level = input.targets[static_cast<std::size_t>(origin) * series.targets.size() + target];
  if (column.is_difference() && !std::isfinite(level))
    throw data_error(request.input.string() + ": column '" + series.targets[target] + "' has no value in the last row, from which its " +
                     column.transform + " is continued");
  return level;
}

/// `scaled` [H, T] in original units.
std::vector<double> to_levels(const torch::Tensor& scaled, const PreparedInput& input, const SeriesInfo& series, std::int64_t origin,
                              const PredictRequest& request) {
  const torch::Tensor values = scaled.to(torch::kDouble).contiguous();
  const double* from = values.const_data_ptr<double>();
  const std::size_t targets = series.targets.size(), horizon = static_cast<std::size_t>(values.size(0));
  std::vector<double> out(horizon * targets);
  for (std::size_t t = 0; t < targets; ++t) {
    double level = last_level(input, series, origin, t, request);
    for (std::size_t h = 0; h < horizon; ++h) {
      level = series.columns[static_cast<std::size_t>(series.target_columns[t])].inverse(from[h * targets + t], level);
      out[h * targets + t] = level;
    }
  }
  return out;
}

/// A heading as CSV holds it.
std::string quoted(const std::string& name) {
  if (name.find_first_of(",\"\r\n") == std::string::npos) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// More digits than float32 arithmetic can mean are noise.
std::string ten_digits(double value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 10);
  return {text.data(), end};
}

void write_csv(std::ostream& out, const SeriesInfo& series, std::int64_t origin, const std::vector<std::int64_t>& times,
               const std::vector<double>& levels) {
  const bool dates_only = origin % day_ns == 0 && std::ranges::all_of(times, [](std::int64_t time) { return time % day_ns == 0; });
  const auto text = [&](std::int64_t time) { return series.has_time ? format_time(time, dates_only) : std::to_string(time); };
  out << "origin,time,step";
  for (const std::string& target : series.targets) out << ',' << quoted(target + "_pred");
  out << '\n';
  for (std::size_t h = 0; h < times.size(); ++h) {
    out << text(origin) << ',' << text(times[h]) << ',' << h + 1;
    for (std::size_t t = 0; t < series.targets.size(); ++t) {
      out << ',' << ten_digits(levels[h * series.targets.size() + t]);
    }
    out << '\n';
  }
}

}  // namespace

void CheckpointPredictor::predict(const PredictRequest& request, std::ostream& out) {
  const c10::InferenceMode no_gradients;
  const LoadedModel loaded = load_model(request.checkpoint, request.registry, torch::kCPU);
  const CheckpointInfo& info = loaded.info;
  const SeriesInfo& series = series_of(info, request);
  const PreparedInput input = read_like(request.input, series);
  const std::int64_t first = last_window(input, info.window, request), origin = first + info.window - 1;

  const Forecaster forecaster(loaded.model, info.window_norm);
  const Forecast forecast = forecaster(window_batch(input, series, first, info.window));
  if (!forecast.values.isfinite().all().item<bool>())
    throw data_error(request.input.string() + ": the forecast is not finite: the last " + format_count(info.window) +
                     " rows hold values far from those the model was trained on, or none at all");
  const std::int64_t last_time = input.time[static_cast<std::size_t>(origin)];
  write_csv(out, series, last_time, future_times(last_time, info.horizon, series),
            to_levels(forecast.values.squeeze(0), input, series, origin, request));
}

}  // namespace pipeline::predictor::checkpoint
