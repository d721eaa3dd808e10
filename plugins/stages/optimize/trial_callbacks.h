#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "pipeline/search/pruner.h"
#include "pipeline/search/study.h"
#include "pipeline/torch/callback.h"
#include "view.h"

namespace pipeline::stage::optimize {

/// Reports a trial's monitored metric after every epoch that measured it, asks the pruner, and sends the trial's heartbeat.
class ReportTrial final : public Callback {
 public:
  struct Setup {
    std::string monitor;
    std::chrono::duration<double> heartbeat_interval;
    std::function<void(const Trial&)> reported;  ///< for a display; may be empty
  };
  /// `study`, `pruner`, `trial` and `view` must outlive the callback.
  ReportTrial(Study& study, const Component<Pruner>& pruner, Trial& trial, View& view, Setup setup);

  Action on_train_batch_end(Trainer&, const BatchEnd&) override;
  void on_validation_batch_end(Trainer&, const ValidationBatchEnd&) override;
  Action on_validation_end(Trainer& trainer) override;
  Action on_train_epoch_end(Trainer& trainer) override;
  [[nodiscard]] std::string state_key() const override { return "the search"; }
  [[nodiscard]] std::string monitor() const override { return setup_.monitor; }

 private:
  using Clock = std::chrono::steady_clock;
  void beat();

  Study& study_;
  const Component<Pruner>& pruner_;
  Trial& trial_;
  View& view_;
  Setup setup_;
  Clock::time_point last_beat_;
  bool measured_ = false;  ///< since the last report
};

}  // namespace pipeline::stage::optimize
