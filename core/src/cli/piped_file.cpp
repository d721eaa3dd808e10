#include "cli/piped_file.h"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iostream>

#include "pipeline/errors.h"

namespace pipeline {

PipedFile::PipedFile(const std::string& source) {
  const bool standard = source == "-";
  std::string folder = (std::filesystem::temp_directory_path() / "pipeline-XXXXXX").string();
  if (!::mkdtemp(folder.data())) throw system_failure("cannot make the folder", folder, errno);
  path_ = std::filesystem::path(folder) / (standard ? "stdin" : std::filesystem::path(source).filename());
  folder_on_signal_.emplace(folder);
  file_on_signal_.emplace(path_.string());
  std::ifstream named;
  if (!standard) named.open(source, std::ios::binary);
  std::istream& in = standard ? std::cin : named;
  if (!in) throw system_failure("cannot read", source, errno);
  std::ofstream out(path_, std::ios::binary);
  if (in.peek() != std::istream::traits_type::eof()) out << in.rdbuf();
  if (in.bad()) throw system_failure("cannot read", source, errno);
  if (!out.flush()) throw system_failure("cannot write", path_.string(), errno);
}

PipedFile::~PipedFile() {
  std::error_code ignored;  // a leftover in the temporary folder is harmless
  std::filesystem::remove_all(path_.parent_path(), ignored);
}

}  // namespace pipeline
