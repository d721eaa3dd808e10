#include "pipeline/plugin.h"
#include "torch_tests.h"

PIPELINE_PLUGIN("torch_component_tests", "1.0.0", "Apache-2.0",
                "Checks of models, losses, metrics, optimizers, schedulers and callbacks for test-plugin") {
  using namespace pipeline::component_tests;
  registrar.add<pipeline::ComponentTest, ModelTest>("model", "Shapes, independence of the batch, gradients, seeds, save and load.");
  registrar.add<pipeline::ComponentTest, LossTest>("loss", "A finite loss of every value, its mean, and a gradient towards the truth.");
  registrar.add<pipeline::ComponentTest, MetricTest>("metric", "A finite number, the same in any batches, and of parts put together.");
  registrar.add<pipeline::ComponentTest, OptimizerTest>("optimizer", "A quadratic goes down.");
  registrar.add<pipeline::ComponentTest, SchedulerTest>("scheduler", "Finite rates; a state that is loaded goes on as the original does.");
  registrar.add<pipeline::ComponentTest, CallbackTest>("callback", "Every hook of a short training; a state that survives.");
}
