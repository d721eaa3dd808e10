#include "candidates.h"

#include <algorithm>
#include <utility>

#include "forecast_models.h"
#include "pipeline/errors.h"
#include "pipeline/train/trained_model.h"

namespace pipeline::stage::evaluate {

namespace {

std::vector<TrainingRecord> read_trainings(const StageContext& context, const std::string& checkpoint) {
  std::vector<TrainingRecord> out;
  for (const Artifact& artifact : context.inputs_of("checkpoint")) out.push_back(read_training(artifact));
  if (out.size() > 1 && checkpoint != "best" && checkpoint != "last")
    throw usage_error("checkpoint = \"" + checkpoint + "\" is one file, but " + std::to_string(out.size()) +
                      " trainings are compared: write best or last, or choose one with inputs = { checkpoint = \"" + out.front().stage +
                      "\" }");
  return out;
}

std::int64_t shortest_horizon(const WindowsInfo& info) {
  std::int64_t shortest = info.horizon;
  for (const auto& [word, horizon] : info.horizons) shortest = std::min(shortest, horizon);
  return shortest;
}

ModelResult unmeasured(TrainingRecord training, std::filesystem::path checkpoint, const Windows& windows) {
  return {.training = std::move(training),
          .checkpoint = std::move(checkpoint),
          .targets = windows.target_names(),
          .horizon = windows.info().horizon,
          .shortest_horizon = shortest_horizon(windows.info()),
          .splits = {}};
}

}  // namespace

std::vector<Candidate> read_candidates(const StageContext& context, const std::string& checkpoint, const std::vector<double>& quantiles) {
  std::vector<Candidate> out;
  const torch::Device device = resolve_device(context.settings.device);
  for (const TrainingRecord& training : read_trainings(context, checkpoint)) {
    TrainedModel model = load_trained(training, choose_checkpoint(training, checkpoint, context), context.registry, device);
    ModelResult result = unmeasured(training, model.checkpoint, *model.windows);
    out.push_back({.result = std::move(result), .forecasts = forecasts_of(std::move(model), quantiles, device)});
  }
  for (ForecastModel& model : read_forecast_models(context)) {
    ModelResult result = unmeasured({.stage = model.label(), .model_type = model.name()}, {}, *model.windows);
    result.replaced = model.record().replaced;
    out.push_back({.result = std::move(result), .forecasts = forecasts_of(std::move(model))});
  }
  if (out.empty()) throw usage_error("there is nothing to evaluate: add a stage that trains, or one that forecasts, such as baselines");
  return out;
}

}  // namespace pipeline::stage::evaluate
