#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "pipeline/log.h"

namespace pipeline {

struct LogOptions {
  std::string level = "info";  ///< debug | info | warning | error: what the terminal shows; run.log gets everything
  bool quiet = false;          ///< warnings only
};

/// Messages to stderr and, once a run folder is known, to its run.log with the time; printable() in both.
class ConsoleLog : public Log {
 public:
  explicit ConsoleLog(const LogOptions& options);
  ~ConsoleLog() override;
  /// Later messages are appended to `file` too. Error (unexpected) where it cannot be opened.
  void open_file(const std::filesystem::path& file);
  void error(std::string_view message);

  void debug(std::string_view message) override;
  void info(std::string_view message) override;
  void warning(std::string_view message) override;
  [[nodiscard]] bool is_terminal() const override;
  [[nodiscard]] int terminal_width() const override;
  void status_line(std::string_view text) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipeline
