#pragma once

#include <string>

namespace pipeline {

/// While it lives, SIGINT, SIGTERM and SIGHUP remove a file or an empty folder before they end the program; newer objects' paths go first.
/// A signal that is ignored or handled otherwise stays so.
class RemovedOnSignal {
 public:
  explicit RemovedOnSignal(std::string path);
  ~RemovedOnSignal();
  RemovedOnSignal(const RemovedOnSignal&) = delete;
  RemovedOnSignal& operator=(const RemovedOnSignal&) = delete;

 private:
  std::string path_;
};

}  // namespace pipeline
