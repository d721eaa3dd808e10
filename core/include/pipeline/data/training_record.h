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

/// One epoch of the learning curve.
struct EpochRecord {
  std::int64_t epoch = 0, step = 0;
  double train_loss = 0, learning_rate = 0, seconds = 0;  ///< NaN: not measured
  std::map<std::string, double> val;                      ///< val_loss, val_rmse, ... if this epoch validated
};

/// The result of a training: the artifact "checkpoint". A stage that trains writes it to train.json in its folder. Stages and commands that
/// evaluate the model, forecast with it or draw its curve read that file.
///
///     {"model": "LSTMModel", "version_dir": "/.../version_0", "best": "/.../best.ckpt", "last": "/.../last.ckpt",    null: there is none
///      "windows": "../slice_windows", "monitor": "val_loss", "mode": "min", "score": 0.2, "epochs": 10, "steps": 2670, "stopped_by": "",
///      "loss": {"type": "MSELoss", "options": {}}, "pipeline": {...}, "hyper_parameters": {"lr": 0.001}, "kernels": "2, avx512",
///      "history": [{"epoch": 0, "step": 267, "seconds": 1.5, "train_loss": 0.3, "learning_rate": 0.001, "val": {"val_loss": 0.25}}]}
struct TrainingRecord {
  std::string stage{};                   ///< the stage that trained; read from the artifact, not written
  std::string model_type{};              ///< "LSTMModel"
  std::filesystem::path version_dir{};   ///< folder of logs and checkpoints; empty: nothing was kept
  std::filesystem::path best{}, last{};  ///< checkpoints; empty: none
  std::filesystem::path windows{};       ///< folder of the artifact "windows" that was trained on
  std::string monitor{};                 ///< the metric that chose `best`; empty: none
  std::string mode{};                    ///< min | max: a smaller or a larger value of `monitor` is better; empty: no monitor
  std::optional<double> score{};         ///< of `best`
  std::int64_t epochs = 0, steps = 0;    ///< epochs and optimizer steps done
  std::string stopped_by{};              ///< empty: max_epochs or max_steps
  ComponentSpec loss{};                  ///< the training loss; an empty type: not known
  Value pipeline{};                      ///< CheckpointInfo of the weights as plain data; null: the checkpoints hold it
  Value hyper_parameters{};              ///< as loggers got them
  std::string kernels{};                 ///< `kernels` of the stage's key: version and instruction set; empty: not known
  std::vector<EpochRecord> history{};
};

inline constexpr const char* training_file_name = "train.json";

/// Writes train.json into `folder`, the stage's folder. Paths within `folder` and the path of the windows are written relative to it, as
/// the stage's folder is moved when the stage is done. Relative paths are written as they are.
PIPELINE_EXPORT void write_training(const std::filesystem::path& folder, const TrainingRecord& record);
/// Reads train.json in the artifact's folder and resolves its paths against that folder. Missing entries stay empty, null or NaN. Error
/// (unexpected) for a missing or damaged file.
[[nodiscard]] PIPELINE_EXPORT TrainingRecord read_training(const Artifact& checkpoint);

}  // namespace pipeline
