#pragma once

#include <array>
#include <string_view>

/// Names that may be monitored though no component of kind metric measures them.
namespace pipeline {

/// The configured loss: smaller is better.
inline constexpr std::array<std::string_view, 4> loss_names{"train_loss", "train_loss_step", "train_loss_epoch", "val_loss"};
/// Counters that may rank checkpoints too: a larger one is later.
inline constexpr std::array<std::string_view, 2> counter_names{"epoch", "step"};

}  // namespace pipeline
