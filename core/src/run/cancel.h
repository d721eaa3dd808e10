#pragma once

#include <atomic>

namespace pipeline {

/// While it lives, SIGINT and SIGTERM ask the run to stop instead of ending the process; a second signal ends it at once.
class CancelGuard {
 public:
  CancelGuard();
  ~CancelGuard();
  CancelGuard(const CancelGuard&) = delete;
  CancelGuard& operator=(const CancelGuard&) = delete;
  /// The received signal, else 0.
  [[nodiscard]] const std::atomic<int>& signal() const;
};

}  // namespace pipeline
