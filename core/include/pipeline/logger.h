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
  bool append = false;                ///< what was logged stays: a later stage adds to it, or a training goes on
  Value position{};                   ///< Logger::position of a training that is continued: what was logged after it goes. Null: a new one
  Log& log;
};

using Scalars = std::span<const std::pair<std::string, double>>;

/// Plain data as YAML that PyYAML's safe_load gives back with equal types, keys sorted, one value a line; doubles keep every digit. What
/// YAML 1.1 would read as another type (1e-05, on, 012) is written so that it does not.
[[nodiscard]] PIPELINE_EXPORT std::string to_yaml(const Value& value);
/// Writes `<version_dir>/hparams.yaml` unless there is one, as Lightning's loggers do; Error (unexpected) on a full disk.
PIPELINE_EXPORT void write_hparams(const std::filesystem::path& version_dir, const Value& hyper_parameters);

/// Records a training. Calls come from one thread and must return at once: what takes time belongs to a thread of the logger's own.
/// A logger that fails says so once through Log and drops what it cannot write; it never ends the training.
class PIPELINE_EXPORT Logger {
 public:
  virtual ~Logger();
  /// Before the first scalar. `hyper_parameters` is a map of plain values, as in the checkpoint.
  virtual void log_hyper_parameters(const Value& hyper_parameters) = 0;
  /// `step` is the number of finished optimizer steps minus one, as Lightning counts.
  virtual void log_scalars(Scalars scalars, std::int64_t step) = 0;
  /// A picture as PNG bytes.
  virtual void log_image(const std::string& tag, std::span<const unsigned char> png, int width, int height, std::int64_t step);
  /// Raw values; the logger bins them.
  virtual void log_histogram(const std::string& tag, std::span<const float> values, std::int64_t step);
  /// The metrics by which runs are compared (hp_metric and the test metrics), once known.
  virtual void log_final_metrics(Scalars metrics, std::int64_t step) = 0;
  /// Everything so far reaches the disk.
  virtual void flush() = 0;
  /// The same, and where that leaves the logger: plain data that one of the same type is made with to go on from here. Null where it needs
  /// none and goes on behind what is there.
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
