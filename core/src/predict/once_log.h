#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "pipeline/log.h"

namespace pipeline {

/// Passes each sentence on once: models that read one file say the same of it.
class OnceLog final : public Log {
 public:
  explicit OnceLog(Log& log) : log_(log) {}
  void debug(std::string_view message) override {
    if (is_new(message)) log_.debug(message);
  }
  void info(std::string_view message) override {
    if (is_new(message)) log_.info(message);
  }
  void warning(std::string_view message) override {
    if (is_new(message)) log_.warning(message);
  }
  [[nodiscard]] bool is_terminal() const override { return log_.is_terminal(); }
  [[nodiscard]] int terminal_width() const override { return log_.terminal_width(); }
  void status_line(std::string_view text) override { log_.status_line(text); }

 private:
  bool is_new(std::string_view message) {
    const std::scoped_lock lock(guard_);
    return said_.emplace(message).second;
  }

  Log& log_;
  std::mutex guard_;
  std::set<std::string> said_;
};

}  // namespace pipeline
