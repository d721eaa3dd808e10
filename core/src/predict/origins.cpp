#include "pipeline/host/origins.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "pipeline/data/format.h"
#include "pipeline/data/series.h"
#include "pipeline/data/text.h"
#include "pipeline/data/time_text.h"
#include "pipeline/data/windows.h"
#include "pipeline/errors.h"

namespace pipeline {

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

/// How a model that needs whole windows can forecast from shorter ones, after the text of an error.
std::string padding_cure(const WindowsInfo& info) {
  return info.min_observed > 0 || info.least_rows() == 1
             ? ""
             : "; a model that is trained with padding = \"left\" in [stages.slice_windows] takes fewer";
}

Error too_short(const PreparedInput& input, const WindowsInfo& info, const PredictRequest& request) {
  const std::vector<Segment> segments = segments_of(input);
  const std::string gap = segments.size() > 1 ? " after its last gap" : "";
  const std::int64_t least = info.least_rows(), rows = segments.back().count;
  const std::string needs = info.min_observed > 0 ? "the model needs at least " + format_count(least) + " rows (min_observed)"
                                                  : "the model looks back over " + format_count(least) + " rows";
  return data_error(request.input.string() + ": " + needs + ", the file has " + format_count(rows) + gap + ": give it " +
                    format_count(least - rows) + " more" + padding_cure(info));
}

/// Which rows of a series forecasts start from.
struct Wanted {
  bool last_row = true, any_time = true;
  std::int64_t from = 0;

  Wanted(const PredictRequest& request, const SeriesInfo& series)
      : last_row(!wants_several(request)), any_time(request.from.empty()), from(any_time ? 0 : from_time(request.from, series)) {}
  [[nodiscard]] bool takes(std::int64_t time) const { return any_time || time >= from; }
};

/// Rows that could start a forecast, but for columns known ahead that are not known there.
struct LeftOut {
  std::int64_t before_gaps = 0;  ///< a gap lies within their horizon
  std::int64_t unknown = 0;      ///< the input has no values for their horizon

  [[nodiscard]] std::int64_t all() const { return before_gaps + unknown; }
};

/// The rows of a series' horizon that a model needs columns of, and how many of them are known after the last row.
struct Ahead {
  std::int64_t needed = 0, known = 0;

  /// A model that reads columns known ahead needs its `horizon`; any other one nothing. `of`: the number of the series.
  Ahead(const PreparedInput& input, bool reads_ahead, std::int64_t horizon, std::size_t of) {
    if (input.future_rows == 0 || !reads_ahead) return;
    needed = horizon;
    known = input.known_rows.at(input.known_rows.size() == 1 ? 0 : of);
  }
};

/// Adds the rows of one series that forecasts start from: each ends a window of `least` rows.
void add_origins(std::span<const Segment> segments, std::int64_t least, const Ahead& ahead, const Wanted& wanted,
                 std::span<const std::int64_t> time, std::vector<InputOrigin>& origins, LeftOut& left_out) {
  if (wanted.last_row) segments = segments.last(std::min<std::size_t>(1, segments.size()));
  for (const Segment& segment : segments) {
    const bool is_last = &segment == &segments.back();
    const std::int64_t end = segment.first + segment.count, last = end - ahead.needed + (is_last ? ahead.known : 0);
    const std::int64_t first = segment.first + least - 1;
    for (std::int64_t row = wanted.last_row ? std::max(end - 1, first) : first; row < end; ++row) {
      if (!wanted.takes(time[static_cast<std::size_t>(row)])) continue;
      if (row < last) {
        origins.push_back({row, segment.first, end});
      } else {
        ++(is_last ? left_out.unknown : left_out.before_gaps);
      }
    }
  }
}

/// Tells of rows that are left out; Error (data) if no other row starts a forecast.
void treat_left_out(const LeftOut& rows, const PreparedInput& input, const std::vector<InputOrigin>& origins, Log& log) {
  if (rows.unknown > 0 && origins.empty()) throw data_error(input.first_unknown);
  const auto text = [](std::int64_t count) { return format_count(count) + (count == 1 ? " row has" : " rows have") + " no forecast: "; };
  if (rows.before_gaps > 0)
    log.warning(text(rows.before_gaps) + "a gap lies within the horizon after " + (rows.before_gaps == 1 ? "it" : "them") +
                ", for which the model reads columns known ahead");
  if (rows.unknown > 0)
    log.warning(text(rows.unknown) + "the columns known ahead are not known for the whole horizon after " +
                (rows.unknown == 1 ? "it" : "them") + ": " + input.first_unknown);
}

/// Tells how many series are shorter than a window, of a model that pads them.
void say_padded(std::span<const InputOrigin> origins, const PreparedInput& input, const WindowsInfo& info, Log& log) {
  std::int64_t padded = 0;
  for (const InputOrigin& origin : origins) padded += origin.row - origin.segment_begin + 1 < info.window ? 1 : 0;
  if (info.min_observed == 0 || padded == 0) return;
  log.info(format_count(padded) + (padded == 1 ? " forecast is" : " forecasts are") + " from less than the " + format_count(info.window) +
           " rows of a window" + (input.segments.size() > std::max<std::size_t>(1, input.ids.size()) ? " without a gap" : "") +
           ": zeros stand for those that are missing, as in training (padding = \"left\")");
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

std::vector<InputOrigin> panel_origins(const PreparedInput& input, const SeriesInfo& series, const WindowsInfo& info,
                                       const PredictRequest& request, bool reads_ahead) {
  const Wanted wanted(request, series);
  const std::vector<std::size_t> chosen = chosen_series(input, request);
  const std::int64_t newest = newest_time(input);
  const std::vector<std::int64_t> horizons = horizons_of_series(input, series, info.horizon, info.horizons);
  std::vector<InputOrigin> origins;
  LeftOut left_out;
  Named early, without;
  for (const std::size_t s : chosen) {
    const std::int64_t first = input.series_start[s], end = input.series_start[s + 1];
    const auto begin_of = std::ranges::lower_bound(input.segments, first, {}, &Segment::first);
    const auto end_of = std::ranges::lower_bound(input.segments, end, {}, &Segment::first);
    const std::size_t before = origins.size();
    const std::int64_t left_before = left_out.all();
    const Ahead ahead(input, reads_ahead, horizons[horizons.size() == 1 ? 0 : s], s);
    add_origins({begin_of, end_of}, info.least_rows(), ahead, wanted, input.time, origins, left_out);
    if (origins.size() == before) {
      if (left_out.all() == left_before) without.add(input.ids[s]);  // else it lacks what is known ahead, which is told
    } else if (series.has_time && input.time[static_cast<std::size_t>(last_row_of(input, s))] < newest) {
      early.add(input.ids[s]);
    }
  }
  const std::string of_all = " of " + format_count(std::ssize(chosen)) + " series ";
  const std::string need = std::string(info.min_observed > 0 ? "a run of " : "a window of ") + format_count(info.least_rows()) +
                           (info.least_rows() == 1 ? " row" : " rows") + " without a gap" +
                           (request.from.empty() ? "" : " at or after " + request.from);
  treat_left_out(left_out, input, origins, request.log);
  if (origins.empty())
    throw data_error(request.input.string() + ": no series has " + need + ", which a forecast needs" + padding_cure(info));
  say_padded(origins, input, info, request.log);
  if (without.count() > 0)
    request.log.warning(format_count(without.count()) + of_all + (without.count() == 1 ? "has no " : "have no ") + need.substr(2) +
                        ", and no forecast: " + without.text());
  if (early.count() > 0)
    request.log.warning(format_count(early.count()) + of_all + (early.count() == 1 ? "ends" : "end") + " before the newest row (" +
                        format_time(newest, true) + "), each forecast from its own last row: " + early.text());
  return origins;
}

}  // namespace

bool wants_several(const PredictRequest& request) { return request.all || !request.from.empty(); }

PreparedInput read_input(const PredictRequest& request, const SeriesInfo& series, const InputReading& how) {
  try {
    return read_like(request.input, series, how);
  } catch (const Error& error) {
    if (error.status() != ExitStatus::data) throw;
    throw data_error(closed_sentence(error.what()) + " Options named here are those of the training: for a forecast, mend the file");
  }
}

std::vector<InputOrigin> find_origins(const PreparedInput& input, const SeriesInfo& series, const WindowsInfo& info,
                                      const PredictRequest& request, bool reads_ahead) {
  if (series.panel) return panel_origins(input, series, info, request, reads_ahead);
  if (!request.series.empty()) throw usage_error("--series: the model was trained on a file of one series; leave it out");
  const std::vector<Segment> segments = segments_of(input);
  const Wanted wanted(request, series);
  std::vector<InputOrigin> origins;
  LeftOut left_out;
  add_origins(segments, info.least_rows(), Ahead(input, reads_ahead, info.horizon, 0), wanted, input.time, origins, left_out);
  treat_left_out(left_out, input, origins, request.log);
  say_padded(origins, input, info, request.log);
  if (!origins.empty()) return origins;
  const std::int64_t rows = input.rows() - input.future_rows;
  if (wanted.any_time || rows == 0 || input.time[static_cast<std::size_t>(rows) - 1] >= wanted.from) throw too_short(input, info, request);
  const std::int64_t end = input.time[static_cast<std::size_t>(rows) - 1];
  const std::string last = series.has_time ? time_for_people(series, end) : std::to_string(end);
  throw data_error(request.input.string() + ": its last row is at " + last + ", before --from " + request.from);
}

std::int64_t rows_of_history(std::span<const std::int64_t> time, const SeriesInfo& series, std::int64_t least,
                             const PredictRequest& request) {
  const Wanted wanted(request, series);
  const auto rows = std::ssize(time);
  if (wanted.last_row) return rows;
  const std::int64_t first = std::ranges::find_if(time, [&](std::int64_t t) { return wanted.takes(t); }) - time.begin();
  return std::min(rows, std::max(first + 1, least));
}

std::vector<std::int64_t> horizons_of_series(const PreparedInput& input, const SeriesInfo& series, std::int64_t horizon,
                                             const Horizons& horizons) {
  if (horizons.empty()) return {horizon};
  const std::vector<std::int64_t> by_group = horizons_of_groups(horizons, series);
  std::vector<std::int64_t> out;
  for (const std::int64_t group : input.group) out.push_back(by_group.at(static_cast<std::size_t>(group)));
  return out;
}

std::vector<std::int64_t> target_times(const PreparedInput& input, const SeriesInfo& series, const InputOrigin& origin,
                                       std::int64_t horizon) {
  // Rows that are known ahead follow the last one of a series, at their own times.
  const std::int64_t of = input.series_start.empty() ? -1 : input.panel().series_of(origin.row);
  const std::int64_t end = of < 0 ? input.rows() : input.series_start[static_cast<std::size_t>(of) + 1];
  const bool is_followed = input.future_rows > 0 && origin.segment_end == end - input.future_rows;
  const std::int64_t known = is_followed ? horizon : std::min(horizon, origin.segment_end - origin.row - 1);
  const auto next = input.time.begin() + origin.row + 1;
  std::vector<std::int64_t> times(next, next + known);
  const std::optional<std::int64_t> group = series.panel ? input.panel().group_of(input.panel().series_of(origin.row)) : std::nullopt;
  const std::vector<std::int64_t> later =
      future_times(input.time[static_cast<std::size_t>(origin.row + known)], horizon - known, series, group);
  times.insert(times.end(), later.begin(), later.end());
  return times;
}

}  // namespace pipeline
