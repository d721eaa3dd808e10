#include "pipeline/plugin.h"

#include "ema_weight_averaging.h"

PIPELINE_PLUGIN("ema_weight_averaging", "1.0.0", "Apache-2.0", "Averages a model's weights while it trains") {
  using pipeline::callbacks::ema_weight_averaging::EMAWeightAveraging;
  registrar.add<pipeline::Callback, EMAWeightAveraging>("EMAWeightAveraging", "Validates and keeps a moving average of the weights.")
      .reference("Lightning's EMAWeightAveraging; torch.optim.swa_utils.AveragedModel");
}
