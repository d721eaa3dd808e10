#include "version_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline::stage::train {

namespace {

constexpr std::string_view prefix = "version_";

/// N of "version_N", else -1.
std::int64_t version_number(const std::string& name) {
  if (!name.starts_with(prefix)) return -1;
  std::int64_t number = -1;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, number);
  return error == std::errc{} && stop == end ? number : -1;
}

}  // namespace

std::filesystem::path take_version_folder(const std::filesystem::path& parent) {
  make_folder(parent);
  std::int64_t next = 0;
  for (const auto& entry : std::filesystem::directory_iterator(parent)) {
    next = std::max(next, version_number(entry.path().filename().string()) + 1);
  }
  for (;; ++next) {
    const std::filesystem::path folder = parent / (std::string(prefix) + std::to_string(next));
    if (::mkdir(folder.c_str(), 0777) == 0) return folder;
    if (errno != EEXIST) throw system_failure("cannot make the folder", folder.string(), errno);
  }
}

}  // namespace pipeline::stage::train
