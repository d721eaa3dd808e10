#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace pipeline::stage::visualize {

/// The windows whose weights are kept.
struct AttentionChoice {
  std::int64_t samples = 0;           ///< spread evenly over the split ...
  std::vector<std::int64_t> windows;  ///< ... unless these are named, by number within the split
};

/// A model's attention to the rows of its window, from an evaluate stage's attention.csv.
struct Attention {
  struct Sample {
    std::string origin;
    std::vector<double> weights;
  };
  std::vector<double> steps;  ///< columns: distance of a row from the origin, up to 0
  std::vector<double> mean;   ///< over all windows
  std::vector<Sample> samples;
  std::int64_t windows = 0;
};

/// Error (data) for a damaged file; Error (usage) when a chosen window does not exist.
[[nodiscard]] Attention read_attention(const std::filesystem::path& file, const AttentionChoice& choice);

}  // namespace pipeline::stage::visualize
