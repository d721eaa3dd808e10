#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/errors.h"

namespace pipeline {

/// The machine, or a limit that is set for the process, has no memory, threads or descriptors left. Nobody's mistake: exit status 1.
class Shortage : public Error {
 public:
  explicit Shortage(std::string message) : Error(ExitStatus::unexpected, std::move(message)) {}
};

/// What to do about an errno that tells a shortage or a limit; empty for any other.
[[nodiscard]] std::string cure_of(int error_number);
/// Whether this text holds the system's words for one, as messages of the dynamic linker do.
[[nodiscard]] bool tells_shortage(std::string_view text);
/// The sentence with its cure if the exception tells a shortage: std::bad_alloc, or std::system_error with such a code.
[[nodiscard]] std::optional<std::string> shortage_in_words(const std::exception& error);
/// Whether memory ran out, in the standard library or in LibTorch.
[[nodiscard]] bool is_lack_of_memory(const std::exception& error);

}  // namespace pipeline
