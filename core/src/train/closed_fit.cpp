#include "train/closed_fit.h"

#include "pipeline/host/component_call.h"
#include "train/training_step.h"

namespace pipeline {

ClosedFit::ClosedFit(const FitSpec& spec, ClosedForm& model, const Loader& loader, std::int64_t batches)
    : spec_(spec), model_(model), loader_(loader), batches_(batches), in_full_precision_(spec.model, spec.window_norm, spec.shape) {}

std::optional<Batch> ClosedFit::solve(const Stop& stop) {
  const torch::NoGradGuard no_graph;
  Batch last;
  do {
    const auto pass = loader_.continue_pass(batches_, 0, 0);
    while (std::optional<Batch> batch = pass->next()) {
      if (stop()) return std::nullopt;
      const Batch seen = seen_by_model(*batch);
      call(spec_.model, "add_windows", [&](Model&) { model_.add_windows(seen); });
      last = std::move(*batch);
    }
  } while (!call(spec_.model, "end_pass", [this](Model&) { return model_.end_pass(); }));
  return last;
}

std::optional<double> ClosedFit::loss(const Stop& stop) const {
  const torch::NoGradGuard no_graph;
  const Forecaster forecaster(spec_.model, spec_.window_norm, spec_.shape, spec_.trainer.precision);
  spec_.model->eval();  // the loss of the weights, without dropout
  double sum = 0, values = 0;
  const auto pass = loader_.continue_pass(batches_, 0, 0);
  while (const std::optional<Batch> batch = pass->next()) {
    if (stop()) return std::nullopt;
    const double count = batch->weight.defined() ? batch->weight.sum().item<double>() : static_cast<double>(batch->y.numel());
    if (count > 0) sum += batch_loss(spec_.loss, forecaster(*batch), *batch).item<double>() * count;
    values += count;
  }
  spec_.model->train();
  return sum / values;
}

Batch ClosedFit::seen_by_model(const Batch& batch) const {
  Batch seen;
  // A window_norm maps what forward() returns by a line, of which two points tell all.
  const auto undone = [&](double value) {
    const auto forward = [&](const Batch& normalised) -> Forecast {
      seen = normalised;
      return {.values = torch::full_like(batch.y, value, torch::kDouble)};
    };
    return in_full_precision_.through(forward, batch).values;
  };
  const torch::Tensor center = undone(0), weight = batch.weight.defined() ? batch.weight.to(torch::kDouble) : torch::Tensor();
  if (spec_.window_norm == WindowNorm::none || spec_.window_norm == WindowNorm::last) {  // the line is steep as 1
    seen.y = batch.y - center;
    seen.weight = weight;
    return seen;
  }
  const torch::Tensor scale = undone(1) - center;
  seen.y = (batch.y - center) / scale;
  seen.weight = weight.defined() ? scale.square() * weight : scale.square();
  return seen;
}

}  // namespace pipeline
