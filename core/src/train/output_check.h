#pragma once

#include <string>

#include "pipeline/torch/loss.h"
#include "pipeline/torch/model.h"

namespace pipeline {

/// Checks that this version can train the model with the loss. Error (usage) if the loss needs more than a point, or if the model gives
/// another output than the loss needs.
void check_output(const std::string& model_name, const Model& model, const std::string& loss_name, const OutputSpec& needed);

}  // namespace pipeline
