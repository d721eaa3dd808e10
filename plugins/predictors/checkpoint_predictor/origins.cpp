#include "origins.h"

#include <algorithm>
#include <charconv>

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

}  // namespace

std::vector<Origin> find_origins(const PreparedInput& input, const SeriesInfo& series, std::int64_t window, const PredictRequest& request) {
  const std::vector<Segment> segments = segments_of(input);
  if (!request.all && request.from.empty()) {
    const Segment& last = segments.back();
    if (last.count < window) throw too_short(input, window, request);
    return {{last.first + last.count - 1, last.first + last.count}};
  }
  const bool any_time = request.from.empty();
  const std::int64_t from = any_time ? 0 : from_time(request.from, series);
  std::vector<Origin> origins;
  for (const Segment& segment : segments) {
    const std::int64_t end = segment.first + segment.count;
    for (std::int64_t row = segment.first + window - 1; row < end; ++row) {
      if (any_time || input.time[static_cast<std::size_t>(row)] >= from) origins.push_back({row, end});
    }
  }
  if (!origins.empty()) return origins;
  if (any_time || input.rows() == 0 || input.time.back() >= from) throw too_short(input, window, request);
  const std::string last = series.has_time ? time_for_people(series, input.time.back()) : std::to_string(input.time.back());
  throw data_error(request.input.string() + ": its last row is at " + last + ", before --from " + request.from);
}

std::vector<std::int64_t> target_times(const PreparedInput& input, const SeriesInfo& series, const Origin& origin, std::int64_t horizon) {
  const std::int64_t known = std::min(horizon, origin.segment_end - origin.row - 1);
  const auto next = input.time.begin() + origin.row + 1;
  std::vector<std::int64_t> times(next, next + known);
  const std::vector<std::int64_t> later = future_times(input.time[static_cast<std::size_t>(origin.row + known)], horizon - known, series);
  times.insert(times.end(), later.begin(), later.end());
  return times;
}

}  // namespace pipeline::predictor::checkpoint
