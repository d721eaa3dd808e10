#include "model_summary.h"

namespace pipeline::callbacks::model_summary {

void ModelSummary::on_fit_start(Trainer& trainer) {
  if (options_.max_depth == 0) return;
  trainer.log().info(trainer.model_name() + "\n" + summarize(trainer.model(), options_.max_depth));
}

}  // namespace pipeline::callbacks::model_summary
