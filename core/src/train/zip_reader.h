#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace pipeline {

/// The records of a stored (uncompressed) zip, as torch.save writes them. Every record's checksum is compared while it is read: LibTorch's
/// own reader leaves that out, so a flipped bit would pass as a weight. Knows zip64; refuses compression, encryption and overlapping sizes.
/// Errors are Error (training) without the file's name.
class ZipReader {
 public:
  explicit ZipReader(const std::filesystem::path& file);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  /// Names start below the archive's one folder: "data.pkl", not "archive/data.pkl".
  [[nodiscard]] bool has(const std::string& record) const { return records_.contains(record); }
  /// Bytes of a record; never more than the file has.
  [[nodiscard]] std::uint64_t size(const std::string& record) const;
  /// Fills `out`, which has the record's size.
  void read(const std::string& record, std::span<unsigned char> out) const;

 private:
  struct Record {
    std::uint64_t header = 0, size = 0;  ///< of the local header in the file; bytes of content
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
