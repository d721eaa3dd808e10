#include "pipeline/plugin.h"

#include "pipeline/train/training.h"
#include "train_stage.h"

PIPELINE_PLUGIN("train", "1.0.0", "Apache-2.0", "The stage that trains a model.") {
  using namespace pipeline;
  registrar.add<Stage, stage::train::TrainStage>("train", "Trains a model on windows, as PyTorch Lightning's Trainer.fit does.")
      .needs("windows")
      .takes("study", "best")
      .gives("checkpoint")
      .uses(table_names(TableUse::training))
      .on_every_rank();
  registrar.add_table<LoaderOptions>("loader", "How windows become batches.");
  registrar.add_table<TrainerOptions>("trainer", "How long and how to train: Lightning's Trainer.");
}
