#include "cli/part_file.h"

#include <cerrno>
#include <utility>

#include "pipeline/errors.h"

namespace pipeline {

PartFile::PartFile(std::filesystem::path file)
    : file_(std::move(file)), part_(file_.string() + ".part"), on_signal_(part_.string()), out_(part_, std::ios::binary) {
  if (!out_) throw system_failure("cannot write", part_.string(), errno);
}

PartFile::~PartFile() {
  std::error_code ignored;  // after commit() there is none
  std::filesystem::remove(part_, ignored);
}

void PartFile::commit() {
  out_.close();
  if (!out_) throw system_failure("cannot write", part_.string(), errno);
  std::filesystem::rename(part_, file_);
}

}  // namespace pipeline
