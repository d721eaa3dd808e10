#pragma once

#include <filesystem>
#include <string>

namespace pipeline {

/// The bytes by which the linker tells builds of a program or library apart (NT_GNU_BUILD_ID, a hash over what it holds), read from the
/// file's first pages; empty where it has none or is no ELF file.
[[nodiscard]] std::string build_id(const std::filesystem::path& file);

}  // namespace pipeline
