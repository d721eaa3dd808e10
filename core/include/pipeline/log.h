#pragma once

#include <string_view>

#include "pipeline/export.h"

namespace pipeline {

/// Takes the components' messages to the user, for the terminal (stderr) and runs/<name>/run.log. Safe to call from any thread.
class PIPELINE_EXPORT Log {
 public:
  virtual ~Log();
  virtual void debug(std::string_view message) = 0;
  virtual void info(std::string_view message) = 0;
  virtual void warning(std::string_view message) = 0;

  /// Whether messages go to a terminal. Progress is drawn only there.
  [[nodiscard]] virtual bool is_terminal() const = 0;
  /// The terminal's width in columns.
  [[nodiscard]] virtual int terminal_width() const = 0;
  /// Replaces the progress line; the next message clears it. An empty text removes it. Does nothing without a terminal.
  virtual void status_line(std::string_view text) = 0;
};

}  // namespace pipeline
