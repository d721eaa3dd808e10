#pragma once

#include <filesystem>
#include <string>

#include "pipeline/options.h"
#include "pipeline/stage.h"
#include "pipeline/torch/fit.h"

namespace pipeline::stage::train {

struct TrainOptions {
  std::string from_checkpoint;

  static constexpr auto options() {
    return option_list<TrainOptions>(
        option("from_checkpoint", &TrainOptions::from_checkpoint,
               "A checkpoint, ours or Lightning's, whose weights training starts from; relative to the workflow file.")
            .role(OptionRole::input_path));
  }
};

/// Trains the model of the workflow's tables on the windows: a shell around fit(). Leaves train.json in the stage's folder, everything
/// else in <log_dir>/<model>/version_<N>.
class TrainStage final : public Stage {
 public:
  using Options = TrainOptions;
  explicit TrainStage(Options options) : options_(std::move(options)) {}
  void run(StageContext& context) override;

 private:
  [[nodiscard]] FitSpec build(const StageContext& context, const Windows& windows) const;
  void load_weights(const StageContext& context, Model& model) const;

  Options options_;
};

}  // namespace pipeline::stage::train
