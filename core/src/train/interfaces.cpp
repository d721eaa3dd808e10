// Out-of-line members of the interfaces of this library that have no file of their own, so that their type information lies in it once.
#include "pipeline/train/collective.h"
#include "pipeline/train/train_step.h"

namespace pipeline {

TrainStep::~TrainStep() = default;
Collective::~Collective() = default;

}  // namespace pipeline
