#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "pipeline/train/closed_form.h"
#include "pipeline/train/fit.h"
#include "train/fit_epoch.h"
#include "train/fit_ranks.h"
#include "train/fit_schedule.h"
#include "train/fit_step.h"
#include "train/fit_validation.h"
#include "train/loader.h"
#include "train/trainer.h"

namespace pipeline {

/// Lightning's fit loop over one FitSpec.
class FitLoop {
 public:
  /// Error (usage, data) if loaders, limits or a callback's monitor do not fit the data. Moves checkpoint callbacks to the end, as
  /// Lightning does.
  FitLoop(FitSpec& spec, const Windows& windows, const RunContext& run);
  /// Runs the fit from setup to teardown. It reports an exception to on_exception and the loggers before it rethrows it.
  [[nodiscard]] FitResult run();

 private:
  /// Checks that the fit measures all monitored metrics (else Error (usage)), and logs them.
  void check_monitors();
  void check_monitor(const std::string& owner, const std::string& monitor, bool counts_too);
  /// Refuses two callbacks with the same state_key: they would load each other's state.
  void check_state_keys() const;
  void fit();
  void sanity_check();
  void train();
  void validate_untrained();
  /// Trains a model with a closed form. solve() lets it compute its weights, measures them and validates.
  void train_closed(ClosedForm& model);
  void solve(ClosedForm& model);
  /// Whether training changes weights: by an optimizer, or by a closed form.
  [[nodiscard]] bool learns() const { return spec_.optimizer || closed_form_of(*spec_.model); }

  /// `pass`: the first pass, which has begun already; nullptr: begin a new one.
  void begin_epoch(std::unique_ptr<Loader::Pass> pass);
  void run_epoch(BatchTraining& training);
  /// Trains on one batch, with hooks, logs and validation; false when the epoch ends before the batch.
  bool run_batch(const Batch& batch, std::int64_t index, BatchTraining& training);
  /// Logs a batch's loss every log_every_n_steps steps.
  void log_loss(const EpochLoss& losses, bool stepped);
  void end_epoch();
  /// Keeps the current metrics if the best checkpoint was just written.
  void note_best();
  /// The latest values of the metrics of validation that are logged.
  [[nodiscard]] std::map<std::string, double> logged_validation() const;
  void require_finite(double loss, const char* name) const;

  [[nodiscard]] bool may_stop() const;
  /// training_done(): whether no further epoch follows. epoch_done(): whether the epoch ends after batch `index`.
  [[nodiscard]] bool training_done() const;
  [[nodiscard]] bool epoch_done(std::int64_t index) const;

  /// Restores the state in spec.start. Called before any hook but setup.
  void restore();
  /// Writes the resume point, if the fit has one. Call it only between two optimizer steps.
  void keep_position();
  void keep_position_if_due();
  [[nodiscard]] State resume_point();
  /// Lets logs and checkpoints survive a power cut, if the fit can be resumed; those of a search's trial do not matter so much.
  void sync_version_folder();

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
  FitRanks ranks_;
  std::filesystem::path last_checkpoint_;
  std::optional<FitEpoch> epoch_;                              ///< the running epoch
  FitEpoch::Clock::time_point kept_ = FitEpoch::Clock::now();  ///< time of the last resume point
  std::int64_t synced_ = 0;                                    ///< when sync_version_folder() began, nanoseconds since 1970
  int signal_ = 0;                                             ///< that asks to stop; among several ranks the one that rank 0 got
  bool interrupted_ = false;
};

}  // namespace pipeline
