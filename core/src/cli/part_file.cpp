#include "cli/part_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

/// Where a link leads: the file it names is written, and the link stays.
std::filesystem::path behind_links(const std::filesystem::path& file) {
  std::error_code broken;
  const std::filesystem::path target = std::filesystem::weakly_canonical(file, broken);
  return broken || !std::filesystem::is_symlink(file) ? file : target;
}

/// A new file beside `file`, under a name that no other file has, with the rights that the user gives new files.
std::string new_part(const std::filesystem::path& file) {
  std::string name = file.string() + ".part-XXXXXX";
  const int descriptor = ::mkstemp(name.data());
  if (descriptor < 0) throw system_failure("cannot write", file.string(), errno);
  const mode_t unwanted = ::umask(0);
  ::umask(unwanted);
  ::fchmod(descriptor, 0666 & ~unwanted);
  ::close(descriptor);
  return name;
}

}  // namespace

PartFile::PartFile(const std::filesystem::path& file)
    : file_(behind_links(file)), part_(new_part(file_)), on_signal_(part_.string()), out_(part_, std::ios::binary) {
  if (out_) return;
  const int error = errno;
  remove_part();  // no destructor does, as this object does not come to be
  throw system_failure("cannot write", part_.string(), error);
}

PartFile::~PartFile() { remove_part(); }

void PartFile::remove_part() const {
  std::error_code ignored;  // after commit() there is none
  std::filesystem::remove(part_, ignored);
}

void PartFile::commit() {
  out_.close();
  if (!out_) throw system_failure("cannot write", part_.string(), errno);
  std::filesystem::rename(part_, file_);
}

}  // namespace pipeline
