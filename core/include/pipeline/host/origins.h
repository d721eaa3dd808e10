#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/host/predictor.h"
#include "pipeline/host/tier.h"

/// Parts that predictors share: the rows of an input that forecasts start from, and the times after them.
namespace pipeline {

struct WindowsInfo;   // pipeline/data/windows.h
struct InputReading;  // pipeline/data/series.h

/// The rows of the request's input, read as those of the training: read_like(). Its errors say that the options which they name are those
/// of the training.
[[nodiscard]] PIPELINE_EXPORT PreparedInput read_input(const PredictRequest& request, const SeriesInfo& series, const InputReading& how);

/// A row that a forecast starts from: the last one of its window.
struct InputOrigin {
  std::int64_t row = 0;
  std::int64_t segment_begin = 0;  ///< the first row before it without a gap
  std::int64_t segment_end = 0;    ///< one after the last row that follows it without a gap
};

/// The rows that the request asks for, in order: the last one, all, or those from a time on. Each ends a window without a gap, of as many
/// rows as `windows` need (WindowsInfo::least_rows). Error (data) if there is none, Error (usage) for a time that cannot be read. Of a
/// panel this holds for each series that the request asks for; a series without such a row is left out, which is told. A model that
/// reads columns known ahead needs them for its horizon; to any other one the rows ahead tell only the times of its steps.
[[nodiscard]] PIPELINE_EXPORT std::vector<InputOrigin> find_origins(const PreparedInput& input, const SeriesInfo& series,
                                                                    const WindowsInfo& windows, const PredictRequest& request,
                                                                    bool reads_ahead = true);

/// The number of rows, of a series with these times, up to its first forecast's origin: an unknown series is scaled by them. `least`: the
/// rows that a window needs.
[[nodiscard]] PIPELINE_EXPORT std::int64_t rows_of_history(std::span<const std::int64_t> time, const SeriesInfo& series, std::int64_t least,
                                                           const PredictRequest& request);

/// Whether the request asks for forecasts from more than the last row.
[[nodiscard]] PIPELINE_EXPORT bool wants_several(const PredictRequest& request);

/// The rows ahead that are forecast of each series of the input; one number where all have the same. `horizon` and `horizons`: of the
/// training's windows.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::int64_t> horizons_of_series(const PreparedInput& input, const SeriesInfo& series,
                                                                           std::int64_t horizon,
                                                                           const std::map<std::string, std::int64_t>& horizons);

/// The `horizon` times after an origin: those of the following rows, then times past the end of the data.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::int64_t> target_times(const PreparedInput& input, const SeriesInfo& series,
                                                                     const InputOrigin& origin, std::int64_t horizon);

}  // namespace pipeline
