#include "base/shortage.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <string>
#include <string_view>
#include <system_error>

namespace pipeline {

namespace {

constexpr const char* more_memory = "end other programs, raise the limit on memory (ulimit -v), or choose a smaller model or batch_size";

}  // namespace

std::string cure_of(int error_number) {
  switch (error_number) {
    case ENOMEM:
      return more_memory;
    case EAGAIN:
      return "too many threads and processes run: raise their limit (ulimit -u), or lower threads and workers";
    case EMFILE:
    case ENFILE:
      return "raise the limit on open files (ulimit -n), or lower workers";
    case EFBIG:
      return "raise the limit on the size of a file (ulimit -f)";
    default:
      return {};
  }
}

bool tells_shortage(std::string_view text) {
  // The dynamic linker gives no reason where it has no memory to map a library, and where it lacks memory or descriptors for the words of
  // the reason it gives the number: "cannot open shared object file: Error 24".
  if (text.ends_with("failed to map segment from shared object")) return true;
  // "cannot allocate memory in static TLS block" tells how a library was built.
  if (text.find("static TLS block") != std::string_view::npos) return false;
  return std::ranges::any_of(std::array{ENOMEM, EAGAIN, EMFILE, ENFILE}, [&](int error) {
    return text.find(std::generic_category().message(error)) != std::string_view::npos || text.ends_with("Error " + std::to_string(error));
  });
}

std::optional<std::string> shortage_in_words(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error)) return std::string("there is not enough memory: ") + more_memory;
  if (const auto* failed = dynamic_cast<const std::system_error*>(&error)) {
    const std::string cure = cure_of(failed->code().value());
    const bool of_system = failed->code().category() == std::generic_category() || failed->code().category() == std::system_category();
    if (of_system && !cure.empty()) return error.what() + (": " + cure);
  }
  return std::nullopt;
}

bool is_lack_of_memory(const std::exception& error) {
  const std::string_view text = error.what();
  return dynamic_cast<const std::bad_alloc*>(&error) || text.find("can't allocate memory") != std::string_view::npos ||
         text.find("out of memory") != std::string_view::npos;
}

}  // namespace pipeline
