#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data/training_record.h"
#include "pipeline/data/windows.h"
#include "pipeline/errors.h"
#include "pipeline/export.h"
#include "pipeline/torch/callback.h"
#include "pipeline/torch/loss.h"
#include "pipeline/torch/model.h"
#include "pipeline/train/collective.h"
#include "pipeline/train/metric_set.h"
#include "pipeline/train/optimizer.h"
#include "pipeline/train/scheduler.h"
#include "pipeline/train/tier.h"
#include "pipeline/train/training.h"

namespace pipeline {

/// Settings of a fit. Torch keeps some of them for the whole process, so one fit runs at a time.
struct RunContext {
  std::int64_t seed = 3407;
  torch::Device device = torch::kCPU;
  int threads = 1;
  std::string matmul_precision = "medium";
  Collective* collective = nullptr;  ///< the processes that train this model together; nullptr: this one alone
  const std::atomic<int>& cancel;    ///< number of the signal that asks to stop, else 0
  Log& log;

  [[nodiscard]] int rank() const { return collective ? collective->rank() : 0; }  ///< only rank 0 writes, logs and decides
  [[nodiscard]] int world() const { return collective ? collective->world() : 1; }
};

/// Where and when a fit writes its resume point: a checkpoint with one more entry, `resume`, from which the fit continues bit for bit. It
/// is written at the end of every epoch, every `every_n_seconds` between two optimizer steps, and when the fit is interrupted.
struct ResumePlan {
  std::filesystem::path file;  ///< empty: no resume point
  double every_n_seconds = 60;
  State notes;  ///< written to the file as resume.notes, for the caller that continues the fit
};

/// The parts and settings of a fit. The fit owns the components that are moved in. Errors of a component that a registry made name it.
struct FitSpec {
  std::string model_name;
  Component<Model> model;
  ModelShape shape;
  WindowNorm window_norm = WindowNorm::none;
  Component<Loss> loss;
  std::string optimizer_name;
  Component<Optimizer> optimizer;  ///< nullptr for a model without parameters, or with a closed form
  Component<Scheduler> scheduler;  ///< of that optimizer; nullptr: constant learning rates
  TrainerOptions trainer;
  LoaderOptions loader;
  Metrics metrics;  ///< validation measures those that use the scaled series and need only a point forecast
  std::vector<Component<Callback>> callbacks;
  std::vector<Component<Logger>> loggers;
  std::filesystem::path version_dir;  ///< empty: nothing is kept
  Value hyper_parameters;             ///< for loggers and checkpoints
  Value pipeline_info;                ///< CheckpointInfo as plain data, for checkpoints
  State panel;                        ///< panel_state(), for checkpoints; null: there is none
  /// Content of the checkpoint that training continues from: weights, optimizer, scheduler, callbacks, counters. A resume point restores
  /// all other state too; make `loggers` with the positions in it. Null: train from the start.
  State start;
  std::optional<std::filesystem::file_time_type> start_written;  ///< time at which the resume point in `start` was written
  ResumePlan resume;
};

struct FitResult {
  std::vector<EpochRecord> history;
  std::int64_t epochs = 0, steps = 0;
  std::string stopped_by;  ///< empty: max_epochs or max_steps; else the callback's reason, or "interrupted"
  bool interrupted = false, pruned = false;
  std::optional<CheckpointRecord> checkpoints;  ///< of the first callback that keeps checkpoints
  std::filesystem::path last_checkpoint;        ///< always written, unless version_dir is empty
  std::map<std::string, double> metrics;        ///< callback_metrics at the end
  std::map<std::string, double> best_metrics;   ///< callback_metrics when checkpoints->best was written; empty: unknown, or there is none
};

/// Checks the whole fit before anything is written: the split has batches, the limits fit their number, and callbacks watch metrics that
/// this fit measures. Error (usage, data).
PIPELINE_EXPORT void check_fit(FitSpec& spec, const Windows& windows, const RunContext& run);

/// Trains with Lightning's loop: sanity check, epochs of batches, validation, callbacks and loggers in Lightning's order. Error (training)
/// when the loss is not finite; ComponentError when a component throws something other than an Error.
[[nodiscard]] PIPELINE_EXPORT FitResult fit(FitSpec spec, const Windows& windows, RunContext run);

}  // namespace pipeline
