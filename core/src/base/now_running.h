#pragma once

#include <atomic>

#include "pipeline/registry.h"

namespace pipeline {

/// The work of a thread. Other threads read it when the process crashes, so it points only to objects that live as long as the work:
/// entries of the registry, names of the workflow's stages, literals.
struct NowRunning {
  std::atomic<const ComponentInfo*> component = nullptr;  ///< nullptr: the host's own code
  std::atomic<const char*> function = nullptr;
  std::atomic<const char*> stage = nullptr;  ///< the stage's name in the workflow
};

/// Of the calling thread.
[[nodiscard]] NowRunning& now_running();

/// Notes, while it lives, the stage of the workflow that this thread works on. `stage` outlives it.
class RunningStage {
 public:
  explicit RunningStage(const char* stage) : before_(now_running().stage.exchange(stage, std::memory_order_relaxed)) {}
  ~RunningStage() { now_running().stage.store(before_, std::memory_order_relaxed); }
  RunningStage(const RunningStage&) = delete;
  RunningStage& operator=(const RunningStage&) = delete;

 private:
  const char* before_;
};

}  // namespace pipeline
