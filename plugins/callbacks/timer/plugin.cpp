#include "pipeline/plugin.h"

#include "timer.h"

PIPELINE_PLUGIN("timer", "1.0.0", "Apache-2.0", "Ends a training after a while") {
  using pipeline::callbacks::timer::Timer;
  registrar.add<pipeline::Callback, Timer>("Timer", "Stops the training when its time is over.").reference("Lightning's Timer");
}
