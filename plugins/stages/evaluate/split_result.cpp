#include "split_result.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/train/levels.h"

namespace pipeline::stage::evaluate {

void Score::add(const Component<Loss>& loss, const Forecast& forecast, const Batch& batch, const torch::Tensor& series) {
  scaled.add({.forecast = forecast.values, .truth = batch.y, .weight = batch.weight, .series = series});
  torch::Tensor each = call(loss, "elementwise", &Loss::elementwise, forecast, batch.y).to(torch::kDouble);
  if (batch.weight.defined()) each = each.masked_select(batch.weight != 0);
  loss_sum_ += each.sum().item<double>();
  loss_count_ += static_cast<double>(each.numel());
}

std::int64_t count_steps(const Windows& windows, Split split) {
  if (windows.info().horizons.empty()) return windows.count(split) * windows.info().horizon;
  const std::vector<std::int64_t> starts = windows.series_starts(split);
  std::int64_t steps = 0;
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    const std::int64_t series = windows.series()->series_of(windows.origin(split, starts[i]));
    steps += (starts[i + 1] - starts[i]) * windows.horizon_of(series);
  }
  return steps;
}

namespace {

/// One pass over a split.
class Pass {
 public:
  Pass(const TrainedModel& model, const Component<Loss>& loss, const SplitRequest& request, PredictionsFile* predictions,
       AttentionFile* attention)
      : windows_(*model.windows),
        forecaster_(model.forecaster),
        loss_(loss),
        request_(request),
        predictions_(predictions),
        attention_(attention) {
    if (windows_.series()) levels_.emplace(*windows_.series(), windows_.info().horizon);
  }

  SplitResult run() {
    const std::int64_t count = windows_.count(request_.split), horizon = windows_.info().horizon;
    const auto targets = static_cast<std::int64_t>(windows_.target_names().size());
    const MetricGroups groups{.steps = horizon, .targets = targets};
    const std::int64_t series = windows_.series() ? windows_.series()->series_count() : 1;
    SplitResult out{.split = request_.split,
                    .windows = count,
                    .values = count_steps(windows_, request_.split) * targets,
                    .series = series,
                    .model = {request_.metrics, groups, series},
                    .naive = {}};
    if (count == 0) throw data_error("split " + out.name() + " has no windows to evaluate: give it more rows in `split`");
    if (levels_) out.naive.emplace(request_.metrics, groups, series);
    for (std::int64_t first = 0; first < count; first += request_.batch_size) {
      request_.check_cancelled();
      std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(request_.batch_size, count - first)));
      std::iota(indices.begin(), indices.end(), first);
      add_batch(indices, out);
    }
    return out;
  }

 private:
  void add_batch(std::span<const std::int64_t> indices, SplitResult& out) {
    const Batch batch = gather_batch(windows_, request_.split, indices, forecaster_.inputs(), request_.device);
    Forecast forecast = forecaster_(batch);
    std::vector<std::int64_t> origins;
    for (const std::int64_t index : indices) origins.push_back(windows_.origin(request_.split, index));
    const torch::Tensor series = series_of(origins);
    out.model.add(loss_, forecast, batch, series);

    const auto weights = forecast.explanations.find("attention");
    if (attention_ && weights != forecast.explanations.end()) attention_->add(levels_ ? origins : indices, weights->second);

    const torch::Tensor values = forecast.values.cpu();
    if (!levels_) {
      if (predictions_) predictions_->add_windows(indices, values.to(torch::kDouble), batch.y.cpu().to(torch::kDouble));
      return;
    }
    const LevelBatch levels = levels_->at(origins, values);
    Forecast naive;
    naive.values = levels.naive_scaled.to(batch.y.options());
    out.naive->add(loss_, naive, batch, series);
    const torch::Tensor weight = batch.weight.defined() ? batch.weight.cpu() : torch::Tensor();
    const auto measure = [&](Score& score, const torch::Tensor& forecasts) {
      score.original.add({.forecast = forecasts, .truth = levels.truth, .weight = weight, .series = series, .scales = request_.scales});
    };
    measure(out.model, levels.forecast);
    measure(*out.naive, levels.naive);
    if (predictions_) predictions_->add_rows(origins, levels, weight);
  }

  /// [B] the number of each window's series; undefined for one series.
  [[nodiscard]] torch::Tensor series_of(std::span<const std::int64_t> origins) const {
    const Series* series = windows_.series();
    if (!series || series->series_count() == 1) return {};
    torch::Tensor out = torch::empty({std::ssize(origins)}, torch::kInt64);
    std::ranges::transform(origins, out.mutable_data_ptr<std::int64_t>(), [&](std::int64_t row) { return series->series_of(row); });
    return out;
  }

  const Windows& windows_;
  const Forecaster& forecaster_;
  const Component<Loss>& loss_;
  const SplitRequest& request_;
  PredictionsFile* predictions_;
  AttentionFile* attention_;
  std::optional<Levels> levels_;
};

}  // namespace

SplitResult evaluate_split(const TrainedModel& model, const Component<Loss>& loss, const SplitRequest& request,
                           PredictionsFile* predictions, AttentionFile* attention) {
  return Pass(model, loss, request, predictions, attention).run();
}

}  // namespace pipeline::stage::evaluate
