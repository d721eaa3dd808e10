#include "pipeline/data/windows.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <stdexcept>

#include "data/json_parts.h"
#include "data/range_file.h"
#include "data/window_source.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// The ranges of one split, each with the number of windows before it.
class SplitIndex {
 public:
  void set(std::span<const StoredRange> ranges) {
    ranges_ = ranges;
    for (const StoredRange& range : ranges) {
      starts_.push_back(count_);
      count_ += range.count;
    }
  }
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::int64_t first_row(std::int64_t index) const {
    std::size_t at = 0;
    if (ranges_.size() > 1) at = static_cast<std::size_t>(std::ranges::upper_bound(starts_, index) - starts_.begin()) - 1;
    return ranges_[at].first + (index - starts_[at]) * ranges_[at].stride;
  }
  [[nodiscard]] std::vector<std::int64_t> series_starts() const {
    std::vector<std::int64_t> out;
    for (std::size_t i = 0; i < ranges_.size(); ++i) {
      if (i == 0 || ranges_[i].series != ranges_[i - 1].series) out.push_back(starts_[i]);
    }
    out.push_back(count_);
    return out;
  }

 private:
  std::vector<std::int64_t> starts_;
  std::span<const StoredRange> ranges_;
  std::int64_t count_ = 0;
};

/// `least`, `first_rows`: the rows [least, first_rows) at which a window can begin.
void check_range(const StoredRange& range, std::int64_t least, std::int64_t first_rows, const std::filesystem::path& file) {
  std::int64_t reach = 0;
  const bool wrong = range.first < least || range.count < 1 || range.stride < 1 ||
                     __builtin_mul_overflow(range.count - 1, range.stride, &reach) || __builtin_add_overflow(reach, range.first, &reach) ||
                     reach >= first_rows;
  if (wrong) throw data_error(file.string() + ": a range reaches beyond the rows there are; " + damage_cure(file));
}

WindowsInfo read_info(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) throw data_error(file.parent_path().string() + " holds no windows: windows.json is missing");
  try {
    return WindowsInfo::from_value(read_json(file));
  } catch (const Error& error) {
    throw data_error(file.string() + " is damaged: " + error.what() + "; " + damage_cure(file));
  }
}

}  // namespace

struct Windows::Impl {
  WindowsInfo info;
  std::unique_ptr<const WindowSource> source;
  std::vector<std::int64_t> horizons;  ///< of each frequency group; empty: all series have info.horizon
  std::optional<RangeFile> range_file;
  std::vector<StoredRange> listed;  ///< the ranges that windows.json lists, split by split
  std::array<SplitIndex, split_names.size()> splits;

  void set_ranges(std::span<const StoredRange> all, const std::filesystem::path& file) {
    for (const StoredRange& range : all) check_range(range, info.least_rows() - info.window, source->first_rows(), file);
    for (std::size_t split = 0; split < splits.size(); ++split) {
      const auto of_split = std::ranges::equal_range(all, static_cast<std::int64_t>(split), {}, &StoredRange::split);
      splits[split].set({of_split.begin(), of_split.end()});
    }
  }
};

Windows::Windows(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Windows::~Windows() = default;

std::shared_ptr<const Windows> Windows::open(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "windows.json";
  auto impl = std::make_unique<Impl>();
  impl->info = read_info(file);
  WindowsInfo& info = impl->info;
  if (info.series.empty()) {
    const std::int64_t window = info.window, horizon = info.horizon;
    impl->source = array_source(info);
    if (window != info.window || horizon != info.horizon) {
      throw data_error(info.feature_file + " has changed its shape since " + file.string() + " was written; run slice_windows again");
    }
  } else {
    const auto series = Series::open(folder / info.series);
    impl->horizons = horizons_of_groups(info.horizons, series->info());
    impl->source = series_source(series, info.window, info.horizon, impl->horizons, info.min_observed > 0);
  }
  if (info.range_file.empty()) {
    std::ranges::transform(info.ranges, std::back_inserter(impl->listed), &StoredRange::of);
    std::ranges::stable_sort(impl->listed, {}, &StoredRange::split);
    impl->set_ranges(impl->listed, file);
  } else {
    impl->set_ranges(impl->range_file.emplace(folder / info.range_file).ranges(), folder / info.range_file);
  }
  return std::shared_ptr<const Windows>(new Windows(std::move(impl)));
}

const WindowsInfo& Windows::info() const { return impl_->info; }
const WindowSource& Windows::source() const { return *impl_->source; }
const Series* Windows::series() const { return source().series(); }
const std::vector<std::string>& Windows::feature_names() const { return source().shape().feature_names; }
const std::vector<std::string>& Windows::target_names() const { return source().shape().target_names; }
const std::vector<std::int64_t>& Windows::target_columns() const { return source().shape().target_columns; }
std::int64_t Windows::count(Split split) const { return impl_->splits[static_cast<std::size_t>(split)].count(); }
std::int64_t Windows::horizon_of(std::int64_t series) const {
  const auto group = impl_->horizons.empty() ? std::nullopt : this->series()->panel().group_of(series);
  return group ? impl_->horizons[static_cast<std::size_t>(*group)] : info().horizon;
}
bool Windows::fully_observed() const { return source().fully_observed(); }
bool Windows::has_history() const { return source().has_rows(); }

std::int64_t Windows::first_row(Split split, std::int64_t index) const {
  if (index < 0 || index >= count(split)) {
    throw std::out_of_range("window " + std::to_string(index) + " of " + std::to_string(count(split)) + " in " +
                            split_names[static_cast<std::size_t>(split)]);
  }
  return impl_->splits[static_cast<std::size_t>(split)].first_row(index);
}

std::vector<std::int64_t> Windows::first_rows(Split split, std::span<const std::int64_t> indices) const {
  std::vector<std::int64_t> rows;
  rows.reserve(indices.size());
  for (const std::int64_t index : indices) rows.push_back(first_row(split, index));
  return rows;
}

std::vector<std::int64_t> Windows::series_starts(Split split) const {
  return impl_->splits[static_cast<std::size_t>(split)].series_starts();
}

void Windows::gather(Split split, std::span<const std::int64_t> indices, const WindowBuffers& out) const {
  for (std::size_t i = 0; i < indices.size(); ++i) impl_->source->copy(first_row(split, indices[i]), i, out);
}

}  // namespace pipeline
