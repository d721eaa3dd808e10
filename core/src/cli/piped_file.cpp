#include "cli/piped_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_descriptor.h"

namespace pipeline {

namespace {

std::filesystem::path new_folder() {
  std::string folder = (std::filesystem::temp_directory_path() / "pipeline-XXXXXX").string();
  if (!::mkdtemp(folder.data())) throw system_failure("cannot make the folder", folder, errno);
  return folder;
}

std::string name_of(const std::string& source) {
  return source == standard_stream ? "stdin" : std::filesystem::path(source).filename().string();
}

/// Waits for a writer, if it is a pipe without one.
FileDescriptor opened(const std::string& source) {
  for (;;) {
    FileDescriptor descriptor(source == standard_stream ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                                        : ::open(source.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (descriptor.get() >= 0) return descriptor;
    if (errno != EINTR) throw system_failure("cannot read", source, errno);
  }
}

}  // namespace

ScratchFolder::ScratchFolder() : path_(new_folder()), on_signal_(path_.string()) {}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;  // a leftover in the temporary folder is harmless
  std::filesystem::remove_all(path_, ignored);
}

PipedFile::PipedFile(const std::string& source)
    : source_(source == standard_stream ? "standard input" : source), path_(folder_.path() / name_of(source)), on_signal_(path_.string()) {
  const FileDescriptor in = opened(source), out = create_file(path_);
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t count = ::read(in.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_failure("cannot read", source, errno);
    if (count == 0) return;
    const int error = write_all(out.get(), {buffer.data(), static_cast<std::size_t>(count)});
    if (error != 0) throw system_failure("cannot write", path_.string(), error);
  }
}

Error PipedFile::renamed(const Error& error) const {
  std::vector<std::string> messages = error.messages();
  for (std::string& message : messages) {
    for (std::size_t at = 0; (at = message.find(path_.native(), at)) != std::string::npos; at += source_.size())
      message.replace(at, path_.native().size(), source_);
  }
  return {error.status(), std::move(messages)};
}

}  // namespace pipeline
