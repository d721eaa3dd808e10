#include "pipeline/errors.h"

#include <algorithm>
#include <system_error>

#include "base/shortage.h"
#include "pipeline/data/text.h"

namespace pipeline {

Error::Error(ExitStatus status, std::string message) : Error(status, std::vector<std::string>{std::move(message)}) {}

Error::Error(ExitStatus status, std::vector<std::string> messages)
    : std::runtime_error(join(messages, "\n")), status_(status), messages_(std::move(messages)) {}

Error::~Error() = default;
ConstructorError::~ConstructorError() = default;

Error system_failure(const std::string& what, const std::string& path, int error_number) {
  const std::string cure = cure_of(error_number);
  return {ExitStatus::unexpected,
          what + " " + path + ": " + std::generic_category().message(error_number) + (cure.empty() ? "" : ": " + cure)};
}

std::string sentence_of(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, std::min(text.find("\nException raised from"), text.find("\nframe #")));
}

}  // namespace pipeline
