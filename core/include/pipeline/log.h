#pragma once

#include <string_view>

#include "pipeline/export.h"

namespace pipeline {

/// Where components speak to the user: the terminal (stderr) and runs/<name>/run.log. Safe to call from any thread.
class PIPELINE_EXPORT Log {
 public:
  virtual ~Log();
  virtual void debug(std::string_view message) = 0;
  virtual void info(std::string_view message) = 0;
  virtual void warning(std::string_view message) = 0;

  /// Whether a person watches: progress is drawn only then.
  [[nodiscard]] virtual bool is_terminal() const = 0;
  /// Columns of that terminal.
  [[nodiscard]] virtual int terminal_width() const = 0;
  /// Replaces the line that moves (progress); the next message clears it. Empty removes it. Nothing when there is no terminal.
  virtual void status_line(std::string_view text) = 0;
};

}  // namespace pipeline
