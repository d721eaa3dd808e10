#include "pipeline/train/series_scale.h"

#include <algorithm>
#include <cmath>

namespace pipeline {

namespace {

/// The changes of the targets of one series from season to season.
class Changes {
 public:
  Changes(const SeriesInfo& info, std::span<const double> targets, std::span<const std::uint8_t> observed)
      : info_(info), targets_(targets), observed_(observed), sums_(info.targets.size()), counts_(info.targets.size()) {}

  /// Adds the rows [first, end), which have no gap.
  void add(std::int64_t first, std::int64_t end, std::int64_t season) {
    for (std::int64_t row = first + season; row < end; ++row) {
      for (std::size_t t = 0; t < sums_.size(); ++t) {
        if (!is_observed(row, t) || !is_observed(row - season, t)) continue;
        const double change = at(row, t) - at(row - season, t);
        sums_[t].absolute += std::abs(change);
        sums_[t].squared += change * change;
        counts_[t] += 1;
      }
    }
  }

  [[nodiscard]] std::vector<SeriesScale> means() const {
    std::vector<SeriesScale> out = sums_;
    for (std::size_t t = 0; t < out.size(); ++t) {
      if (counts_[t] == 0) continue;
      out[t].absolute /= counts_[t];
      out[t].squared /= counts_[t];
    }
    return out;
  }

 private:
  [[nodiscard]] bool is_observed(std::int64_t row, std::size_t t) const {
    const std::size_t cell = static_cast<std::size_t>(row) * info_.columns.size() + static_cast<std::size_t>(info_.target_columns[t]);
    return observed_[cell] != 0;
  }
  [[nodiscard]] double at(std::int64_t row, std::size_t t) const {
    return targets_[static_cast<std::size_t>(row) * info_.targets.size() + t];
  }

  const SeriesInfo& info_;
  std::span<const double> targets_;
  std::span<const std::uint8_t> observed_;
  std::vector<SeriesScale> sums_;
  std::vector<double> counts_;
};

std::int64_t season_of(std::span<const std::int64_t> seasons, const PanelView& panel, std::int64_t series) {
  return seasons[static_cast<std::size_t>(panel.group_of(series).value_or(0))];
}

}  // namespace

std::vector<SeriesScale> scales_before(Split split, const Series& series, std::span<const std::int64_t> seasons) {
  const Split measured = split == Split::train ? Split::val : split;  // what is trained on is told by its own rows
  return scales_until([&](std::int64_t of) { return series.rows_of(of, measured).first; }, series, seasons);
}

std::vector<SeriesScale> scales_until(const std::function<std::int64_t(std::int64_t series)>& end_of, const Series& series,
                                      std::span<const std::int64_t> seasons) {
  const std::span<const Segment> segments = series.segments();
  std::vector<SeriesScale> scales;
  std::size_t at = 0;
  for (std::int64_t s = 0; s < series.series_count(); ++s) {
    const std::int64_t end = end_of(s);
    Changes changes(series.info(), series.targets(), series.observed());
    for (; at < segments.size() && series.series_of(segments[at].first) == s; ++at)
      changes.add(segments[at].first, std::min(segments[at].first + segments[at].count, end), season_of(seasons, series.panel(), s));
    const std::vector<SeriesScale> means = changes.means();
    scales.insert(scales.end(), means.begin(), means.end());
  }
  return scales;
}

std::vector<SeriesScale> scales_before(std::int64_t end, const PreparedInput& input, const SeriesInfo& info, std::int64_t series,
                                       std::span<const std::int64_t> seasons) {
  const PanelView panel = input.panel();
  Changes changes(info, input.targets, input.observed);
  const std::int64_t first = panel.start.empty() ? 0 : panel.start[static_cast<std::size_t>(series)];
  const std::span<const Segment> segments = input.segments;
  for (auto at = std::ranges::lower_bound(segments, first, {}, &Segment::first); at != segments.end() && at->first < end; ++at)
    changes.add(at->first, std::min(at->first + at->count, end), season_of(seasons, panel, series));
  return changes.means();
}

std::int64_t count_without_scale(std::span<const SeriesScale> scales) {
  return std::ranges::count_if(scales, [](const SeriesScale& scale) { return scale.absolute == 0; });
}

}  // namespace pipeline
