#pragma once

#include <cstdint>
#include <string_view>

namespace pipeline::loggers::tensorboard {

/// CRC-32C (Castagnoli, RFC 3720). Table-driven: it runs on the writer's thread, where the disk is the bottleneck.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes);

/// The checksum as TFRecord stores it: masked, because the data may contain checksums themselves.
[[nodiscard]] std::uint32_t masked_crc32c(std::string_view bytes);

}  // namespace pipeline::loggers::tensorboard
