#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "../periodic.h"
#include "metrics_file.h"
#include "pipeline/logger.h"
#include "pipeline/options.h"

namespace pipeline::loggers::csv {

struct CSVOptions {
  std::string prefix;
  std::int64_t flush_logs_every_n_steps = 100;

  static constexpr auto options() {
    return option_list<CSVOptions>(
        option("prefix", &CSVOptions::prefix, "Goes before every name, with a dash: prefix-train_loss.").no_effect_on_result(),
        option("flush_logs_every_n_steps", &CSVOptions::flush_logs_every_n_steps,
               "Rows reach the file at every such step, and two seconds after they were logged at the latest.")
            .at_least(1)
            .no_effect_on_result());
  }
};

/// Writes metrics.csv and hparams.yaml into the version folder in the form of Lightning's CSVLogger, on a thread of its own.
class CSVLogger : public Logger {
 public:
  using Options = CSVOptions;
  CSVLogger(Options options, const LoggerContext& context);
  ~CSVLogger() override;

  void log_hyper_parameters(const Value& hyper_parameters) override;
  void log_scalars(Scalars scalars, std::int64_t step) override;
  void log_final_metrics(Scalars metrics, std::int64_t step) override;
  void flush() override;
  [[nodiscard]] Value position() override;
  void finish(bool success) override;

 private:
  /// The scalars under the names that they have in the file.
  [[nodiscard]] Row row_of(Scalars scalars, std::int64_t step) const;
  void log(Row row);
  void drain();
  void fail(const std::string& reason);

  Options options_;
  LoggerContext context_;

  std::mutex queue_mutex_;  // guards the queue and the flags; held only briefly
  std::vector<Row> queue_;
  bool closed_ = false;  // a write failed: no more rows are accepted
  bool dropped_ = false;

  std::mutex file_mutex_;  // guards the file; held while writing
  MetricsFile file_;

  Periodic writer_;  // last: stops before the members that it uses are destroyed
};

}  // namespace pipeline::loggers::csv
