#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace pipeline {

/// The records of a stored (uncompressed) zip from torch.save. It checks every record's checksum on reading; LibTorch's own reader does
/// not, so a flipped bit would pass as a weight. It supports zip64 and refuses compression, encryption and overlapping sizes. It throws
/// Error (training) without the file's name.
class ZipReader {
 public:
  explicit ZipReader(const std::filesystem::path& file);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  /// Names are relative to the archive's only folder: "data.pkl", not "archive/data.pkl".
  [[nodiscard]] bool has(const std::string& record) const { return records_.contains(record); }
  /// Size of a record in bytes; never larger than the file.
  [[nodiscard]] std::uint64_t size(const std::string& record) const;
  /// Fills `out`, which has the record's size.
  void read(const std::string& record, std::span<unsigned char> out) const;

 private:
  struct Record {
    std::uint64_t header = 0, size = 0;  ///< offset of the local header in the file; bytes of content
    std::uint32_t crc = 0;
  };
  struct Directory {
    std::uint64_t offset = 0, size = 0;
  };

  void read_at(std::uint64_t offset, std::span<unsigned char> out) const;
  [[nodiscard]] std::vector<unsigned char> bytes_at(std::uint64_t offset, std::uint64_t count) const;
  [[nodiscard]] Directory find_directory() const;
  void list_records(std::span<const unsigned char> directory);
  [[nodiscard]] const Record& find(const std::string& record) const;

  int descriptor_ = -1;
  std::uint64_t file_size_ = 0;
  std::map<std::string, Record> records_;
};

}  // namespace pipeline
