#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "pipeline/train/fit.h"
#include "train/fit_epoch.h"
#include "train/fit_resume.h"
#include "train/fit_schedule.h"
#include "train/fit_step.h"
#include "train/fit_validation.h"
#include "train/loader.h"
#include "train/trainer.h"

namespace pipeline {

/// Lightning's fit loop over one FitSpec.
class FitLoop {
 public:
  /// Error (usage, data) where loaders, limits or a callback's monitor don't fit the data. Puts checkpoint callbacks last, as Lightning
  /// does.
  FitLoop(FitSpec& spec, const Windows& windows, const RunContext& run);
  /// From setup to teardown. What is thrown inside reaches on_exception and the loggers first.
  [[nodiscard]] FitResult run();

 private:
  /// What is monitored is measured, else it is an Error (usage); and logged.
  void check_monitors();
  void check_monitor(const std::string& owner, const std::string& monitor, bool counts_too);
  /// Two callbacks under one name in a checkpoint would take each other's state.
  void check_state_keys() const;
  void fit();
  void sanity_check();
  void train();
  void validate_untrained();

  /// `pass`: the first one, begun already; nullptr begins one.
  void begin_epoch(std::unique_ptr<Loader::Pass> pass);
  void run_epoch(BatchTraining& training);
  /// One batch with everything that belongs to it; false when the epoch ends before it.
  bool run_batch(const Batch& batch, std::int64_t index, BatchTraining& training);
  /// Logs a batch's loss where log_every_n_steps says so.
  void log_loss(const EpochLoss& losses, bool stepped);
  void end_epoch();
  /// The metrics of the moment, where the best checkpoint was just written.
  void note_best();
  void require_finite(double loss, const char* name) const;

  [[nodiscard]] bool may_stop() const;
  /// Whether training is over after (or before) an epoch; whether an epoch is over after a batch.
  [[nodiscard]] bool training_done() const;
  [[nodiscard]] bool epoch_done(std::int64_t index) const;

  /// Goes on from spec.start: before any hook but setup.
  void restore();
  void take_position(FitPosition position);
  /// Writes the resume point, if the fit has one; only between two optimizer steps.
  void keep_position();
  void keep_position_if_due();
  [[nodiscard]] State position_content();

  void keep_last();
  void fail(const std::string& what);
  [[nodiscard]] FitResult result() const;

  FitSpec& spec_;
  const RunContext& run_;
  Forecaster forecaster_;
  Loader train_loader_, val_loader_;
  FitTrainer trainer_;
  Validation validation_;
  Schedule schedule_;
  std::vector<EpochRecord> history_;
  std::filesystem::path last_checkpoint_, best_checkpoint_;
  std::map<std::string, double> best_metrics_;
  double learning_rate_ = 0;         ///< of the last batch
  std::optional<FitEpoch> epoch_;    ///< the one that is running
  std::int64_t batches_before_ = 0;  ///< of the first epoch, trained by whoever wrote the checkpoint that is continued
  State generators_;                 ///< to be set right before training goes on
  FitEpoch::Clock::time_point kept_ = FitEpoch::Clock::now();  ///< when the resume point was written last
  bool interrupted_ = false;
};

}  // namespace pipeline
