#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/log.h"

namespace pipeline::testing {

/// Keeps the messages of components, so that a test can read them.
class RecordingLog : public Log {
 public:
  explicit RecordingLog(bool terminal = false, int width = 120) : terminal_(terminal), width_(width) {}

  void debug(std::string_view) override {}
  void info(std::string_view message) override { keep(infos_, message); }
  void warning(std::string_view message) override { keep(warnings_, message); }
  [[nodiscard]] bool is_terminal() const override { return terminal_; }
  [[nodiscard]] int terminal_width() const override { return width_; }
  void status_line(std::string_view text) override { keep(status_, text); }

  [[nodiscard]] std::vector<std::string> infos() const { return copy(infos_); }
  [[nodiscard]] std::vector<std::string> warnings() const { return copy(warnings_); }
  [[nodiscard]] std::vector<std::string> status() const { return copy(status_); }

 private:
  void keep(std::vector<std::string>& list, std::string_view text) {
    const std::lock_guard lock(mutex_);
    list.emplace_back(text);
  }
  [[nodiscard]] std::vector<std::string> copy(const std::vector<std::string>& list) const {
    const std::lock_guard lock(mutex_);
    return list;
  }

  bool terminal_;
  int width_;
  mutable std::mutex mutex_;
  std::vector<std::string> infos_, warnings_, status_;
};

}  // namespace pipeline::testing
