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

Mapping::Mapping(int fd, std::size_t size, MappedUse use, const std::filesystem::path& name) : size_(size), use_(use) {
  if (size == 0) return;
  void* at = mmap(nullptr, size, use == MappedUse::output ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) throw system_failure("cannot map", name.string(), errno);
  data_ = static_cast<std::byte*>(at);
  range_ = MappedRange(at, size, use, name);
}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(use_, other.use_);
  std::swap(range_, other.range_);
  return *this;
}

Mapping::~Mapping() {
  if (data_ != nullptr) munmap(data_, size_);
}

void Mapping::resize(std::size_t size, const std::filesystem::path& name) {
  void* at = mremap(data_, size_, size, MREMAP_MAYMOVE);
  if (at == MAP_FAILED) throw system_failure("cannot map " + std::to_string(size) + " bytes of", name.string(), errno);
  data_ = static_cast<std::byte*>(at);
  size_ = size;
  range_ = MappedRange(at, size, use_, name);
}

MappedFile::MappedFile(const std::filesystem::path& file) : file_(file) {
  try {
    const FileDescriptor descriptor = open_to_read(file);
    if (::fstat(descriptor.get(), &then_) != 0) throw system_failure("cannot read", file.string(), errno);
    map_ = Mapping(descriptor.get(), static_cast<std::size_t>(then_.st_size), MappedUse::input, file);
  } catch (const Error& error) {
    throw data_error(error.what());
  }
}

void MappedFile::require_unchanged() const {
  struct stat now {};
  // A file that was removed or replaced lives on as long as it is mapped.
  if (::stat(file_.c_str(), &now) != 0 || now.st_dev != then_.st_dev || now.st_ino != then_.st_ino) return;
  const bool same =
      now.st_size == then_.st_size && now.st_mtim.tv_sec == then_.st_mtim.tv_sec && now.st_mtim.tv_nsec == then_.st_mtim.tv_nsec;
  if (!same) throw data_error(file_.string() + " was changed while it was read: run again when nothing writes into it any more");
}

MappedOutput::MappedOutput(const std::filesystem::path& file, std::size_t size) : file_(create_file(file)) {
  take_room(file_.get(), size, file);
  map_ = Mapping(file_.get(), size, MappedUse::output, file);
}

ScratchFile::ScratchFile(const std::filesystem::path& folder) {
  std::string pattern = (folder / ".scratch-XXXXXX").string();
  file_ = FileDescriptor(mkostemp(pattern.data(), O_CLOEXEC));
  if (file_.get() < 0) throw system_failure("cannot write", pattern, errno);
  if (unlink(pattern.c_str()) != 0) throw system_failure("cannot remove", pattern, errno);
  name_ = pattern;
}

void ScratchFile::reserve(std::size_t size) {
  if (size <= map_.size()) return;
  take_room(file_.get(), size, name_);
  if (map_.data() == nullptr) {
    map_ = Mapping(file_.get(), size, MappedUse::output, name_);
  } else {
    map_.resize(size, name_);
  }
}

}  // namespace pipeline
