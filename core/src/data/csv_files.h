#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv_reader.h"

namespace pipeline {

/// CSV files that hold the parts of one table, one after the other. All have the same heading.
class CsvFiles {
 public:
  /// `paths`: at least one. Error (data) as CsvFile throws it, or that names a file with another heading than the first one's.
  CsvFiles(std::span<const std::filesystem::path> paths, const CsvFormat& format);

  [[nodiscard]] const CsvFile& first() const { return files_.front(); }
  [[nodiscard]] std::span<const CsvFile> all() const { return files_; }
  /// Bytes of all files.
  [[nodiscard]] std::size_t size() const;
  void require_unchanged() const;

 private:
  std::vector<CsvFile> files_;
};

/// How the heading of a file differs from that of the first one: "part-2.csv: column 3 is "b", and "a" in part-1.csv; ...". Empty: it does
/// not.
[[nodiscard]] std::string heading_difference(const CsvFile& first, const CsvFile& other);

/// Reads the rows of the files in their order, as CsvReader reads those of one.
class CsvFilesReader {
 public:
  CsvFilesReader(const CsvFiles& files, std::span<const std::size_t> numbers, std::span<const std::size_t> texts);

  /// Error (data) as CsvReader throws it; also where a column has per cents in one file and none in another.
  bool next(double* numbers);
  [[nodiscard]] std::string_view text(std::size_t i) const { return reader_->text(i); }
  [[nodiscard]] std::string place() const { return reader_->place(); }
  /// The file of the row just read.
  [[nodiscard]] const CsvFile& file() const { return reader_->file(); }
  /// Bytes of all files read so far.
  [[nodiscard]] std::size_t consumed() const { return before_ + reader_->consumed(); }
  [[nodiscard]] std::int64_t empty_rows() const { return empty_rows_ + reader_->empty_rows(); }

 private:
  void require_same_units();

  const CsvFiles& files_;
  std::vector<std::size_t> numbers_, texts_;
  std::size_t at_ = 0, before_ = 0;
  std::int64_t empty_rows_ = 0;
  std::vector<std::string> units_;  // of the columns of the first file
  std::optional<CsvReader> reader_;
};

}  // namespace pipeline
