#include "tensorboard/crc32c.h"

#include <doctest/doctest.h>

#include <string>

#include "tensorboard/proto.h"

using namespace pipeline::loggers::tensorboard;

TEST_CASE("the checksum is CRC-32C (RFC 3720, B.4)") {
  CHECK(crc32c("123456789") == 0xE3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAU);
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43U);
  CHECK(crc32c("") == 0U);
}

TEST_CASE("the stored checksum is rotated and offset") {
  const std::uint32_t crc = 0xE3069283U;
  CHECK(masked_crc32c("123456789") == ((crc >> 15U) | (crc << 17U)) + 0xA282EAD8U);
}

TEST_CASE("fields are encoded as protocol buffers describe them") {
  using namespace std::string_literals;
  CHECK(Message().integer(1, 150).bytes() == "\x08\x96\x01"s);
  CHECK(Message().text(2, "testing").bytes() == "\x12\x07testing"s);
  CHECK(Message().message(3, Message().integer(1, 150)).bytes() == "\x1A\x03\x08\x96\x01"s);
  CHECK(Message().single(2, 1.0F).bytes() == "\x15\x00\x00\x80\x3F"s);
  CHECK(Message().number(1, 1.0).bytes() == "\x09\x00\x00\x00\x00\x00\x00\xF0\x3F"s);
  CHECK(Message().integer(16, 1).bytes() == "\x80\x01\x01"s);
}
