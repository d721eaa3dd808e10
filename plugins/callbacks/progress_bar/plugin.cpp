#include "pipeline/plugin.h"

#include "progress_bar.h"

PIPELINE_PLUGIN("progress_bar", "1.0.0", "Apache-2.0", "Shows how far a training is") {
  using pipeline::callbacks::progress_bar::ProgressBar;
  registrar.add<pipeline::Callback, ProgressBar>("ProgressBar", "Shows epoch, batch, speed, losses and the time left.")
      .reference("Lightning's TQDMProgressBar")
      .only_watches();
}
