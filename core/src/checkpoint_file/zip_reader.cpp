#include "checkpoint_file/zip_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <concepts>
#include <system_error>
#include <utility>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::uint32_t local_signature = 0x04034b50, central_signature = 0x02014b50, end_signature = 0x06054b50;
constexpr std::uint32_t end64_signature = 0x06064b50, locator64_signature = 0x07064b50;
constexpr std::uint64_t local_size = 30, central_size = 46, end_size = 22, end64_size = 56, locator64_size = 20;
constexpr std::uint64_t most_comment = 0xffff;  // longest comment after the end record
constexpr std::uint32_t in_zip64 = 0xffffffff;  // the zip64 field holds the real number

Error damaged(const std::string& what) { return training_error("the file is damaged or cut short: " + what); }

template <std::unsigned_integral T>
T number(std::span<const unsigned char> bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) throw damaged("its table of contents ends too early");
  T out = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) out = static_cast<T>(out << 8 | bytes[offset + i]);
  return out;
}
std::uint16_t u16(std::span<const unsigned char> bytes, std::uint64_t offset) { return number<std::uint16_t>(bytes, offset); }
std::uint32_t u32(std::span<const unsigned char> bytes, std::uint64_t offset) { return number<std::uint32_t>(bytes, offset); }
std::uint64_t u64(std::span<const unsigned char> bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < 8) throw damaged("its table of contents ends too early");
  return std::uint64_t{u32(bytes, offset + 4)} << 32 | u32(bytes, offset);
}

/// The zip64 field among a record's extra fields, empty if it has none.
std::span<const unsigned char> zip64_field(std::span<const unsigned char> extra) {
  for (std::uint64_t at = 0; at + 4 <= extra.size();) {
    const std::uint64_t length = u16(extra, at + 2);
    if (length > extra.size() - at - 4) throw damaged("an extra field of its table of contents is too long");
    if (u16(extra, at) == 1) return extra.subspan(at + 4, length);
    at += 4 + length;
  }
  return {};
}

}  // namespace

ZipReader::ZipReader(const std::filesystem::path& file) : descriptor_(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  if (descriptor_ < 0) throw training_error("it cannot be opened: " + std::generic_category().message(errno));
  try {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) throw training_error("it is not a file");
    file_size_ = static_cast<std::uint64_t>(status.st_size);
    const Directory directory = find_directory();
    list_records(bytes_at(directory.offset, directory.size));
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

ZipReader::~ZipReader() { ::close(descriptor_); }

void ZipReader::read_at(std::uint64_t offset, std::span<unsigned char> out) const {
  if (offset > file_size_ || out.size() > file_size_ - offset) throw damaged("it refers to bytes behind its end");
  while (!out.empty()) {
    const ssize_t n = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw training_error("it cannot be read: " + (n < 0 ? std::generic_category().message(errno) : "it became shorter"));
    out = out.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
}

std::vector<unsigned char> ZipReader::bytes_at(std::uint64_t offset, std::uint64_t count) const {
  if (count > file_size_) throw damaged("it refers to bytes behind its end");
  std::vector<unsigned char> out(count);
  read_at(offset, out);
  return out;
}

ZipReader::Directory ZipReader::find_directory() const {
  const std::uint64_t tail_size = std::min(file_size_, end_size + most_comment + locator64_size);
  const std::vector<unsigned char> tail = bytes_at(file_size_ - tail_size, tail_size);
  for (std::uint64_t at = tail_size < end_size ? 0 : tail_size - end_size + 1; at-- > 0;) {
    if (u32(tail, at) != end_signature) continue;
    Directory out{.offset = u32(tail, at + 16), .size = u32(tail, at + 12)};
    if (at >= locator64_size && u32(tail, at - locator64_size) == locator64_signature) {
      const std::vector<unsigned char> end64 = bytes_at(u64(tail, at - locator64_size + 8), end64_size);
      if (u32(end64, 0) != end64_signature) throw damaged("its table of contents is not where it should be");
      out = {.offset = u64(end64, 48), .size = u64(end64, 40)};
    }
    return out;
  }
  throw training_error("it is no checkpoint in the format of torch.save, or it is cut short");
}

void ZipReader::list_records(std::span<const unsigned char> directory) {
  std::uint64_t total = 0;
  for (std::uint64_t at = 0; at < directory.size();) {
    if (u32(directory, at) != central_signature) throw damaged("its table of contents is broken");
    const std::uint64_t name_length = u16(directory, at + 28), extra_length = u16(directory, at + 30),
                        comment_length = u16(directory, at + 32);
    if (directory.size() - at < central_size + name_length + extra_length + comment_length)
      throw damaged("its table of contents ends too early");
    std::string name(reinterpret_cast<const char*>(directory.data() + at + central_size), name_length);
    const std::uint32_t packed = u32(directory, at + 20);
    Record record{.header = u32(directory, at + 42), .size = u32(directory, at + 24), .crc = u32(directory, at + 16)};

    const auto wide = zip64_field(directory.subspan(at + central_size + name_length, extra_length));
    std::uint64_t field = 0;  // the field holds only the numbers that are in_zip64, in this order
    if (record.size == in_zip64) record.size = u64(wide, std::exchange(field, field + 8));
    if (packed == in_zip64) field += 8;
    if (record.header == in_zip64) record.header = u64(wide, field);

    const bool encrypted = (u16(directory, at + 8) & 1) != 0;
    if (encrypted || u16(directory, at + 10) != 0)
      throw training_error("its record '" + name + "' is compressed, which torch.save never does");
    // Records cannot overlap, so their sum is at most the file's size: no read exceeds it.
    if (record.size > file_size_ - total) throw damaged("its records are larger than the file");
    total += record.size;
    const auto slash = name.find('/');
    records_.insert_or_assign(slash == std::string::npos ? name : name.substr(slash + 1), record);
    at += central_size + name_length + extra_length + comment_length;
  }
}

const ZipReader::Record& ZipReader::find(const std::string& record) const {
  if (const auto found = records_.find(record); found != records_.end()) return found->second;
  throw damaged("its record '" + record + "' is missing");
}

std::uint64_t ZipReader::size(const std::string& record) const { return find(record).size; }

void ZipReader::read(const std::string& record, std::span<unsigned char> out) const {
  const Record& place = find(record);
  if (out.size() != place.size) throw damaged("its record '" + record + "' has another size than the tensors say");
  const std::vector<unsigned char> header = bytes_at(place.header, local_size);
  if (u32(header, 0) != local_signature) throw damaged("its record '" + record + "' is not where it should be");
  read_at(place.header + local_size + u16(header, 26) + u16(header, 28), out);
  boost::crc_32_type crc;
  crc.process_bytes(out.data(), out.size());
  if (crc.checksum() != place.crc) throw damaged("the checksum of its record '" + record + "' is wrong");
}

}  // namespace pipeline
