#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pipeline::loggers::tensorboard {

/// Builds one protocol buffers message: fields are appended by number, in any order.
class Message {
 public:
  Message& integer(unsigned field, std::uint64_t value) {
    key(field, WireType::varint);
    varint(value);
    return *this;
  }
  Message& number(unsigned field, double value) {
    key(field, WireType::fixed64);
    fixed(std::bit_cast<std::uint64_t>(value));
    return *this;
  }
  Message& single(unsigned field, float value) {
    key(field, WireType::fixed32);
    fixed(std::bit_cast<std::uint32_t>(value));
    return *this;
  }
  Message& text(unsigned field, std::string_view value) {
    key(field, WireType::delimited);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  Message& message(unsigned field, const Message& value) { return text(field, value.bytes_); }
  /// A packed repeated double.
  Message& numbers(unsigned field, std::span<const double> values) {
    key(field, WireType::delimited);
    varint(values.size_bytes());
    for (const double value : values) fixed(std::bit_cast<std::uint64_t>(value));
    return *this;
  }

  [[nodiscard]] const std::string& bytes() const& { return bytes_; }
  [[nodiscard]] std::string bytes() && { return std::move(bytes_); }

 private:
  enum class WireType : unsigned { varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 };

  void key(unsigned field, WireType type) { varint((static_cast<std::uint64_t>(field) << 3U) | static_cast<unsigned>(type)); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) bytes_ += static_cast<char>((value & 0x7FU) | 0x80U);
    bytes_ += static_cast<char>(value);
  }
  template <class Unsigned>
  void fixed(Unsigned value) {
    for (unsigned shift = 0; shift < 8 * sizeof(value); shift += 8) bytes_ += static_cast<char>((value >> shift) & 0xFFU);
  }

  std::string bytes_;
};

}  // namespace pipeline::loggers::tensorboard
