#include "pipeline/data/new_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/durable.h"
#include "base/file_descriptor.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::string_view mark = ".tmp.";
constexpr std::size_t buffer_size = std::size_t{1} << 16U;

/// Makes a new file that is called `stem` and a number, which `name` gets. Its lock tells other processes that it is being written; the
/// kernel frees the lock however the process ends.
int make_locked(const std::string& stem, std::string& name) {
  for (std::int64_t number = ::getpid();;) {
    name = stem + std::to_string(number);
    const int descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno == EINTR) continue;
    if (descriptor < 0 && errno == EEXIST) {  // of a killed process, or of one with this number in another container
      ++number;
      continue;
    }
    if (descriptor < 0) return descriptor;
    int locked = -1;
    do locked = ::flock(descriptor, LOCK_EX);  // remove_unfinished() may hold it for a moment
    while (locked != 0 && errno == EINTR);
    struct stat status {};
    if (locked != 0 || ::fstat(descriptor, &status) != 0 || status.st_nlink > 0) return descriptor;  // some file systems have no locks
    ::close(descriptor);                                                                             // it was removed in between
  }
}

}  // namespace

NewFile::NewFile(std::filesystem::path file) : file_(std::move(file)) {
  buffer_.reserve(buffer_size);
  descriptor_ = make_locked(file_.string() + std::string(mark), beside_);
  if (descriptor_ < 0) throw system_failure("cannot write", file_.string(), errno);
}

NewFile::~NewFile() {
  if (descriptor_ < 0) return;
  ::unlink(beside_.c_str());
  ::close(descriptor_);
}

void NewFile::write(const void* data, std::size_t size) noexcept {
  const char* at = static_cast<const char*>(data);
  if (buffer_.size() + size > buffer_size) {
    write_through(buffer_.data(), buffer_.size());
    buffer_.clear();
  }
  size > buffer_size ? write_through(at, size) : void(buffer_.append(at, size));
}

void NewFile::write_through(const char* data, std::size_t size) noexcept {
  if (error_ == 0) error_ = write_all(descriptor_, {data, size});
}

void NewFile::commit() {
  write_through(buffer_.data(), buffer_.size());
  while (error_ == 0 && ::fsync(descriptor_) != 0) error_ = errno == EINTR ? 0 : errno;
  if (error_ == 0 && ::rename(beside_.c_str(), file_.c_str()) != 0) error_ = errno;
  if (error_ != 0) throw system_failure("cannot write", file_.string(), error_);
  ::close(std::exchange(descriptor_, -1));
  sync_folder(file_.parent_path());
}

bool is_unfinished(std::string_view name) {
  const std::size_t at = name.rfind(mark);
  const std::string_view process = at == std::string_view::npos ? "" : name.substr(at + mark.size());
  return !process.empty() && process.find_first_not_of("0123456789") == std::string_view::npos;
}

void remove_unfinished(const std::filesystem::path& folder) {
  std::error_code none;
  for (std::filesystem::recursive_directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none)) {
    const std::filesystem::path& file = entry->path();
    if (!is_unfinished(file.filename().native()) || !entry->is_regular_file(none)) continue;
    const FileDescriptor descriptor(::open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW));
    struct stat held {
    }, named{};  // its writer may have completed it meanwhile, and begun another of this name
    const bool is_left = descriptor.get() >= 0 && ::flock(descriptor.get(), LOCK_EX | LOCK_NB) == 0 &&
                         ::fstat(descriptor.get(), &held) == 0 && ::lstat(file.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
                         held.st_dev == named.st_dev;
    if (is_left) ::unlink(file.c_str());
  }
}

}  // namespace pipeline
