#include "base/file_descriptor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr mode_t as_umask_allows = 0666;

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

/// `doing`: "cannot read" or "cannot write".
void refuse_unless_regular(const FileDescriptor& descriptor, const std::string& doing, const std::filesystem::path& file) {
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) throw system_failure(doing, file.string(), errno);
  if (!S_ISREG(status.st_mode)) throw Error(ExitStatus::unexpected, doing + " " + file.string() + ": it is " + kind_of(status.st_mode));
}

/// The sentence for a failed open(2). A link that was not followed gives ELOOP, whose usual words speak of too many links.
Error cannot_write(const std::filesystem::path& file, int error) {
  if (error == ELOOP && std::filesystem::is_symlink(std::filesystem::symlink_status(file)))
    return {ExitStatus::unexpected, "cannot write " + file.string() + ": it is a symbolic link, which is not followed: remove it"};
  if (error == ENXIO) return {ExitStatus::unexpected, "cannot write " + file.string() + ": it is " + kind_of(S_IFIFO)};
  return system_failure("cannot write", file.string(), error);
}

int open_retrying(const std::filesystem::path& file, int flags) {
  for (;;) {
    const int number = ::open(file.c_str(), flags | O_CLOEXEC, as_umask_allows);
    if (number >= 0 || errno != EINTR) return number;
  }
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) ::close(number_);
}

// O_NONBLOCK has no effect on regular files; without it opening a named pipe waits for the other side.
FileDescriptor open_to_read(const std::filesystem::path& file) {
  FileDescriptor descriptor(open_retrying(file, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  if (descriptor.get() < 0) throw system_failure("cannot read", file.string(), errno);
  refuse_unless_regular(descriptor, "cannot read", file);
  return descriptor;
}

FileDescriptor open_own_file(const std::filesystem::path& file, int flags) {
  FileDescriptor descriptor(open_retrying(file, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
  if (descriptor.get() < 0) throw cannot_write(file, errno);
  refuse_unless_regular(descriptor, "cannot write", file);
  return descriptor;
}

FileDescriptor create_file(const std::filesystem::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) throw system_failure("cannot write", file.string(), errno);
  FileDescriptor descriptor(open_retrying(file, O_RDWR | O_CREAT | O_EXCL));
  if (descriptor.get() < 0) throw system_failure("cannot write", file.string(), errno);
  return descriptor;
}

int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    if (written == 0) return EIO;  // no progress: an endless loop otherwise
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace pipeline
