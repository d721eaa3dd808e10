#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/stage.h"
#include "pipeline/value.h"

namespace pipeline {

/// One row of the curve.
struct EpochRecord {
  std::int64_t epoch = 0, step = 0;
  double train_loss = 0, learning_rate = 0, seconds = 0;  ///< NaN: not measured
  std::map<std::string, double> val;                      ///< val_loss, val_rmse, ... where this epoch validated
};

/// What a training left: the artifact "checkpoint". A stage that trains leaves it as train.json in its folder; who measures the model,
/// forecasts with it or draws its curve reads it there.
///
///     {"model": "LSTMModel", "version_dir": "/.../version_0", "best": "/.../best.ckpt", "last": "/.../last.ckpt",    null: there is none
///      "windows": "../slice_windows", "monitor": "val_loss", "mode": "min", "score": 0.2, "epochs": 10, "steps": 2670, "stopped_by": "",
///      "loss": {"type": "MSELoss", "options": {}}, "pipeline": {...}, "hyper_parameters": {"lr": 0.001},
///      "history": [{"epoch": 0, "step": 267, "seconds": 1.5, "train_loss": 0.3, "learning_rate": 0.001, "val": {"val_loss": 0.25}}]}
struct TrainingRecord {
  std::string stage{};                   ///< who left it; the reader takes it from the artifact, the writer leaves it out
  std::string model_type{};              ///< "LSTMModel"
  std::filesystem::path version_dir{};   ///< folder of logs and checkpoints; empty: none was kept
  std::filesystem::path best{}, last{};  ///< checkpoints; empty: none
  std::filesystem::path windows{};       ///< folder of the artifact "windows" that was trained on
  std::string monitor{};                 ///< the metric that chose `best`; empty: none did
  std::string mode{};                    ///< min | max, whether a smaller or a larger one is better; empty: nothing was judged
  std::optional<double> score{};         ///< of `best`
  std::int64_t epochs = 0, steps = 0;    ///< done; steps of the optimizer
  std::string stopped_by{};              ///< empty: max_epochs or max_steps
  ComponentSpec loss{};                  ///< what was minimised; an empty type: not known
  Value pipeline{};                      ///< what the weights belong to, CheckpointInfo as plain data; null: the checkpoints say it
  Value hyper_parameters{};              ///< as loggers got them
  std::vector<EpochRecord> history{};
};

inline constexpr const char* training_file_name = "train.json";

/// Writes train.json into `folder`, the stage's. Paths within `folder`, and that of the windows, are written relative to it, since a
/// stage's folder is moved when it is done; relative ones are kept.
PIPELINE_EXPORT void write_training(const std::filesystem::path& folder, const TrainingRecord& record);
/// Reads train.json in the artifact's folder; its paths come whole. What it does not say stays empty, null or NaN. Error (unexpected) for a
/// file that is missing or damaged.
[[nodiscard]] PIPELINE_EXPORT TrainingRecord read_training(const Artifact& checkpoint);

}  // namespace pipeline
