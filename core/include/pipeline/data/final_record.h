#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"

namespace pipeline {

/// The result of stage `final`: the artifact "final". It is written to final.json in the stage's folder; `predict` and the report read it.
///
///     {"stage": "train", "measured": "/.../best.ckpt", "checkpoint": "/.../version_1/checkpoints/last.ckpt", "rows": 17420,
///      "windows": 17349, "steps": 2670, "epochs": 7.1, "measured_epochs": 10}
struct FinalRecord {
  std::string stage{};                     ///< the stage whose model the evaluation chose; "baselines/Theta" of one of several
  std::filesystem::path measured{};        ///< the checkpoint that was measured; empty: the model has none
  std::filesystem::path checkpoint{};      ///< of the same model, trained on all rows; empty: there was nothing to train
  std::int64_t rows = 0, windows = 0;      ///< that it was trained on; rows is 0 for windows made elsewhere
  std::int64_t steps = 0;                  ///< optimizer steps of it, as many as led to `measured`
  double epochs = 0, measured_epochs = 0;  ///< that these steps are, of all windows and of the training windows
};

inline constexpr const char* final_file_name = "final.json";

/// Writes final.json into `folder`, the stage's folder. Paths within it are written relative to it.
PIPELINE_EXPORT void write_final(const std::filesystem::path& folder, const FinalRecord& record);
/// Reads final.json from `folder`. Missing entries stay empty or 0. Error (unexpected) for a missing or damaged file.
[[nodiscard]] PIPELINE_EXPORT FinalRecord read_final(const std::filesystem::path& folder);

}  // namespace pipeline
