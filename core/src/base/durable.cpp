#include "base/durable.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "base/file_stamp.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace fs = std::filesystem;

namespace {

/// `flags`: of open(), beside reading.
void sync(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
  int failed = descriptor < 0 ? errno : 0;
  if (descriptor >= 0) {
    while (::fsync(descriptor) != 0) {
      failed = errno;
      if (failed != EINTR) break;
      failed = 0;
    }
    ::close(descriptor);
  }
  if (failed == EINVAL || failed == ENOTSUP || failed == ENOSYS) return;  // a file system that cannot sync this: nothing more can be done
  if (failed == ENOENT) return;                                           // what was removed meanwhile needs no sync
  if (failed != 0) throw system_failure("cannot write to the disk", path.string(), failed);
}

}  // namespace

void sync_folder(const fs::path& folder) { sync(folder.empty() ? "." : folder, O_DIRECTORY); }

void sync_tree(const fs::path& folder) { sync_changes(folder, 0); }

std::int64_t nanoseconds_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void sync_changes(const fs::path& folder, std::int64_t since) {
  std::error_code ended, gone;
  for (fs::recursive_directory_iterator entry(folder, ended), end; !ended && entry != end; entry.increment(ended)) {
    const fs::file_status status = entry->symlink_status(gone);
    const bool is_file = fs::is_regular_file(status);
    if (fs::is_directory(status) || (is_file && !settled(stamp_of(entry->path()), since))) sync(entry->path(), 0);
  }
  if (ended && ended != std::errc::no_such_file_or_directory) throw system_failure("cannot read", folder.string(), ended.value());
  sync_folder(folder);
  sync_folder(folder.parent_path());
}

}  // namespace pipeline
