#pragma once

#include <filesystem>
#include <string>

namespace pipeline {

/// The linker's id of a build of a program or library (NT_GNU_BUILD_ID, a hash of the content), read from the file's first pages; empty if
/// there is none or the file is no ELF file.
[[nodiscard]] std::string build_id(const std::filesystem::path& file);

}  // namespace pipeline
