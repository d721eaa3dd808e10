#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/options.h"
#include "pipeline/stage.h"
#include "pipeline/train/fit.h"
#include "resume_points.h"

namespace pipeline::stage::train {

struct TrainOptions {
  std::string from_checkpoint;
  std::string ckpt_path;
  double resume_every_n_seconds = 60;
  bool best = true;

  static constexpr auto options() {
    return option_list<TrainOptions>(
        option("from_checkpoint", &TrainOptions::from_checkpoint,
               "A checkpoint, ours or Lightning's, whose weights training starts from; relative to the workflow file.")
            .role(OptionRole::input_path),
        option("ckpt_path", &TrainOptions::ckpt_path,
               "A checkpoint, ours or Lightning's, that training goes on from: weights, optimizer, scheduler, callbacks, epoch and step; "
               "relative to the workflow file.")
            .role(OptionRole::input_path),
        option("resume_every_n_seconds", &TrainOptions::resume_every_n_seconds,
               "A resume point, from which `pipeline run --resume` goes on, is written at least so often, and at the end of every epoch.")
            .between(0, 1e9)
            .unit("s")
            .no_effect_on_result(),
        option("best", &TrainOptions::best,
               "Take the best values of the workflow's search, where there is one. They go over the shared tables and under this stage's "
               "own."));
  }
  static std::vector<OptionRule> rules() { return {{OptionRule::Kind::excludes, "from_checkpoint", "ckpt_path"}}; }
};

/// Trains the model of the workflow's tables on the windows with fit(). Leaves train.json in the stage's folder, everything else in
/// <log_dir>/<model>/version_<N>.
class TrainStage final : public Stage {
 public:
  using Options = TrainOptions;
  explicit TrainStage(Options options) : options_(std::move(options)) {}
  void run(StageContext& context) override;

 private:
  /// The training that --resume continues. Error (usage) if this one differs from it.
  [[nodiscard]] std::optional<ResumePoint> resume_point(const StageContext& context) const;
  /// Takes the version folder of the continued training, or a new one. Among several ranks the first takes it for all.
  [[nodiscard]] static std::filesystem::path version_folder(const StageContext& context, const std::optional<ResumePoint>& before,
                                                            const std::string& model_name);
  /// Sets loggers and resume point: those of the continued training, or new ones.
  void keep_in_version_folder(const StageContext& context, const std::optional<ResumePoint>& before, FitSpec& spec) const;
  [[nodiscard]] State continued_checkpoint(const StageContext& context, const Windows& windows) const;
  /// Says that a model with a closed form takes nothing from a checkpoint.
  void warn_of_unused_weights(Log& log) const;
  void load_weights(const StageContext& context, const Windows& windows, Model& model) const;

  Options options_;
};

}  // namespace pipeline::stage::train
