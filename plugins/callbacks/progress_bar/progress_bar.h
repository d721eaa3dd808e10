#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "pipeline/options.h"
#include "pipeline/torch/callback.h"
#include "progress_text.h"

namespace pipeline::callbacks::progress_bar {

struct ProgressBarOptions {
  std::int64_t refresh_rate = 1;
  bool leave = false;

  static constexpr auto options() {
    return option_list<ProgressBarOptions>(
        option("refresh_rate", &ProgressBarOptions::refresh_rate,
               "Batches between two looks at the clock (the line is redrawn ten times a second at most); 0 shows no progress.")
            .at_least(0)
            .unit("batches")
            .no_effect_on_result(),
        option("leave", &ProgressBarOptions::leave, "On a terminal, keep a line of every epoch.").no_effect_on_result());
  }
};

/// Shows progress: on a terminal one line that is redrawn, elsewhere one line an epoch.
class ProgressBar : public Callback {
 public:
  using Options = ProgressBarOptions;
  explicit ProgressBar(Options options) : options_(options) {}

  void on_sanity_check_start(Trainer& trainer) override;
  void on_sanity_check_end(Trainer& trainer) override;
  void on_train_start(Trainer& trainer) override;
  void on_train_epoch_start(Trainer& trainer) override;
  Action on_train_batch_end(Trainer& trainer, const BatchEnd& end) override;
  void on_validation_start(Trainer& trainer) override;
  void on_validation_batch_end(Trainer& trainer, const ValidationBatchEnd& end) override;
  Action on_train_epoch_end(Trainer& trainer) override;
  void on_train_end(Trainer& trainer) override;
  void on_exception(Trainer& trainer, const std::string& what) override;

  [[nodiscard]] std::string state_key() const override { return "ProgressBar"; }

 private:
  using Clock = std::chrono::steady_clock;

  /// Whether to draw after `done` batches; reads the clock only every refresh_rate batches.
  [[nodiscard]] bool is_due(std::int64_t done, std::int64_t of);
  [[nodiscard]] Progress progress(Trainer& trainer) const;
  [[nodiscard]] std::optional<double> seconds_left(Trainer& trainer, Clock::time_point now) const;

  Options options_;
  bool moves_ = false;  // on a terminal
  Clock::time_point train_start_{}, epoch_start_{}, last_drawn_{};
  double train_seconds_ = 0;  // of this epoch's batches, without validation
  std::int64_t first_epoch_ = 0;
  std::int64_t batches_done_ = 0;  // of this epoch
};

}  // namespace pipeline::callbacks::progress_bar
