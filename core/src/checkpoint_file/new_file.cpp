#include "checkpoint_file/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "pipeline/errors.h"

namespace pipeline {

NewFile::NewFile(std::filesystem::path file) : file_(std::move(file)), beside_(file_.string() + ".tmp." + std::to_string(::getpid())) {
  descriptor_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw system_failure("cannot write", beside_, errno);
}

NewFile::~NewFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(beside_.c_str());
}

void NewFile::write(const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0 && error_ == 0) {
    const ssize_t n = ::write(descriptor_, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) error_ = errno;
    if (n > 0) at += n, size -= static_cast<std::size_t>(n);
  }
}

void NewFile::commit() {
  if (error_ == 0 && ::fsync(descriptor_) != 0) error_ = errno;
  if (error_ == 0 && ::rename(beside_.c_str(), file_.c_str()) != 0) error_ = errno;
  if (error_ != 0) throw system_failure("cannot write", file_.string(), error_);
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace pipeline
