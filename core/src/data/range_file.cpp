#include "data/range_file.h"

#include <algorithm>
#include <array>

#include "data/json_parts.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::int64_t numbers = 6;
static_assert(sizeof(StoredRange) == numbers * sizeof(std::int64_t), "ranges.npy is mapped as ranges");

}  // namespace

void RangeFile::write(const std::filesystem::path& folder, std::span<const WindowRange> ranges) {
  const NpyOutput<std::int64_t> out(folder / name, "<i8", std::array{std::ssize(ranges), numbers});
  std::ranges::transform(ranges, reinterpret_cast<StoredRange*>(out.data().data()), &StoredRange::of);
}

RangeFile::RangeFile(const std::filesystem::path& file) : file_(file) {
  const auto& shape = file_.header().shape;
  const auto all = file_.as<std::int64_t>("<i8", std::array{shape.empty() ? std::int64_t{0} : shape[0], numbers});
  ranges_ = {reinterpret_cast<const StoredRange*>(all.data()), all.size() / numbers};
  std::int64_t split = 0;
  for (const StoredRange& range : ranges_) {
    if (range.split < split || range.split >= std::ssize(split_names))
      throw data_error(file.string() + ": a range is of no split; " + damage_cure(file));
    split = range.split;
  }
}

}  // namespace pipeline
