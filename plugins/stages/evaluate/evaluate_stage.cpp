#include "evaluate_stage.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include <c10/core/InferenceMode.h>

#include "by_series_file.h"
#include "forecast_result.h"
#include "measured.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/data/new_file.h"
#include "pipeline/data/season.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/logger.h"
#include "pipeline/train/torch_settings.h"
#include "predictions_file.h"
#include "summary.h"
#include "training_scale.h"

namespace pipeline::stage::evaluate {

namespace {

std::vector<TrainingRecord> read_trainings(const StageContext& context, const std::string& checkpoint) {
  std::vector<TrainingRecord> out;
  for (const Artifact& artifact : context.inputs_of("checkpoint")) out.push_back(read_training(artifact));
  if (out.empty() && context.inputs_of("forecasts").empty())
    throw usage_error("there is nothing to evaluate: add a stage that trains, or one that forecasts, such as baselines");
  if (out.size() > 1 && checkpoint != "best" && checkpoint != "last")
    throw usage_error("checkpoint = \"" + checkpoint + "\" is one file, but " + std::to_string(out.size()) +
                      " trainings are compared: write best or last, or choose one with inputs = { checkpoint = \"" + out.front().stage +
                      "\" }");
  return out;
}

/// "predictions.csv" for the leading model's main split; other names contain the stage, the split or both. A stage that is named as a split
/// always has both. Readers find the name in metrics.json.
std::string file_name(std::string name, const ModelResult& result, Split split, Split main, bool leads) {
  std::string stage = result.training.stage;
  std::ranges::replace(stage, '/', '.');  // "baselines/Theta"
  const bool ambiguous = !leads && std::ranges::find(split_names, stage) != split_names.end();
  if (!leads) name += "." + stage;
  if (split != main || ambiguous) name += std::string(".") + split_names[static_cast<std::size_t>(split)];
  return name + ".csv";
}

std::int64_t shortest_horizon(const WindowsInfo& info) {
  std::int64_t shortest = info.horizon;
  for (const auto& [word, horizon] : info.horizons) shortest = std::min(shortest, horizon);
  return shortest;
}

Component<Loss> loss_of(const TrainingRecord& training, const Registry& registry, torch::Device device) {
  if (training.loss.type.empty())
    throw training_error("train.json of stage " + training.stage + " does not say what it minimised: run `pipeline run` with --stage " +
                         training.stage + " --force to train it again");
  Component<Loss> loss = registry.make<Loss>(training.loss.type, training.loss.options);
  call(loss, "to", &Loss::to, device);
  return loss;
}

/// Tells of how many series the scaled metrics leave out.
void say_scales(const std::vector<SeriesScale>& scales, const ModelResult& result, Split split, Log& log) {
  const std::int64_t without = count_without_scale(scales);
  if (without == 0) return;
  log.warning(format_count(without) + " of " + format_count(std::ssize(scales)) +
              (result.targets.size() > 1 ? " targets of series did not" : " series did not") + " change from season to season before the " +
              split_names[static_cast<std::size_t>(split)] + " split, or have too few rows: mase and rmsse leave them out");
}

/// Adds the metrics to the version folder of the training they belong to, as Lightning's Trainer.test does.
void log_to_version(const ModelResult& result, const StageContext& context) {
  const TrainingRecord& training = result.training;
  if (training.version_dir.empty()) return;
  if (!std::filesystem::is_directory(training.version_dir)) {
    context.log.warning("the folder " + training.version_dir.string() + " of stage " + training.stage +
                        " is gone: its metrics are not logged");
    return;
  }
  remove_unfinished(training.version_dir);  // of an evaluation that was killed
  NamedNumbers metrics = flat_metrics(result);
  if (const double loss = result.main().model.loss(); std::isfinite(loss)) metrics.emplace_back("hp_metric", loss);
  const LoggerContext where{.version_dir = training.version_dir, .append = true, .log = context.log};
  for (const ComponentSpec& spec : context.tables.many("loggers")) {
    const auto logger = context.registry.make<Logger>(spec.type, spec.options, where);
    call(logger, "log_final_metrics", &Logger::log_final_metrics, metrics, training.steps);
    call(logger, "finish", &Logger::finish, true);
  }
  sync_tree(training.version_dir);
}

}  // namespace

std::vector<Split> EvaluateStage::splits() const {
  std::vector<Split> out;
  for (const std::string& name : options_.splits) {
    if (const Split split = parse_split(name); std::ranges::find(out, split) == out.end()) out.push_back(split);
  }
  if (out.empty()) throw usage_error("splits is empty: write [\"test\"], or any of train, val and test");
  if (const auto test = std::ranges::find(out, Split::test); test != out.end()) std::rotate(out.begin(), test, test + 1);
  return out;
}

SplitRequest EvaluateStage::request(Split split, const Series* series, const Metrics& metrics, StageContext& context) const {
  std::vector<SeriesScale> scales;
  if (series) scales = scales_before(split, *series, season_lengths(context.settings.season_length, series->info()));
  return {.split = split,
          .batch_size = options_.batch_size,
          .device = resolve_device(context.settings.device),
          .metrics = metrics,
          .scales = std::move(scales),
          .check_cancelled = [&context] {
            if (context.cancelled())
              throw Error(ExitStatus::interrupted, "interrupted while evaluating; run it again with --stage " + context.stage);
          }};
}

ModelResult EvaluateStage::measure(TrainedModel model, bool leads, const Metrics& metrics, StageContext& context,
                                   WrittenFiles& files) const {
  ModelResult out{.training = model.training,
                  .checkpoint = model.checkpoint,
                  .targets = model.windows->target_names(),
                  .horizon = model.windows->info().horizon,
                  .shortest_horizon = shortest_horizon(model.windows->info()),
                  .splits = {}};
  const Series* series = model.windows->series();
  const Component<Loss> loss = loss_of(model.training, context.registry, resolve_device(context.settings.device));
  const std::vector<Split> wanted = splits();
  for (const Split split : wanted) {
    const SplitRequest asked = request(split, series, metrics, context);
    if (series && series->info().panel) say_scales(asked.scales, out, split, context.log);
    const std::string split_name = split_names[static_cast<std::size_t>(split)];
    std::optional<PredictionsFile> file;
    if (options_.predictions != "none") {
      const std::string name = files.predictions[split_name] = file_name("predictions", out, split, wanted.front(), leads);
      file.emplace(context.folder / name, *model.windows, options_.predictions == "last_step");
    }
    const std::string attention_name = file_name("attention", out, split, wanted.front(), leads);
    std::optional<AttentionFile> attention;
    if (options_.attention) attention.emplace(context.folder / attention_name, *model.windows);
    out.splits.push_back(evaluate_split(model, loss, asked, file ? &*file : nullptr, attention ? &*attention : nullptr));
    if (file) file->finish();
    if (series && series->info().panel) {
      const std::string name = files.by_series[split_name] = file_name("by_series", out, split, wanted.front(), leads);
      write_by_series(context.folder / name, *model.windows, out.targets, out.splits.back());
    }
    if (attention && attention->finish()) files.attention[split_name] = attention_name;
  }
  return out;
}

ModelResult EvaluateStage::measure(const ForecastModel& model, bool leads, const Metrics& metrics, StageContext& context,
                                   WrittenFiles& files) const {
  ModelResult out{.training = {.stage = model.label(), .model_type = model.name()},
                  .checkpoint = {},
                  .targets = model.windows->target_names(),
                  .horizon = model.windows->info().horizon,
                  .shortest_horizon = shortest_horizon(model.windows->info()),
                  .splits = {}};
  const std::vector<Split> wanted = splits();
  for (const Split split : wanted) {
    if (split == Split::train) continue;  // no model of one series forecasts the rows it was fitted to
    const std::string split_name = split_names[static_cast<std::size_t>(split)];
    std::optional<PredictionsFile> file;
    if (options_.predictions != "none") {
      const std::string name = files.predictions[split_name] = file_name("predictions", out, split, wanted.front(), leads);
      file.emplace(context.folder / name, *model.windows, options_.predictions == "last_step");
    }
    const SplitRequest asked = request(split, model.windows->series(), metrics, context);
    out.splits.push_back(evaluate_forecasts(*model.forecasts, model.index, *model.windows, asked, file ? &*file : nullptr));
    if (const std::int64_t count = out.splits.back().without_scale; count > 0)
      context.log.warning(model.label() + ": " + format_count(count) + (count == 1 ? " forecast is" : " forecasts are") +
                          " 0 or less, which the transform of the target cannot take: the errors on the scaled series leave " +
                          (count == 1 ? "it" : "them") + " out");
    if (file) file->finish();
    if (!model.windows->series()->info().panel) continue;
    const std::string name = files.by_series[split_name] = file_name("by_series", out, split, wanted.front(), leads);
    write_by_series(context.folder / name, *model.windows, out.targets, out.splits.back());
  }
  return out;
}

void EvaluateStage::run(StageContext& context) {
  const c10::InferenceMode no_gradients;
  const TorchSettings settings({.threads = context.settings.threads, .matmul_precision = context.settings.matmul_precision});
  const std::vector<TrainingRecord> trainings = read_trainings(context, options_.checkpoint);
  std::vector<ForecastModel> forecasts = read_forecast_models(context);
  if (splits().front() == Split::train && !forecasts.empty()) {
    if (trainings.empty()) throw usage_error("splits = [\"train\"] measures trained models alone: forecasts are of val and test");
    context.log.warning("forecasts are of val and test: splits = [\"train\"] measures trained models alone");
    forecasts.clear();
  }
  const Metrics components = make_metrics(context.registry);
  const std::size_t leader = trainings.empty() ? leading(forecasts, components, context.settings.season_length) : leading(trainings);
  std::vector<ModelResult> results;
  MetricsRecord metrics{.measures = described(components), .models = {}, .leader = leader};
  const auto keep = [&](ModelResult result, WrittenFiles files) {
    metrics.models.push_back(measured(result));
    metrics.models.back().predictions = std::move(files.predictions);
    metrics.models.back().attention = std::move(files.attention);
    metrics.models.back().by_series = std::move(files.by_series);
    results.push_back(std::move(result));
  };
  for (std::size_t i = 0; i < trainings.size(); ++i) {
    std::filesystem::path checkpoint = choose_checkpoint(trainings[i], options_.checkpoint, context);
    TrainedModel model = load(trainings[i], std::move(checkpoint), context.registry, resolve_device(context.settings.device));
    WrittenFiles files;
    ModelResult result = measure(std::move(model), i == leader, components, context, files);
    keep(std::move(result), std::move(files));
  }
  for (const ForecastModel& model : forecasts) {
    WrittenFiles files;
    ModelResult result = measure(model, results.size() == leader, components, context, files);
    keep(std::move(result), std::move(files));
  }
  write_metrics(context.folder, metrics);
  for (const std::string& line : error_table(results)) context.log.info(line);
  for (const std::string& line : naive_warnings(results)) context.log.warning(line);
  for (const ModelResult& result : results) log_to_version(result, context);
  context.summary = summary_value(results[leader]);
}

}  // namespace pipeline::stage::evaluate
