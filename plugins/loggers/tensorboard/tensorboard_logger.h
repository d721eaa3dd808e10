#pragma once

#include <string>
#include <vector>

#include "event_file.h"
#include "pipeline/logger.h"
#include "pipeline/options.h"

namespace pipeline::loggers::tensorboard {

struct TensorBoardOptions {
  bool default_hp_metric = true;
  std::vector<std::string> hp_metrics{"hp_metric", "val_loss", "test_loss", "test_mse", "test_mae", "test_rmse"};
  std::string prefix;
  double flush_secs = 2;

  static constexpr auto options() {
    return option_list<TensorBoardOptions>(
        option("default_hp_metric", &TensorBoardOptions::default_hp_metric,
               "Log hp_metric = -1 at step 0, so that the HParams tab shows a training before it is evaluated.")
            .no_effect_on_result(),
        option("hp_metrics", &TensorBoardOptions::hp_metrics, "Scalars that are columns of the HParams tab.").no_effect_on_result(),
        option("prefix", &TensorBoardOptions::prefix, "Goes before every tag, with a dash: prefix-train_loss.").no_effect_on_result(),
        option("flush_secs", &TensorBoardOptions::flush_secs, "Time until what was logged stands in the file.")
            .between(0.01, 3600)
            .unit("s")
            .no_effect_on_result());
  }
};

/// Writes events files for TensorBoard, and hparams.yaml, into the version folder in the form of Lightning's TensorBoardLogger.
class TensorBoardLogger : public Logger {
 public:
  using Options = TensorBoardOptions;
  TensorBoardLogger(Options options, const LoggerContext& context);

  void log_hyper_parameters(const Value& hyper_parameters) override;
  void log_scalars(Scalars scalars, std::int64_t step) override;
  void log_image(const std::string& tag, std::span<const unsigned char> png, int width, int height, std::int64_t step) override;
  void log_histogram(const std::string& tag, std::span<const float> values, std::int64_t step) override;
  void log_final_metrics(Scalars metrics, std::int64_t step) override;
  void flush() override;
  [[nodiscard]] Value position() override;
  void finish(bool success) override;

 private:
  Options options_;
  LoggerContext context_;
  std::string prefix_;
  EventFile file_;
  bool repeats_ = false;  ///< an evaluation whose metrics are recorded already
};

}  // namespace pipeline::loggers::tensorboard
