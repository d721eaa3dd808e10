#include "pipeline/errors.h"

#include <algorithm>
#include <system_error>

namespace pipeline {

namespace {

std::string joined(const std::vector<std::string>& messages) {
  std::string text;
  for (const std::string& m : messages) text += (text.empty() ? "" : "\n") + m;
  return text;
}

}  // namespace

Error::Error(ExitStatus status, std::string message) : Error(status, std::vector<std::string>{std::move(message)}) {}

Error::Error(ExitStatus status, std::vector<std::string> messages)
    : std::runtime_error(joined(messages)), status_(status), messages_(std::move(messages)) {}

Error::~Error() = default;

Error system_failure(const std::string& what, const std::string& path, int error_number) {
  return {ExitStatus::unexpected, what + " " + path + ": " + std::generic_category().message(error_number)};
}

std::string sentence_of(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, std::min(text.find("\nException raised from"), text.find("\nframe #")));
}

}  // namespace pipeline
