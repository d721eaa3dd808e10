#pragma once

#include <string>

#include "pipeline/torch/loss.h"
#include "pipeline/torch/model.h"

namespace pipeline {

/// Checks that the model gives what the loss needs. Error (usage), with the way to intervals for a model of one value, if it does not.
void check_output(const std::string& model_name, const Model& model, const std::string& loss_name, const OutputSpec& needed);

}  // namespace pipeline
