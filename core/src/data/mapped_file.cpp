#include "data/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <string>

#include "pipeline/errors.h"

namespace pipeline {
namespace {

void take_room(int fd, std::size_t size, const std::filesystem::path& name) {
  if (size == 0) return;
  // On a full disk this call fails; after ftruncate the first write would raise SIGBUS.
  if (const int error = posix_fallocate(fd, 0, static_cast<off_t>(size)); error != 0) {
    throw system_failure("cannot write " + std::to_string(size) + " bytes to", name.string(), error);
  }
}

}  // namespace

Mapping::Mapping(int fd, std::size_t size, bool writable, const std::filesystem::path& name) : size_(size) {
  if (size == 0) return;
  void* at = mmap(nullptr, size, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) throw system_failure("cannot map", name.string(), errno);
  data_ = static_cast<std::byte*>(at);
}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Mapping::~Mapping() {
  if (data_ != nullptr) munmap(data_, size_);
}

void Mapping::resize(std::size_t size) {
  void* at = mremap(data_, size_, size, MREMAP_MAYMOVE);
  if (at == MAP_FAILED) throw system_failure("cannot map", std::to_string(size) + " bytes", errno);
  data_ = static_cast<std::byte*>(at);
  size_ = size;
}

MappedFile::MappedFile(const std::filesystem::path& file) {
  try {
    const FileDescriptor descriptor = open_to_read(file);
    struct stat status {};
    if (::fstat(descriptor.get(), &status) != 0) throw system_failure("cannot read", file.string(), errno);
    map_ = Mapping(descriptor.get(), static_cast<std::size_t>(status.st_size), false, file);
  } catch (const Error& error) {
    throw data_error(error.what());
  }
}

MappedOutput::MappedOutput(const std::filesystem::path& file, std::size_t size) : file_(create_file(file, file)) {
  take_room(file_.get(), size, file);
  map_ = Mapping(file_.get(), size, true, file);
}

ScratchFile::ScratchFile(const std::filesystem::path& folder) {
  std::string pattern = (folder / ".scratch-XXXXXX").string();
  file_ = FileDescriptor(mkostemp(pattern.data(), O_CLOEXEC));
  if (file_.get() < 0) throw system_failure("cannot write", pattern, errno);
  unlink(pattern.c_str());
  name_ = pattern;
}

void ScratchFile::reserve(std::size_t size) {
  if (size <= map_.size()) return;
  take_room(file_.get(), size, name_);
  if (map_.data() == nullptr) {
    map_ = Mapping(file_.get(), size, true, name_);
  } else {
    map_.resize(size);
  }
}

}  // namespace pipeline
