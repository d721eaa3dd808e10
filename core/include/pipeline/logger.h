#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"
#include "pipeline/value.h"

namespace pipeline {

/// Where a logger writes: one version folder of one training.
struct LoggerContext {
  std::filesystem::path version_dir;  ///< <log_dir>/<ModelName>/version_<N>, exists
  bool append = false;                ///< keep the existing records: a later stage adds to them, or a training continues
  Value position{};                   ///< Logger::position() of a training that continues: later records are removed. Null: a new training
  Log& log;
  std::string workflow{}, stage{};  ///< names of the workflow and of the stage that trains; empty: not known, or one of many trials
};

using Scalars = std::span<const std::pair<std::string, double>>;

/// Plain data as YAML: keys sorted, one value a line, every digit of a double. PyYAML's safe_load gives it back with equal types: a value
/// that YAML 1.1 would read as another type (1e-05, on, 012) is quoted or written in another form.
[[nodiscard]] PIPELINE_EXPORT std::string to_yaml(const Value& value);
/// Writes `<version_dir>/hparams.yaml` unless it exists, as Lightning's loggers do. Error (unexpected) on a full disk.
PIPELINE_EXPORT void write_hparams(const std::filesystem::path& version_dir, const Value& hyper_parameters);

/// Records a training. Calls come from one thread and must return at once: slow work belongs to a thread of the logger's own.
/// A logger that fails reports it once through Log and drops the records that it cannot write; it never ends the training.
class PIPELINE_EXPORT Logger {
 public:
  virtual ~Logger();
  /// Called before the first scalar. `hyper_parameters` is a map of plain values, as in the checkpoint.
  virtual void log_hyper_parameters(const Value& hyper_parameters) = 0;
  /// `step` is the number of finished optimizer steps minus one, as Lightning counts.
  virtual void log_scalars(Scalars scalars, std::int64_t step) = 0;
  /// A picture as PNG bytes.
  virtual void log_image(const std::string& tag, std::span<const unsigned char> png, int width, int height, std::int64_t step);
  /// Raw values; the logger bins them.
  virtual void log_histogram(const std::string& tag, std::span<const float> values, std::int64_t step);
  /// The metrics that compare runs (hp_metric and the test metrics), once they are known. An evaluation that was interrupted or is repeated
  /// logs the same metrics for the same step again: a logger adds no record where its newest one says the same.
  virtual void log_final_metrics(Scalars metrics, std::int64_t step) = 0;
  /// Writes all records so far to the disk.
  virtual void flush() = 0;
  /// Flushes and returns the logger's position as plain data: a new logger of the same type that gets it as LoggerContext::position
  /// continues from here. Null: the logger needs no position and appends to the existing records.
  [[nodiscard]] virtual Value position();
  /// The last call. `success` is false for a training that failed or was interrupted.
  virtual void finish(bool success) = 0;
};

template <>
struct Kind<Logger> {
  static constexpr const char* name = "logger";
  using Factory = std::unique_ptr<Logger>(const Value& options, const LoggerContext& context);
};

}  // namespace pipeline
