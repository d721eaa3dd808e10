#include "pipeline/train/training_setup.h"

#include <algorithm>
#include <utility>

#include <ATen/Context.h>

#include "pipeline/train/checkpoint.h"
#include "pipeline/train/forecaster.h"
#include "pipeline/train/optimizer.h"

namespace pipeline {

namespace {

/// Options as given over the component's defaults.
Value all_options(const Registry& registry, const char* kind, const ComponentSpec& spec) {
  const ComponentInfo* info = registry.find(kind, spec.type);
  return info ? info->schema.with_defaults(spec.options) : spec.options;
}

/// What loggers show and Python's load_from_checkpoint passes to a class with the recipe's arguments.
Value hyper_parameters(const Registry& registry, const TrainingTables& tables, const ModelShape& shape) {
  Value all = all_options(registry, "model", tables.model);
  all["input_size"] = shape.features;
  all["output_size"] = shape.horizon * shape.targets;
  all["window"] = shape.window;
  all["horizon"] = shape.horizon;
  all["batch_size"] = bind_options<LoaderOptions>(tables.loader).batch_size;
  const Value optimizer = all_options(registry, "optimizer", tables.optimizer);
  if (const Value* lr = optimizer.find("lr")) all["lr"] = *lr;
  return all;
}

Component<torch::optim::Optimizer> make_optimizer(const Registry& registry, const ComponentSpec& spec, const Model& model) {
  std::vector<torch::Tensor> trained;
  for (const torch::Tensor& parameter : model.parameters()) {
    if (parameter.requires_grad()) trained.push_back(parameter);
  }
  if (trained.empty()) return nullptr;
  return registry.make<torch::optim::Optimizer>(spec.type, spec.options, std::move(trained));
}

}  // namespace

FitSpec make_fit_spec(const Registry& registry, const TrainingTables& tables, const Windows& windows, std::int64_t seed) {
  FitSpec spec;
  spec.model_name = tables.model.type;
  spec.shape = shape_of(windows);
  spec.window_norm = windows.info().window_norm;
  spec.trainer = bind_options<TrainerOptions>(tables.trainer);
  spec.loader = bind_options<LoaderOptions>(tables.loader);
  spec.loss = registry.make<Loss>(tables.loss.type, tables.loss.options);
  for (const ComponentSpec& callback : tables.callbacks) {
    spec.callbacks.push_back(registry.make<Callback>(callback.type, callback.options));
  }
  const bool has_timer = std::ranges::find(tables.callbacks, "Timer", &ComponentSpec::type) != tables.callbacks.end();
  if (!spec.trainer.max_time.empty() && !has_timer) {  // as in Lightning: a Timer that is listed goes before max_time
    spec.callbacks.push_back(registry.make<Callback>("Timer", Value::Map{{"duration", spec.trainer.max_time}}));
  }
  spec.hyper_parameters = hyper_parameters(registry, tables, spec.shape);
  spec.pipeline_info = CheckpointInfo::of(tables.model.type, all_options(registry, "model", tables.model), windows).to_value();

  torch::manual_seed(static_cast<std::uint64_t>(seed));
  spec.model = registry.make<Model>(tables.model.type, tables.model.options, spec.shape);
  spec.optimizer_name = tables.optimizer.type;
  spec.optimizer = make_optimizer(registry, tables.optimizer, *spec.model);
  if (spec.optimizer && !tables.scheduler.type.empty()) {
    spec.scheduler = registry.make<Scheduler>(tables.scheduler.type, tables.scheduler.options, *spec.optimizer);
  }
  return spec;
}

RunContext make_run_context(const StageContext& context, Log& log) {
  return {.seed = context.settings.seed,
          .device = resolve_device(context.settings.device),
          .threads = context.settings.threads,
          .matmul_precision = context.settings.matmul_precision,
          .cancel = context.cancel,
          .log = log};
}

}  // namespace pipeline
