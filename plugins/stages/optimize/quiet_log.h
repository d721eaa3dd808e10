#pragma once

#include <string>
#include <utility>

#include "pipeline/log.h"

namespace pipeline::stage::optimize {

/// Passes on a trial's messages with its name before them: warnings as warnings, all others as debug messages.
class QuietLog final : public Log {
 public:
  QuietLog(Log& log, std::string prefix) : log_(log), prefix_(std::move(prefix)) {}

  void debug(std::string_view message) override { log_.debug(prefix_ + std::string(message)); }
  void info(std::string_view message) override { debug(message); }
  void warning(std::string_view message) override { log_.warning(prefix_ + std::string(message)); }
  [[nodiscard]] bool is_terminal() const override { return false; }
  [[nodiscard]] int terminal_width() const override { return log_.terminal_width(); }
  void status_line(std::string_view) override {}

 private:
  Log& log_;
  std::string prefix_;
};

}  // namespace pipeline::stage::optimize
