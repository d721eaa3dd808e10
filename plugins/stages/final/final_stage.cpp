#include "final_stage.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "pipeline/data/format.h"
#include "pipeline/data/local_forecaster.h"
#include "pipeline/data/series.h"
#include "pipeline/data/training_record.h"
#include "pipeline/data/windows.h"
#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"
#include "same_steps.h"

namespace pipeline::stage::final_training {

namespace {

constexpr const char* work_folder = "anew";

/// "train (LSTMModel)"
std::string name_of(const ModelMetrics& model) {
  return model.stage + (model.model.empty() || model.stage.ends_with("/" + model.model) ? "" : " (" + model.model + ")");
}

/// Rows that belong to the training, of all series.
std::int64_t training_rows(const Windows& windows) {
  const Series* series = windows.series();
  std::int64_t rows = 0;
  for (std::int64_t s = 0; series && s < series->series_count(); ++s) rows += series->rows_of(s, Split::train).count;
  return rows;
}

/// The optimizer steps that led to a checkpoint.
std::int64_t steps_to(const std::filesystem::path& checkpoint, const TrainingRecord& training) {
  const State content = read_checkpoint(checkpoint);
  const State* step = content.find("global_step");
  return step ? step->as_int() : training.steps;
}

/// What is said of a model that no optimizer and no closed form gave weights.
std::string nothing_to_train(const ModelMetrics& leader, const std::string& by, const Registry& registry) {
  const std::string type = leader.stage.substr(leader.stage.rfind('/') + 1);
  const bool is_local = registry.find(Kind<LocalForecaster>::name, type) != nullptr;
  return by + " chose " + leader.stage + ", which has no checkpoint: there is nothing to train here. " +
         (is_local ? "predict fits it to all rows of its input" : "predict runs it as it runs what evaluate chose");
}

/// "17,349 windows of all 17,420 rows"
std::string all_of(const FinalRecord& record) {
  return format_count(record.windows) + " windows" + (record.rows > 0 ? " of all " + format_count(record.rows) + " rows" : "");
}

std::string told(const FinalRecord& record, bool searched) {
  const std::string taken = "; predict takes it. No row is left to measure it on: the metrics are those of the model that was measured";
  if (!searched) return "solved on " + all_of(record) + taken;
  return "trained on " + all_of(record) + " for " + format_count(record.steps) + " steps, which are " + format_short(record.epochs) +
         " epochs, where " + format_short(record.measured_epochs) + " epochs of the training windows led to the measured model" + taken;
}

/// The epochs that some steps are. Without a whole epoch, by the windows of an epoch of the other training.
double epochs_of(std::int64_t steps, const std::optional<double>& of_epoch, const std::optional<double>& other, double windows_ratio) {
  const double whole = of_epoch ? *of_epoch : other.value_or(static_cast<double>(steps)) * windows_ratio;
  return static_cast<double>(steps) / whole;
}

/// A checkpoint of a trial run lies in the folder of the training: it is taken out of it.
std::filesystem::path kept_checkpoint(const TrainingRecord& trained, const std::filesystem::path& folder) {
  if (!trained.version_dir.empty()) return trained.last;
  const std::filesystem::path kept = folder / trained.last.filename();
  std::filesystem::rename(trained.last, kept);
  return kept;
}

}  // namespace

void FinalStage::train(const Artifact& training, FinalRecord& record, StageContext& context) const {
  const TrainingRecord before = read_training(training);
  const bool searched = was_searched(before);
  record.steps = searched ? steps_to(record.measured, before) : 0;
  const AnewRequest request{.stage = training.stage,
                            .split = Value::Map{{"val", 0}, {"test", 0}},
                            .folder = context.folder / work_folder,
                            .change = [&](TrainingTables& tables) {
                              take_all_rows(tables, context.registry, searched ? std::optional(record.steps) : std::nullopt,
                                            context.settings.ranks);
                            }};
  AnewResult result = run_anew_(request);
  const TrainingRecord trained = read_training({"checkpoint", context.stage, result.folder});
  const auto windows = Windows::open(trained.windows), measured_windows = Windows::open(before.windows);
  record.windows = windows->count(Split::train);
  record.rows = training_rows(*windows);
  record.checkpoint = kept_checkpoint(trained, context.folder);
  if (searched) {
    const double ratio = static_cast<double>(record.windows) / static_cast<double>(measured_windows->count(Split::train));
    const std::optional<double> old_steps = steps_of_epoch(before),
                                new_steps = trained.history.size() > 1 ? steps_of_epoch(trained) : std::nullopt;  // else no whole epoch
    record.measured_epochs = epochs_of(record.steps, old_steps, new_steps, 1 / ratio);
    record.epochs = epochs_of(record.steps, new_steps, old_steps, ratio);
  }
  context.kept_elsewhere = std::move(result.kept_elsewhere);
  context.summary = Value::Map{{"model", record.stage}, {"rows", record.rows}, {"windows", record.windows}};
  if (searched) context.summary["steps"] = record.steps, context.summary["epochs"] = record.epochs;
  if (!trained.version_dir.empty()) context.summary["version_dir"] = trained.version_dir.string();
  context.log.info(told(record, searched));
  std::filesystem::remove_all(request.folder);
}

void FinalStage::run(StageContext& context) {
  const Artifact& evaluation = context.input("metrics");
  const MetricsRecord measured = read_metrics(evaluation.folder);
  const ModelMetrics& leader = measured.models[measured.leader];
  FinalRecord record{.stage = leader.stage, .measured = leader.checkpoint};
  const std::vector<Artifact> trainings = context.inputs_of("checkpoint");
  const auto training = std::ranges::find(trainings, leader.stage, &Artifact::stage);
  if (training != trainings.end()) {
    context.log.info(evaluation.stage + " chose " + name_of(leader) + ": it is trained once more, on all rows and without validation");
    train(*training, record, context);
  } else {
    context.summary = Value::Map{{"model", leader.stage}};
    context.log.info(nothing_to_train(leader, evaluation.stage, context.registry));
  }
  write_final(context.folder, record);
}

}  // namespace pipeline::stage::final_training
