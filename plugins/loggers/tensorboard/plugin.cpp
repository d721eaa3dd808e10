#include "pipeline/plugin.h"
#include "tensorboard_logger.h"

PIPELINE_PLUGIN("tensorboard", "1.0.0", "Apache-2.0", "Events files for TensorBoard") {
  using pipeline::loggers::tensorboard::TensorBoardLogger;
  registrar
      .add<pipeline::Logger, TensorBoardLogger>("TensorBoardLogger", "Scalars, pictures, histograms and hyper-parameters for TensorBoard.")
      .reference("Lightning's TensorBoardLogger; tensorboard/compat/proto");
}
