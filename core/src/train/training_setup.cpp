#include "pipeline/train/training_setup.h"

#include <algorithm>
#include <utility>

#include <ATen/Context.h>

#include "base/table_rules.h"
#include "checkpoint/model_library.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"
#include "pipeline/train/closed_form.h"
#include "pipeline/train/forecaster.h"
#include "train/allocation_limit.h"
#include "train/output_check.h"

namespace pipeline {

namespace {

/// The given options, and the component's defaults for all others.
Value all_options(const Registry& registry, const char* kind, const ComponentSpec& spec) {
  const ComponentInfo* info = registry.find(kind, spec.type);
  return info ? info->schema.with_defaults(spec.options) : spec.options;
}

/// The hyper-parameters for loggers. Python's load_from_checkpoint passes them to a class with the recipe's arguments.
Value hyper_parameters(const Registry& registry, const TrainingTables& tables, const ModelShape& shape) {
  Value all = all_options(registry, "model", tables.one("model"));
  all["input_size"] = shape.features;
  all["output_size"] = shape.horizon * shape.targets * shape.output.width();
  all["window"] = shape.window;
  all["horizon"] = shape.horizon;
  all["batch_size"] = bind_options<LoaderOptions>(tables.options("loader")).batch_size;
  const Value optimizer = all_options(registry, "optimizer", tables.one("optimizer"));
  if (const Value* lr = optimizer.find("lr")) all["lr"] = *lr;
  return all;
}

/// nullptr for a model without parameters, and for one that computes them.
Component<Optimizer> make_optimizer(const Registry& registry, const ComponentSpec& spec, Model& model) {
  if (closed_form_of(model)) return {};
  std::vector<torch::Tensor> trained;
  for (const torch::Tensor& parameter : model.parameters()) {
    if (parameter.requires_grad()) trained.push_back(parameter);
  }
  if (trained.empty()) return {};
  return registry.make<Optimizer>(spec.type, spec.options, std::move(trained));
}

/// The option with which a callback limits the time of a training; nullptr if it has none.
const OptionInfo* time_limit_of(const ComponentInfo* callback) {
  if (!callback) return nullptr;
  const auto& options = callback->schema.options;
  const auto found = std::ranges::find(options, OptionRole::time_limit, &OptionInfo::role);
  return found == options.end() ? nullptr : &*found;
}

/// The callback for [trainer] max_time. Error (usage) if plugins have no such callback, or several, so that the user must choose.
ComponentSpec time_limiter(const Registry& registry, const std::string& max_time) {
  std::vector<ComponentSpec> found;
  std::string names;
  for (const ComponentInfo* info : registry.list("callback")) {
    const OptionInfo* limit = time_limit_of(info);
    if (!limit) continue;
    found.push_back({info->name, Value::Map{{limit->name, max_time}}});
    names += (names.empty() ? "" : ", ") + info->name;
  }
  if (found.empty()) throw usage_error("trainer: max_time needs a callback that limits the time, and no plugin gives one: leave it out");
  if (found.size() > 1)
    throw usage_error("trainer: max_time: several callbacks limit the time: list one of " + names + " in [[callbacks]]");
  return found.front();
}

/// The callback of [trainer] enable_progress_bar. A workflow without its plugin trains silently.
constexpr const char* progress_bar = "ProgressBar";

std::vector<ComponentSpec> callbacks_of(const Registry& registry, const TrainingTables& tables, const TrainerOptions& trainer) {
  std::vector<ComponentSpec> callbacks = tables.many("callbacks");
  // As in Lightning: a listed timer takes precedence over max_time. One without a limit of its own gets this one.
  bool is_limited = trainer.max_time.empty();
  for (ComponentSpec& spec : callbacks) {
    const OptionInfo* limit = is_limited ? nullptr : time_limit_of(registry.find("callback", spec.type));
    if (!limit) continue;
    const Value* given = spec.options.find(limit->name);
    if (!given || *given == limit->default_value) spec.options[limit->name] = trainer.max_time;
    is_limited = true;
  }
  if (!is_limited) callbacks.push_back(time_limiter(registry, trainer.max_time));
  const bool shows_progress = std::ranges::find(callbacks, progress_bar, &ComponentSpec::type) != callbacks.end();
  if (trainer.enable_progress_bar && !shows_progress && registry.find("callback", progress_bar))
    callbacks.push_back({progress_bar, Value::Map{}});
  return callbacks;
}

/// The model right after seeding torch, unless it asks for more memory than is free.
Component<Model> make_model(const Registry& registry, const ComponentSpec& model, const ModelShape& shape, std::int64_t seed) {
  const std::uint64_t free = free_memory();
  const AllocationLimit limit(
      free, Error(ExitStatus::unexpected,
                  "there is not enough memory: making " + model.type + " with these options asks for more than the " +
                      format_short(static_cast<double>(free) / 1e9) + " GB that are free; make it smaller, or end other programs"));
  torch::manual_seed(static_cast<std::uint64_t>(seed));
  return registry.make<Model>(model.type, model.options, shape);
}

}  // namespace

FitSpec make_fit_spec(const Registry& registry, const TrainingTables& tables, const Windows& windows, std::int64_t seed) {
  const ComponentSpec &model = tables.one("model"), &loss = tables.one("loss"), &optimizer = tables.one("optimizer"),
                      &scheduler = tables.one("scheduler");
  if (const auto mistakes = table_mistakes(registry, tables); !mistakes.empty()) throw usage_error(mistakes.front().message);
  FitSpec spec;
  spec.model_name = model.type;
  spec.shape = shape_of(windows);
  spec.window_norm = windows.info().window_norm;
  spec.trainer = bind_options<TrainerOptions>(tables.options("trainer"));
  spec.loader = bind_options<LoaderOptions>(tables.options("loader"));
  spec.loss = registry.make<Loss>(loss.type, loss.options);
  spec.shape.output = spec.loss->output();
  spec.metrics = make_metrics(registry);
  for (const ComponentSpec& callback : callbacks_of(registry, tables, spec.trainer)) {
    spec.callbacks.push_back(registry.make<Callback>(callback.type, callback.options));
  }
  spec.hyper_parameters = hyper_parameters(registry, tables, spec.shape);
  CheckpointInfo info = CheckpointInfo::of(model.type, all_options(registry, "model", model), windows);
  if (spec.shape.output.kind != OutputSpec::Kind::point) info.loss = {loss.type, all_options(registry, "loss", loss)};
  spec.pipeline_info = info.to_value();
  if (windows.series()) spec.panel = panel_state(*windows.series());
  if (const ComponentInfo* known = registry.find("model", model.type); known && !known->library.empty())
    spec.pipeline_info[model_library_key] = std::filesystem::path(known->library).filename().string();

  spec.model = make_model(registry, model, spec.shape, seed);
  check_output(model.type, *spec.model, loss.type, spec.shape.output);
  spec.optimizer_name = optimizer.type;
  spec.optimizer = make_optimizer(registry, optimizer, *spec.model);
  if (closed_form_of(*spec.model) && spec.trainer.max_epochs != 0) spec.trainer.max_epochs = 1;  // it has but one
  if (spec.optimizer && !scheduler.type.empty()) {
    spec.scheduler = registry.make<Scheduler>(scheduler.type, scheduler.options, spec.optimizer->torch_optimizer());
  }
  return spec;
}

RunContext make_run_context(const StageContext& context, Log& log) {
  return {.seed = context.settings.seed,
          .device = resolve_device(context.settings.device),
          .threads = context.settings.threads,
          .matmul_precision = context.settings.matmul_precision,
          .collective = context.collective,
          .cancel = context.cancel,
          .log = log};
}

}  // namespace pipeline
