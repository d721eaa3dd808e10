#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>

#include "pipeline/errors.h"

/// libFuzzer calls it with each input; so does replay_main.cpp with each file of a corpus.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace pipeline::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

/// Reads something that others wrote. It may refuse it with an Error that says something; any other exception ends the fuzzer.
template <class Read>
void read_or_refuse(Read read) {
  try {
    read();
  } catch (const Error& error) {
    if (std::string_view(error.what()).empty()) {
      std::cerr << "an error without a sentence\n";
      std::abort();
    }
  }
}

/// A file for readers that take a path, in memory where the system has such a folder.
class InputFile {
 public:
  explicit InputFile(const std::string& name) : folder_(base() / ("pipeline_fuzz_" + std::to_string(::getpid()))), path_(folder_ / name) {
    std::filesystem::create_directories(folder_);
  }
  ~InputFile() { std::filesystem::remove_all(folder_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::filesystem::path& write(std::string_view content) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc).write(content.data(), static_cast<std::streamsize>(content.size()));
    return path_;
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  static std::filesystem::path base() {
    const std::filesystem::path memory = "/dev/shm";
    return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
  }

  std::filesystem::path folder_, path_;
};

}  // namespace pipeline::fuzz
