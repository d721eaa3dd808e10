#pragma once

#include <unistd.h>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

#include "pipeline/data/prepare.h"
#include "pipeline/errors.h"
#include "pipeline/log.h"

namespace pipeline::test {

/// A test's own folder, removed at its end.
class TempFolder {
 public:
  TempFolder() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() / ("pipeline-data-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Makes a folder in it.
  [[nodiscard]] std::filesystem::path folder(const std::string& name) const {
    std::filesystem::create_directories(path_ / name);
    return path_ / name;
  }
  /// Writes a file in it.
  [[nodiscard]] std::filesystem::path file(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// Keeps the messages.
class TextLog final : public Log {
 public:
  void debug(std::string_view message) override { add(message); }
  void info(std::string_view message) override { add(message); }
  void warning(std::string_view message) override { add("warning: " + std::string(message)); }
  [[nodiscard]] bool is_terminal() const override { return false; }
  [[nodiscard]] int terminal_width() const override { return 80; }
  void status_line(std::string_view) override {}
  [[nodiscard]] bool says(std::string_view part) const { return text.find(part) != std::string::npos; }

  std::string text;

 private:
  void add(std::string_view message) { (text += message) += '\n'; }
};

/// "4: message" of the Error that `work` throws, with temporary folders left out; empty when it throws none.
inline std::string error_of(const std::function<void()>& work, const std::filesystem::path& folder = {}) {
  try {
    work();
  } catch (const Error& error) {
    std::string text = std::to_string(static_cast<int>(error.status())) + ": " + error.what();
    const std::string prefix = folder.string() + "/";
    for (std::size_t at; !folder.empty() && (at = text.find(prefix)) != std::string::npos;) text.erase(at, prefix.size());
    return text;
  }
  return {};
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace pipeline::test
