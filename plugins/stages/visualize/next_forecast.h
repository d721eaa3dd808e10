#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/host/anew.h"
#include "predictions.h"
#include "results.h"

namespace pipeline::stage::visualize {

/// What comes after the data of one target, of one of several series.
struct NextTarget {
  std::string name;                ///< "OT"; of many series "M1: y"
  Example example{};               ///< the last rows and the forecast, whose truth is not known
  std::vector<std::string> times;  ///< [horizon] as the file has them
};

/// The forecast of what comes after the data.
struct Next {
  std::string reason{};              ///< why there is none; empty: there is one
  std::string made_by{};             ///< the model that forecasts, as predict names it
  std::vector<std::string> notes{};  ///< what predict warns of
  bool has_time = false;             ///< times are dates; else row numbers
  std::int64_t series = 1;           ///< of the data; `targets` may be of some of them alone
  bool by_series = false;
  std::vector<NextTarget> targets{};
};

inline constexpr const char* next_file_name = "next_forecast.csv";

/// Asks for the forecast, of the series in `series` where there are many, and writes it to next_forecast.csv
/// in `folder`. A forecast that cannot be made is a reason in the result.
[[nodiscard]] Next forecast_next(const Results& results, const std::vector<std::string>& series, const NextForecaster& forecaster,
                                 const std::filesystem::path& folder);

/// Reads such a file. `targets`: their names. `past`: the series that it continues; nullptr: none is drawn before the forecast. Error
/// (data) with file and line for unreadable content.
[[nodiscard]] std::vector<NextTarget> read_next(const std::filesystem::path& file, const std::vector<std::string>& targets,
                                                const Series* past);

}  // namespace pipeline::stage::visualize
