#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "data/npy.h"
#include "pipeline/data/series.h"

namespace pipeline {

/// The files of an artifact of kind "series", to be filled row by row through mappings.
class SeriesOutput {
 public:
  SeriesOutput(const std::filesystem::path& folder, SeriesInfo info, std::int64_t rows);

  [[nodiscard]] std::span<float> values() const { return values_.data(); }
  [[nodiscard]] std::span<std::int64_t> time() const { return time_.data(); }
  [[nodiscard]] std::span<double> targets() const { return targets_.data(); }
  [[nodiscard]] std::span<std::uint8_t> observed() const { return observed_.data(); }

 private:
  NpyOutput<float> values_;
  NpyOutput<std::int64_t> time_;
  NpyOutput<double> targets_;
  NpyOutput<std::uint8_t> observed_;
};

/// Writes static.npy float32 [series, info.fixed] and static_codes.npy int32 [series, info.fixed_words], where there are such columns.
void write_static(const std::filesystem::path& folder, std::span<const float> numbers, std::span<const std::int32_t> codes,
                  const SeriesInfo& info, std::int64_t series);

}  // namespace pipeline
