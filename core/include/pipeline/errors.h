#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/export.h"

namespace pipeline {

/// The program's exit status. Users and scripts rely on the numbers.
enum class ExitStatus : int {
  done = 0,
  unexpected = 1,    ///< also a full disk or an unreachable storage
  usage = 2,         ///< command line, workflow mistake, missing stage input
  plugin = 3,        ///< a plugin cannot be loaded or used
  data = 4,          ///< a mistake in the data
  training = 5,      ///< training diverged or a checkpoint cannot be used
  locked = 6,        ///< another run holds the stage
  interrupted = 130  ///< SIGINT (143 for SIGTERM), state saved
};

/// An error that ends the work. It holds one or more sentences for the user, each with the place and the cure, and the exit status.
/// Stages and other components make it with the helpers below.
class PIPELINE_EXPORT Error : public std::runtime_error {
 public:
  Error(ExitStatus status, std::string message);
  Error(ExitStatus status, std::vector<std::string> messages);
  ~Error() override;

  [[nodiscard]] ExitStatus status() const { return status_; }
  [[nodiscard]] const std::vector<std::string>& messages() const { return messages_; }

 private:
  ExitStatus status_;
  std::vector<std::string> messages_;
};

/// A component's constructor threw something other than an Error. The component's library fits this host, so other options may help. Any
/// other Error with the status `plugin` means that the library itself cannot be used.
class PIPELINE_EXPORT ConstructorError : public Error {
 public:
  explicit ConstructorError(std::string message) : Error(ExitStatus::plugin, std::move(message)) {}
  ~ConstructorError() override;
};

[[nodiscard]] inline Error usage_error(std::string message) { return {ExitStatus::usage, std::move(message)}; }
[[nodiscard]] inline Error plugin_error(std::string message) { return {ExitStatus::plugin, std::move(message)}; }
[[nodiscard]] inline Error data_error(std::string message) { return {ExitStatus::data, std::move(message)}; }
[[nodiscard]] inline Error training_error(std::string message) { return {ExitStatus::training, std::move(message)}; }
/// A failed system call: "<what> <path>: <reason of errno>", exit status 1.
[[nodiscard]] PIPELINE_EXPORT Error system_failure(const std::string& what, const std::string& path, int error_number);

/// The exception's message without the C++ call stack that LibTorch appends.
[[nodiscard]] PIPELINE_EXPORT std::string sentence_of(const std::exception& error);
/// Stands for the message of an exception that has none: C++ lets a plugin throw a number or a text.
inline constexpr const char* foreign_object = "an object that is no std::exception";

}  // namespace pipeline
