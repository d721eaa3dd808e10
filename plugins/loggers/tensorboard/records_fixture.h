#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "pipeline/data/files.h"
#include "tensorboard/crc32c.h"

namespace pipeline::test {

/// The records of an events file, their checksums verified.
inline std::vector<std::string> read_records(const std::filesystem::path& file) {
  using loggers::tensorboard::masked_crc32c;
  const std::string bytes = read_text(file);
  std::vector<std::string> records;
  const auto checksum = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof(value));
    return value;
  };
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint64_t length = 0;
    if (bytes.size() - at < 16) throw std::runtime_error("cut off record");
    std::memcpy(&length, bytes.data() + at, sizeof(length));
    if (checksum(at + 8) != masked_crc32c(bytes.substr(at, 8))) throw std::runtime_error("wrong checksum of the length");
    if (bytes.size() - at < length + 16) throw std::runtime_error("cut off record");
    records.push_back(bytes.substr(at + 12, length));
    if (checksum(at + 12 + length) != masked_crc32c(records.back())) throw std::runtime_error("wrong checksum of the data");
    at += length + 16;
  }
  return records;
}

/// The only file of a folder whose name contains `part`.
inline std::filesystem::path only_file(const std::filesystem::path& folder, const std::string& part) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().find(part) != std::string::npos) found.push_back(entry.path());
  }
  if (found.size() != 1) throw std::runtime_error("expected one file with " + part + ", found " + std::to_string(found.size()));
  return found.front();
}

}  // namespace pipeline::test
