#pragma once

#include <string>

namespace pipeline {

/// Names this process so that another one on the same machine can tell whether it still runs: boot, process namespace, process, its start.
[[nodiscard]] std::string this_worker();
/// Whether the worker ran on this machine since its boot, so that is_gone() can tell.
[[nodiscard]] bool is_of_this_machine(const std::string& worker);
/// Whether the process of that name ran on this machine since its boot and has ended. False if that cannot be known.
[[nodiscard]] bool is_gone(const std::string& worker);

}  // namespace pipeline
