#pragma once

#include <utility>

#include "pipeline/data/final_record.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/host/anew.h"
#include "pipeline/options.h"
#include "pipeline/stage.h"

namespace pipeline::stage::final_training {

/// Trains the model that an evaluation chose once more, on all rows: the stages that it came from run again without validation and test,
/// so that scaler, codes of words and weights are fitted to all rows. It takes as many optimizer steps as led to the measured checkpoint
/// (same_steps.h); a model with a closed form is solved. Leaves final.json (pipeline/data/final_record.h) and a version folder of its own.
///
/// A model without a checkpoint has nothing to train; final.json then names it alone.
class FinalStage final : public Stage, public RunsAnew {
 public:
  using Options = NoOptions;
  explicit FinalStage(Options /*unused*/) {}
  void run(StageContext& context) override;
  void take(AnewRunner runner) override { run_anew_ = std::move(runner); }

 private:
  void train(const Artifact& training, FinalRecord& record, StageContext& context) const;

  AnewRunner run_anew_;
};

}  // namespace pipeline::stage::final_training
