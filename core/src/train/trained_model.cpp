#include "pipeline/train/trained_model.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/train/checkpoint.h"

namespace pipeline {

namespace {

/// "windows of 60 rows of 5 columns to 1 step of 1 target"
std::string describe(const ModelShape& shape) {
  return std::to_string(shape.window) + " rows of " + std::to_string(shape.features) + " columns to " + std::to_string(shape.horizon) +
         " steps of " + std::to_string(shape.targets) + " targets";
}

bool same_task(const ModelShape& a, const ModelShape& b) {
  return a.window == b.window && a.horizon == b.horizon && a.feature_names == b.feature_names && a.target_names == b.target_names &&
         a.future_names == b.future_names && a.static_names == b.static_names && a.past_code_counts == b.past_code_counts &&
         a.future_code_counts == b.future_code_counts && a.static_code_counts == b.static_code_counts;
}

/// What train.json says that the weights belong to, if it does.
std::optional<CheckpointInfo> trained_for(const TrainingRecord& training) {
  if (!training.pipeline.is_map()) return std::nullopt;
  try {
    return CheckpointInfo::from_value(training.pipeline);
  } catch (const Error& error) {
    throw data_error("train.json of stage \"" + training.stage + "\" is damaged: " + error.what() + "; run that stage again (--from " +
                     training.stage + " --force)");
  }
}

Component<Loss> loss_of(const TrainingRecord& training, const Registry& registry, torch::Device device) {
  if (training.loss.type.empty())
    throw training_error("train.json of stage " + training.stage + " does not say what it minimised: run `pipeline run` with --stage " +
                         training.stage + " --force to train it again");
  Component<Loss> loss = registry.make<Loss>(training.loss.type, training.loss.options);
  call(loss, "to", &Loss::to, device);
  return loss;
}

}  // namespace

std::filesystem::path choose_checkpoint(const TrainingRecord& training, const std::string& choice, const StageContext& context) {
  std::filesystem::path file = choice == "best" ? training.best : training.last;
  if (choice == "best" && file.empty()) {
    context.log.info(training.stage + ": no ModelCheckpoint kept a best checkpoint, so the last one is taken");
    file = training.last;
  }
  const bool given = choice != "best" && choice != "last";
  if (given) file = context.settings.workflow_file.parent_path() / choice;
  if (std::filesystem::is_regular_file(file)) return file;
  if (given) throw usage_error("checkpoint = \"" + choice + "\": there is no file " + file.string());
  throw training_error("the " + choice + " checkpoint of stage " + training.stage + " is gone (" + file.string() +
                       "): run `pipeline run` with --stage " + training.stage + " --force to train it again");
}

TrainedModel load_trained(TrainingRecord training, std::filesystem::path checkpoint, const Registry& registry, torch::Device device) {
  Component<Loss> loss = loss_of(training, registry, device);
  const std::optional<CheckpointInfo> trained = trained_for(training);
  LoadedModel loaded = load_model(checkpoint, registry, device, trained);
  if (training.windows.empty())
    throw data_error("train.json of stage \"" + training.stage + "\" names no windows: run that stage again (--from " + training.stage +
                     " --force)");
  std::shared_ptr<const Windows> windows = Windows::open(training.windows);
  if (const ModelShape wanted = shape_of(*windows); !same_task(loaded.info.shape, wanted))
    throw training_error("checkpoint " + checkpoint.string() + ": it was trained for " + describe(loaded.info.shape) +
                         ", the windows of stage " + training.stage + " are " + describe(wanted) + " or name other columns");
  return {.training = std::move(training),
          .checkpoint = std::move(checkpoint),
          .windows = std::move(windows),
          .forecaster = Forecaster(std::move(loaded.model), loaded.info.window_norm, loaded.info.shape),
          .loss = std::move(loss)};
}

}  // namespace pipeline
