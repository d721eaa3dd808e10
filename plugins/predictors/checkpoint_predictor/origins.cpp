#include "origins.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "pipeline/data/format.h"
#include "pipeline/data/time_text.h"
#include "pipeline/errors.h"

namespace pipeline::predictor::checkpoint {

namespace {

std::vector<Segment> segments_of(const PreparedInput& input) {
  return input.segments.empty() ? std::vector<Segment>{{0, input.rows()}} : input.segments;
}

/// The value of --from in the series' unit of time.
std::int64_t from_time(const std::string& text, const SeriesInfo& series) {
  if (series.has_time) return parse_time(text, series);
  std::int64_t row = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), row);
  if (error == std::errc() && end == text.data() + text.size()) return row;
  throw usage_error("--from " + text + ": the data have no time column, so a row number is expected");
}

Error too_short(const PreparedInput& input, std::int64_t window, const PredictRequest& request) {
  const std::vector<Segment> segments = segments_of(input);
  const std::string gap = segments.size() > 1 ? " after its last gap" : "";
  return data_error(request.input.string() + ": the model looks back over " + format_count(window) + " rows, the file has " +
                    format_count(segments.back().count) + gap + ": give it " + format_count(window - segments.back().count) + " more");
}

/// Which rows of a series forecasts start from.
struct Wanted {
  bool last_row = true, any_time = true;
  std::int64_t from = 0;

  Wanted(const PredictRequest& request, const SeriesInfo& series)
      : last_row(!request.all && request.from.empty()),
        any_time(request.from.empty()),
        from(any_time ? 0 : from_time(request.from, series)) {}
  [[nodiscard]] bool takes(std::int64_t time) const { return any_time || time >= from; }
};

/// Adds the rows of one series that forecasts start from. A model that reads columns known ahead needs the `ahead` rows after its origin:
/// within a segment they are there, and after the last one the input has future rows. The result is the number of rows that a gap keeps
/// from it.
std::int64_t add_origins(const PreparedInput& input, std::span<const Segment> segments, std::int64_t window, std::int64_t ahead,
                         const Wanted& wanted, std::vector<Origin>& origins) {
  if (wanted.last_row) segments = segments.last(std::min<std::size_t>(1, segments.size()));
  std::int64_t before_gaps = 0;
  for (const Segment& segment : segments) {
    const std::int64_t end = segment.first + segment.count, last = &segment == &segments.back() ? end : end - ahead;
    for (std::int64_t row = wanted.last_row ? std::max(end - 1, segment.first + window - 1) : segment.first + window - 1; row < end;
         ++row) {
      if (!wanted.takes(input.time[static_cast<std::size_t>(row)])) continue;
      if (row < last) {
        origins.push_back({row, end});
      } else {
        ++before_gaps;
      }
    }
  }
  return before_gaps;
}

void warn_of_gaps(std::int64_t rows, std::int64_t ahead, Log& log) {
  if (rows == 0) return;
  log.warning(format_count(rows) + (rows == 1 ? " row has" : " rows have") + " no forecast: a gap lies within the " + format_count(ahead) +
              (ahead == 1 ? " row" : " rows") + " after " + (rows == 1 ? "it" : "them") +
              ", for which the model reads columns known ahead");
}

/// The numbers of the series that the request names; all without names.
std::vector<std::size_t> chosen_series(const PreparedInput& input, const PredictRequest& request) {
  std::vector<std::size_t> chosen;
  for (const std::string& id : request.series) {
    const auto found = std::ranges::find(input.ids, id);
    if (found == input.ids.end())
      throw usage_error("--series " + id + ": " + request.input.string() + " has no such series" + suggest(id, input.ids));
    chosen.push_back(static_cast<std::size_t>(found - input.ids.begin()));
  }
  std::ranges::sort(chosen);
  const auto repeated = std::ranges::unique(chosen);
  chosen.erase(repeated.begin(), repeated.end());
  for (std::size_t s = 0; request.series.empty() && s < input.ids.size(); ++s) chosen.push_back(s);
  return chosen;
}

/// The ids of some series for a message.
class Named {
 public:
  void add(const std::string& id) {
    if (++count_ <= 3) text_ += (text_.empty() ? "" : ", ") + id;
  }
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::string text() const { return text_ + (count_ > 3 ? ", ..." : ""); }

 private:
  std::string text_;
  std::int64_t count_ = 0;
};

/// The last row of a series with targets; the series has one.
std::int64_t last_row_of(const PreparedInput& input, std::size_t series) { return input.series_start[series + 1] - input.future_rows - 1; }

/// The time of the newest row with targets.
std::int64_t newest_time(const PreparedInput& input) {
  std::int64_t newest = std::numeric_limits<std::int64_t>::min();
  for (std::size_t s = 0; s < input.ids.size(); ++s) {
    if (input.series_start[s + 1] > input.series_start[s])
      newest = std::max(newest, input.time[static_cast<std::size_t>(last_row_of(input, s))]);
  }
  return newest;
}

std::vector<Origin> panel_origins(const PreparedInput& input, const SeriesInfo& series, std::int64_t window,
                                  const PredictRequest& request) {
  const Wanted wanted(request, series);
  const std::vector<std::size_t> chosen = chosen_series(input, request);
  const std::int64_t newest = newest_time(input);
  std::vector<Origin> origins;
  std::int64_t before_gaps = 0;
  Named early, without;
  for (const std::size_t s : chosen) {
    const std::int64_t first = input.series_start[s], end = input.series_start[s + 1];
    const auto begin_of = std::ranges::lower_bound(input.segments, first, {}, &Segment::first);
    const auto end_of = std::ranges::lower_bound(input.segments, end, {}, &Segment::first);
    const std::size_t before = origins.size();
    before_gaps += add_origins(input, {begin_of, end_of}, window, input.future_rows, wanted, origins);
    if (origins.size() == before) {
      without.add(input.ids[s]);
    } else if (series.has_time && input.time[static_cast<std::size_t>(last_row_of(input, s))] < newest) {
      early.add(input.ids[s]);
    }
  }
  const std::string of_all = " of " + format_count(std::ssize(chosen)) + " series ";
  const std::string need =
      "a window of " + format_count(window) + " rows without a gap" + (request.from.empty() ? "" : " at or after " + request.from);
  if (origins.empty()) throw data_error(request.input.string() + ": no series has " + need + ", which a forecast needs");
  warn_of_gaps(before_gaps, input.future_rows, request.log);
  if (without.count() > 0)
    request.log.warning(format_count(without.count()) + of_all + (without.count() == 1 ? "has no " : "have no ") + need.substr(2) +
                        ", and no forecast: " + without.text());
  if (early.count() > 0)
    request.log.warning(format_count(early.count()) + of_all + (early.count() == 1 ? "ends" : "end") + " before the newest row (" +
                        format_time(newest, true) + "), each forecast from its own last row: " + early.text());
  return origins;
}

}  // namespace

std::vector<Origin> find_origins(const PreparedInput& input, const SeriesInfo& series, std::int64_t window, const PredictRequest& request) {
  if (series.panel) return panel_origins(input, series, window, request);
  if (!request.series.empty()) throw usage_error("--series: the model was trained on a file of one series; leave it out");
  const std::vector<Segment> segments = segments_of(input);
  const Wanted wanted(request, series);
  std::vector<Origin> origins;
  warn_of_gaps(add_origins(input, segments, window, input.future_rows, wanted, origins), input.future_rows, request.log);
  if (!origins.empty()) return origins;
  const std::int64_t rows = input.rows() - input.future_rows;
  if (wanted.any_time || rows == 0 || input.time[static_cast<std::size_t>(rows) - 1] >= wanted.from)
    throw too_short(input, window, request);
  const std::int64_t end = input.time[static_cast<std::size_t>(rows) - 1];
  const std::string last = series.has_time ? time_for_people(series, end) : std::to_string(end);
  throw data_error(request.input.string() + ": its last row is at " + last + ", before --from " + request.from);
}

std::int64_t rows_of_history(std::span<const std::int64_t> time, const SeriesInfo& series, std::int64_t window,
                             const PredictRequest& request) {
  const Wanted wanted(request, series);
  const auto rows = std::ssize(time);
  if (wanted.last_row) return rows;
  const std::int64_t first = std::ranges::find_if(time, [&](std::int64_t t) { return wanted.takes(t); }) - time.begin();
  return std::min(rows, std::max(first + 1, window));
}

std::vector<std::int64_t> horizons_of_series(const PreparedInput& input, const SeriesInfo& series, std::int64_t horizon,
                                             const Horizons& horizons) {
  if (horizons.empty()) return {horizon};
  const std::vector<std::int64_t> by_group = horizons_of_groups(horizons, series);
  std::vector<std::int64_t> out;
  for (const std::int64_t group : input.group) out.push_back(by_group.at(static_cast<std::size_t>(group)));
  return out;
}

std::vector<std::int64_t> target_times(const PreparedInput& input, const SeriesInfo& series, const Origin& origin, std::int64_t horizon) {
  // Rows that are known ahead follow the last one of a series, at their own times.
  const std::int64_t known = input.future_rows > 0 ? horizon : std::min(horizon, origin.segment_end - origin.row - 1);
  const auto next = input.time.begin() + origin.row + 1;
  std::vector<std::int64_t> times(next, next + known);
  const std::optional<std::int64_t> group = series.panel ? input.panel().group_of(input.panel().series_of(origin.row)) : std::nullopt;
  const std::vector<std::int64_t> later =
      future_times(input.time[static_cast<std::size_t>(origin.row + known)], horizon - known, series, group);
  times.insert(times.end(), later.begin(), later.end());
  return times;
}

}  // namespace pipeline::predictor::checkpoint
