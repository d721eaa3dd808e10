#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipeline/options.h"
#include "pipeline/torch/callback.h"

namespace pipeline::callbacks::learning_rate_monitor {

struct LearningRateMonitorOptions {
  std::string logging_interval = "none";
  bool log_momentum = false;
  bool log_weight_decay = false;

  static constexpr auto options() {
    return option_list<LearningRateMonitorOptions>(
        option("logging_interval", &LearningRateMonitorOptions::logging_interval,
               "Log at every logged step, at every epoch's start, or at both (none).")
            .choices({"none", "step", "epoch"})
            .no_effect_on_result(),
        option("log_momentum", &LearningRateMonitorOptions::log_momentum, "Log momentum, or the first beta, too.").no_effect_on_result(),
        option("log_weight_decay", &LearningRateMonitorOptions::log_weight_decay, "Log the weight decay too.").no_effect_on_result());
  }
};

/// Logs the optimizer's learning rate as `lr-Adam`, or as `lr-Adam/pg1`, `lr-Adam/pg2` for several parameter groups. It logs under the
/// names and at the times of Lightning's LearningRateMonitor.
class LearningRateMonitor : public Callback {
 public:
  using Options = LearningRateMonitorOptions;
  explicit LearningRateMonitor(Options options) : options_(std::move(options)) {}

  void on_train_start(Trainer& trainer) override;
  void on_train_epoch_start(Trainer& trainer) override;
  Action on_train_batch_start(Trainer& trainer, std::int64_t batch_index) override;

  [[nodiscard]] std::string state_key() const override { return "LearningRateMonitor"; }

 private:
  void log(Trainer& trainer) const;

  Options options_;
};

}  // namespace pipeline::callbacks::learning_rate_monitor
