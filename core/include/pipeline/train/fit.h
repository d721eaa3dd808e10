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
#include "pipeline/train/metric_set.h"
#include "pipeline/train/optimizer.h"
#include "pipeline/train/scheduler.h"
#include "pipeline/train/tier.h"
#include "pipeline/train/training.h"

namespace pipeline {

/// Process-wide settings of a fit: torch keeps them global, so one fit runs at a time.
struct RunContext {
  std::int64_t seed = 3407;
  torch::Device device = torch::kCPU;
  int threads = 1;
  std::string matmul_precision = "medium";
  int rank = 0, world = 1, local_rank = 0;  ///< rank 0 alone writes
  const std::atomic<int>& cancel;           ///< a signal's number, else 0
  Log& log;
};

/// Where a fit leaves what it can be continued from, bit for bit: a checkpoint with one more entry, `resume`. Written at the end of every
/// epoch, every so often between two optimizer steps, and when the fit is interrupted.
struct ResumePlan {
  std::filesystem::path file;  ///< empty: nowhere
  double every_n_seconds = 60;
  State notes;  ///< goes into the file as resume.notes, for whoever continues it
};

/// What is trained and how. The fit owns what is moved in; components that a registry made are named in what goes wrong with them.
struct FitSpec {
  std::string model_name;
  Component<Model> model;
  ModelShape shape;
  WindowNorm window_norm = WindowNorm::none;
  Component<Loss> loss;
  std::string optimizer_name;
  Component<Optimizer> optimizer;  ///< nullptr for a model without parameters
  Component<Scheduler> scheduler;  ///< of that optimizer; nullptr: its rates stay
  TrainerOptions trainer;
  LoaderOptions loader;
  Metrics metrics;  ///< validation measures those of the scaled series that need a point forecast only
  std::vector<Component<Callback>> callbacks;
  std::vector<Component<Logger>> loggers;
  std::filesystem::path version_dir;  ///< empty: nothing is kept
  Value hyper_parameters;             ///< for loggers and checkpoints
  Value pipeline_info;                ///< CheckpointInfo as plain data, for checkpoints
  /// A checkpoint's content that training goes on from: weights, optimizer, scheduler, callbacks, counters; from a resume point also all
  /// else, and `loggers` are then expected at their positions. Nothing: from the start.
  State start;
  std::optional<std::filesystem::file_time_type> start_written;  ///< of a resume point: when
  ResumePlan resume;
};

struct FitResult {
  std::vector<EpochRecord> history;
  std::int64_t epochs = 0, steps = 0;
  std::string stopped_by;  ///< empty: max_epochs or max_steps; else the callback's reason, or "interrupted"
  bool interrupted = false, pruned = false;
  std::optional<CheckpointRecord> checkpoints;  ///< of the first callback that keeps some
  std::filesystem::path last_checkpoint;        ///< always written, unless version_dir is empty
  std::map<std::string, double> metrics;        ///< callback_metrics at the end
  std::map<std::string, double> best_metrics;   ///< callback_metrics when checkpoints->best was written; empty: unknown, or there is none
};

/// Checks, before anything is written, what only the whole can tell: that the split has batches, that limits fit them and that callbacks
/// watch metrics which this fit measures. Error (usage, data).
PIPELINE_EXPORT void check_fit(FitSpec& spec, const Windows& windows, const RunContext& run);

/// Trains by Lightning's loop: sanity check, epochs of batches, validation, callbacks and loggers in its order. Error (training) when the
/// loss is not finite, ComponentError where a component throws something else.
[[nodiscard]] PIPELINE_EXPORT FitResult fit(FitSpec spec, const Windows& windows, RunContext run);

}  // namespace pipeline
