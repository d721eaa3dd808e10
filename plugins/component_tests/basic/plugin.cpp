#include "pipeline/plugin.h"
#include "basic_tests.h"

PIPELINE_PLUGIN("component_tests", "1.0.0", "Apache-2.0", "Checks of stages, loggers and forecasters of one series for test-plugin") {
  using namespace pipeline::component_tests;
  registrar.add<pipeline::ComponentTest, StageTest>("stage", "Can be made; says what it needs when an input is missing.");
  registrar.add<pipeline::ComponentTest, ForecasterTest>("local_forecaster",
                                                         "Gives a value for every step; is fitted anew; takes updates.");
  registrar.add<pipeline::ComponentTest, LoggerTest>("logger", "Takes all it can be given; a folder that cannot be written ends nothing.");
}
