#include "base/file_stamp.h"

#include <sys/stat.h>

#include <algorithm>

namespace pipeline {

FileStamp stamp_of(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  const auto nanoseconds = [](const timespec& t) { return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec; };
  return {static_cast<std::int64_t>(status.st_size), nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
}

bool settled(const FileStamp& stamp, std::int64_t read_at) {
  constexpr std::int64_t coarsest_step = 2'000'000'000;
  return std::max(stamp.modified, stamp.changed) + coarsest_step < read_at;
}

}  // namespace pipeline
