#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/mapped_file.h"

namespace pipeline {

/// The header of a NumPy file (format versions 1 to 3).
struct NpyHeader {
  std::string descr;  ///< "<f4", "<f8", "<i8", "|b1", "|u1", "<M8[ns]", ...
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
  std::size_t data_offset = 0;

  /// Product of the shape.
  [[nodiscard]] std::int64_t elements() const;
  [[nodiscard]] std::string shape_text() const;  ///< "[3, 60, 5]"
};

/// Bytes of one element of a plain little-endian type; 0 for types that this program does not read (objects, structures, big-endian).
[[nodiscard]] std::size_t npy_item_size(std::string_view descr);
/// Reads the header at the start of `file`. Error (data), which names `name`, unless the header is well-formed and its data lie within the
/// file.
[[nodiscard]] NpyHeader parse_npy_header(std::span<const std::byte> file, const std::string& name);
/// The bytes before the data: format version 1, padded to a multiple of 64.
[[nodiscard]] std::string make_npy_header(std::string_view descr, std::span<const std::int64_t> shape);

/// A mapped NumPy file of a plain type in C order.
class NpyFile {
 public:
  /// Error (data) when the file is missing, damaged or of another kind.
  explicit NpyFile(const std::filesystem::path& file);

  [[nodiscard]] const NpyHeader& header() const { return header_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::span<const std::byte> data() const;
  /// The numbers; Error (data) when the file has another type or shape.
  template <class T>
  [[nodiscard]] std::span<const T> as(std::string_view descr, std::span<const std::int64_t> shape) const {
    expect(descr, shape);
    return {reinterpret_cast<const T*>(data().data()), data().size() / sizeof(T)};
  }

 private:
  void expect(std::string_view descr, std::span<const std::int64_t> shape) const;

  std::filesystem::path path_;
  MappedFile file_;
  NpyHeader header_;
};

/// A NumPy file to be filled through a mapping.
template <class T>
class NpyOutput {
 public:
  NpyOutput(const std::filesystem::path& file, std::string_view descr, std::span<const std::int64_t> shape)
      : header_(make_npy_header(descr, shape)), output_(file, header_.size() + element_count(shape) * sizeof(T)) {
    header_.copy(reinterpret_cast<char*>(output_.data()), header_.size());
  }

  [[nodiscard]] std::span<T> data() const {
    return {reinterpret_cast<T*>(output_.data() + header_.size()), (output_.size() - header_.size()) / sizeof(T)};
  }

 private:
  static std::size_t element_count(std::span<const std::int64_t> shape) {
    std::size_t n = 1;
    for (const std::int64_t s : shape) n *= static_cast<std::size_t>(s);
    return n;
  }

  std::string header_;
  MappedOutput output_;
};

}  // namespace pipeline
