// Out-of-line members of interfaces without a source file of their own, so that this library alone holds their type information.
#include "pipeline/train/closed_form.h"
#include "pipeline/train/direct_gradients.h"
#include "pipeline/train/train_step.h"

namespace pipeline {

ClosedForm::~ClosedForm() = default;
DirectGradients::~DirectGradients() = default;
TrainStep::~TrainStep() = default;

}  // namespace pipeline
