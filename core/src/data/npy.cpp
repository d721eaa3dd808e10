#include "data/npy.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::string_view magic = "\x93NUMPY";

/// Reads the Python dictionary of a header: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class HeaderText {
 public:
  explicit HeaderText(std::string_view text) : rest_(text) {}

  /// False when the text is not of that form.
  bool read(NpyHeader& header) {
    bool descr = false, order = false, shape = false;
    if (!take('{')) return false;
    while (!take('}')) {
      const auto key = quoted();
      if (!key || !take(':')) return false;
      if (*key == "descr") {
        const auto text = quoted();
        if (!text) return false;
        header.descr = *text, descr = true;
      } else if (*key == "fortran_order") {
        order = word("True") ? (header.fortran_order = true) : word("False");
        if (!order) return false;
      } else if (*key == "shape") {
        shape = tuple(header.shape);
        if (!shape) return false;
      } else {
        return false;
      }
      if (!take(',') && !peek('}')) return false;
    }
    return descr && order && shape;
  }

 private:
  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) rest_.remove_prefix(1);
  }
  bool peek(char c) {
    skip_space();
    return !rest_.empty() && rest_.front() == c;
  }
  bool take(char c) {
    if (!peek(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view text) {
    skip_space();
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  std::optional<std::string_view> quoted() {
    const char quote = peek('"') ? '"' : '\'';
    if (!take(quote)) return std::nullopt;
    const std::size_t end = rest_.find(quote);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool tuple(std::vector<std::int64_t>& out) {
    if (!take('(')) return false;
    while (!take(')')) {
      skip_space();
      std::int64_t value = 0;
      const auto [stop, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
      if (error != std::errc{} || value < 0) return false;
      rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
      out.push_back(value);
      if (!take(',') && !peek(')')) return false;
    }
    return true;
  }

  std::string_view rest_;
};

std::string shape_of(std::span<const std::int64_t> shape) {
  return "[" + join(shape, [](std::int64_t size) { return std::to_string(size); }) + "]";
}

/// The number of elements of a shape; nullopt when it does not fit in 63 bits.
std::optional<std::int64_t> product(std::span<const std::int64_t> shape) {
  std::int64_t n = 1;
  for (const std::int64_t s : shape) {
    if (__builtin_mul_overflow(n, s, &n)) return std::nullopt;
  }
  return n;
}

}  // namespace

std::int64_t NpyHeader::elements() const { return product(shape).value_or(std::numeric_limits<std::int64_t>::max()); }

std::string NpyHeader::shape_text() const { return shape_of(shape); }

std::size_t npy_item_size(std::string_view descr) {
  if (descr.starts_with("<M8[")) return 8;
  if (descr.size() != 3 || std::string_view("<|").find(descr[0]) == std::string_view::npos) return 0;
  if (std::string_view("fiub").find(descr[1]) == std::string_view::npos || descr[2] < '1' || descr[2] > '8') return 0;
  return static_cast<std::size_t>(descr[2] - '0');
}

NpyHeader parse_npy_header(std::span<const std::byte> file, const std::string& name) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (!text.starts_with(magic) || text.size() < 12) throw data_error(name + " is not a NumPy file (.npy)");
  const int version = static_cast<unsigned char>(text[6]);
  if (version < 1 || version > 3) throw data_error(name + " has the NumPy format version " + std::to_string(version) + "; 1 to 3 are read");
  const std::size_t start = version == 1 ? 10 : 12;
  std::size_t length = 0;
  for (std::size_t i = start; i-- > 8;) length = length << 8 | static_cast<unsigned char>(text[i]);
  if (length > text.size() - start) throw data_error(name + " is damaged: it ends within its header");

  NpyHeader header;
  if (!HeaderText(text.substr(start, length)).read(header)) {
    throw data_error(name + " has a header that is not read: only arrays of one plain type are, no objects or structures");
  }
  header.data_offset = start + length;
  const std::size_t item = npy_item_size(header.descr);
  if (item == 0) {
    throw data_error(name + " holds elements of type " + header.descr +
                     ", which is not read; save it as numbers, e.g. array.astype('float32')");
  }
  const auto elements = product(header.shape);
  if (!elements || static_cast<std::size_t>(*elements) > (text.size() - header.data_offset) / item) {
    throw data_error(name + " is damaged: " + header.shape_text() + " elements do not fit into its " + std::to_string(text.size()) +
                     " bytes");
  }
  return header;
}

std::string make_npy_header(std::string_view descr, std::span<const std::int64_t> shape) {
  std::string tuple = "(";
  for (const std::int64_t s : shape) tuple += std::to_string(s) + ", ";
  if (shape.size() > 1) tuple.erase(tuple.size() - 2);
  if (shape.size() == 1) tuple.pop_back();
  std::string dict = "{'descr': '" + std::string(descr) + "', 'fortran_order': False, 'shape': " + tuple + "), }";
  dict.append(64 - (10 + dict.size() + 1) % 64, ' ');
  dict += '\n';
  std::string header(magic);
  header += {'\x01', '\x00', static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
  return header + dict;
}

NpyFile::NpyFile(const std::filesystem::path& file) : path_(file), file_(file), header_(parse_npy_header(file_.bytes(), file.string())) {
  if (header_.fortran_order) {
    throw data_error(file.string() + " is in Fortran order; save it with np.save(path, np.ascontiguousarray(array))");
  }
  if (header_.data_offset % npy_item_size(header_.descr) != 0) throw data_error(file.string() + " has data that are not aligned");
}

std::span<const std::byte> NpyFile::data() const {
  const auto bytes = static_cast<std::size_t>(header_.elements()) * npy_item_size(header_.descr);
  return file_.bytes().subspan(header_.data_offset, bytes);
}

void NpyFile::expect(std::string_view descr, std::span<const std::int64_t> shape) const {
  if (header_.descr == descr && std::ranges::equal(header_.shape, shape)) return;
  throw data_error(path_.string() + " holds " + header_.descr + " " + header_.shape_text() + " where " + std::string(descr) + " " +
                   shape_of(shape) + " is expected");
}

}  // namespace pipeline
