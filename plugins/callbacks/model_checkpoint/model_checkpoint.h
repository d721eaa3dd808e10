#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "../monitor.h"
#include "best_models.h"
#include "file_name.h"
#include "pipeline/options.h"
#include "pipeline/torch/callback.h"

namespace pipeline::callbacks::model_checkpoint {

/// Lightning's options except save_weights_only (every checkpoint here can be continued) and train_time_interval (the saved files must not
/// depend on the machine's speed: the same workflow gives the same files).
struct ModelCheckpointOptions {
  std::string dirpath;
  std::string filename;
  std::string monitor;
  bool verbose = false;
  Value save_last;
  std::int64_t save_top_k = 1;
  bool save_on_exception = false;
  std::string mode = "auto";
  bool auto_insert_metric_name = true;
  std::int64_t every_n_train_steps = 0;
  std::int64_t every_n_epochs = 0;
  Value save_on_train_epoch_end;
  bool enable_version_counter = true;

  static constexpr auto options() {
    return option_list<ModelCheckpointOptions>(
        option("dirpath", &ModelCheckpointOptions::dirpath, "Folder of the checkpoints; unset: checkpoints/ in the version folder.")
            .role(OptionRole::output_folder),
        option("filename", &ModelCheckpointOptions::filename,
               "Name without .ckpt; {metric:spec} is filled in, with a spec as Python's (02d, .4f); a / makes subfolders; unset: "
               "{epoch}-{step}.")
            .role(OptionRole::file_name)
            .form({R"(([^{}]|\{[^{}:]+(:\+?0?[0-9]{0,2}(\.[0-9]{1,2}[feg]|[dfeg])?)?\})*)",
                   "a name in which {metric} or {metric:.4f} is filled in", "best-{epoch:02d}"}),
        option("monitor", &ModelCheckpointOptions::monitor, "The metric that says which are best; unset: the latest is kept.")
            .role(OptionRole::metric),
        option("verbose", &ModelCheckpointOptions::verbose, "Say what is saved.").no_effect_on_result(),
        option("save_last", &ModelCheckpointOptions::save_last,
               "true: also a last.ckpt whenever one is saved; \"link\": a symbolic link of that name instead of a copy.")
            .flag()
            .choices({"link"}),
        option("save_top_k", &ModelCheckpointOptions::save_top_k, "How many of the best are kept; -1 for all, 0 for none.").at_least(-1),
        option("save_on_exception", &ModelCheckpointOptions::save_on_exception,
               "Save a checkpoint more when the training fails or is interrupted."),
        option("mode", &ModelCheckpointOptions::mode, mode_doc).choices({"auto", "min", "max"}),
        option("auto_insert_metric_name", &ModelCheckpointOptions::auto_insert_metric_name, "{val_loss} becomes val_loss=0.12, not 0.12."),
        option("every_n_train_steps", &ModelCheckpointOptions::every_n_train_steps, "Optimizer steps between two checkpoints; 0: by epoch.")
            .at_least(0),
        option("every_n_epochs", &ModelCheckpointOptions::every_n_epochs,
               "Epochs between two checkpoints; 0: every epoch, or none where every_n_train_steps is set.")
            .at_least(0),
        option("save_on_train_epoch_end", &ModelCheckpointOptions::save_on_train_epoch_end,
               "Save at the end of the training epoch (true) or of the validation (false); unset: of the epoch where every epoch "
               "validates.")
            .flag(),
        option("enable_version_counter", &ModelCheckpointOptions::enable_version_counter,
               "Where a file of that name exists, -v1, -v2, ... is appended; false: it is replaced."));
  }
  static std::vector<OptionRule> rules() {
    return {{OptionRule::Kind::excludes, "every_n_train_steps", "every_n_epochs"},
            {OptionRule::Kind::restricts, "monitor", "save_top_k", "", {-1, 0, 1}, "names no metric to rank checkpoints by"}};
  }
};

/// Keeps the best checkpoints, or the latest. Options, file names and state are those of Lightning's ModelCheckpoint.
class ModelCheckpoint : public Callback {
 public:
  using Options = ModelCheckpointOptions;
  explicit ModelCheckpoint(Options options);

  void resolve(Trainer& trainer) override;
  void setup(Trainer& trainer) override;
  void on_train_start(Trainer& trainer) override;
  Action on_train_batch_end(Trainer& trainer, const BatchEnd& end) override;
  Action on_train_epoch_end(Trainer& trainer) override;
  Action on_validation_end(Trainer& trainer) override;
  void on_train_end(Trainer& trainer) override;
  void on_exception(Trainer& trainer, const std::string& what) override;

  [[nodiscard]] std::string state_key() const override;
  [[nodiscard]] State state_dict() const override;
  void load_state_dict(const State& state) override;
  [[nodiscard]] std::optional<CheckpointRecord> checkpoints() const override;
  [[nodiscard]] std::string monitor() const override;

 private:
  using Metrics = std::map<std::string, NamedValue>;
  enum class SaveLast { no, copy, link };

  [[nodiscard]] bool skips(Trainer& trainer) const;
  [[nodiscard]] bool saves_on_train_epoch_end(Trainer& trainer) const;
  [[nodiscard]] static Metrics metrics_of(Trainer& trainer);
  [[nodiscard]] std::string free_path(const std::string& name, const std::string& allowed);

  void save_by_epoch(Trainer& trainer);
  void save_top_k(Trainer& trainer, const Metrics& metrics);
  void save_best(Trainer& trainer, const Metrics& metrics);
  void save_latest(Trainer& trainer, const Metrics& metrics);
  void save_last(Trainer& trainer);
  void save(Trainer& trainer, const std::string& path);
  void remove(Trainer& trainer, const std::string& path) const;
  [[nodiscard]] bool knows(const std::string& path) const;
  [[nodiscard]] static bool saved_later(const Trainer& trainer, const std::filesystem::path& path);

  Options options_;
  FileNamePattern pattern_;
  SaveLast save_last_ = SaveLast::no;
  std::int64_t every_n_epochs_;
  std::filesystem::path folder_;  ///< empty: nothing is kept

  BestModels best_;
  std::string best_path_, last_path_, last_saved_;
  std::vector<std::string> replaceable_;  ///< files that the killed run saved after the resume point
  std::optional<double> best_score_, current_score_;
  std::int64_t last_step_saved_ = 0;  ///< nothing is saved before the first step
  bool deferred_ = false;             ///< a step-based save waits for the metric of the validation
};

}  // namespace pipeline::callbacks::model_checkpoint
