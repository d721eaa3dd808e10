#include "pipeline/torch/model.h"

namespace pipeline {

Model::~Model() = default;

bool Model::uses_target_history() const { return false; }

}  // namespace pipeline
