#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/value.h"

namespace pipeline {

inline constexpr int result_descriptor = 3;  ///< the pipe into which a child writes

struct ChildEnd {
  std::string failure{};   ///< "by Segmentation fault", "with exit status 7"; empty when the exit status is 0
  bool by_signal = false;  ///< killed or crashed
};

/// A child process of the program that answers with lines of JSON on a pipe. Its stdin, stdout and stderr are /dev/null, so that the output
/// of plugins is dropped. It ends with its owner.
class ChildProcess {
 public:
  /// Error (unexpected) when it cannot be started.
  ChildProcess(const std::filesystem::path& program, std::vector<std::string> words);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  enum class Read { line, closed, timeout };
  /// The next line it wrote.
  [[nodiscard]] Read next(std::string& line, std::chrono::seconds patience);
  /// Asks it to stop, as Ctrl-C does; the terminal's Ctrl-C does not reach it.
  void interrupt() const;
  /// Waits for its end: "by Segmentation fault", "with exit status 7".
  [[nodiscard]] std::string end_in_words();
  /// Waits for its end.
  [[nodiscard]] ChildEnd end();

 private:
  [[nodiscard]] int spawn(const std::filesystem::path& program, std::vector<std::string>& words, int write_end);
  /// Its wait status; nothing where the system has none: the owner ignores SIGCHLD, or another part of the process has waited for it.
  [[nodiscard]] std::optional<int> wait();

  std::atomic<pid_t> process_ = -1;  ///< one thread may wait for its end while another interrupts it
  int read_end_ = -1;
  std::string buffer_;
};

/// The child's side: writes a line to the parent; false if the parent does not read any more.
[[nodiscard]] bool answer_parent(const Value& value);

}  // namespace pipeline
