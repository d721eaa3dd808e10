#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/data/tier.h"
#include "pipeline/export.h"

/// Forecasts of one or more forecasters from the same origins, in original units: the artifact "forecasts".
///
///     forecasts.json          folder of the windows, targets, horizon, and the models with the levels of their quantiles
///     origins.npy             int64 [N, 4]: split (0 train, 1 val, 2 test, 3 calibration), series, row, time of each origin
///     <model>/forecasts.npy   float64 [N, H, T, 1 + Q]: the point forecast, then the quantiles; NaN where there is none
namespace pipeline {

class Windows;

/// The last value that a forecast may know.
struct ForecastOrigin {
  std::int64_t split = 0, series = 0;
  std::int64_t row = 0;   ///< among the rows of the artifact "series"
  std::int64_t time = 0;  ///< nanoseconds since 1970 UTC, or the row's number
};

/// The number of validation, test and calibration windows.
[[nodiscard]] PIPELINE_EXPORT std::int64_t count_origins(const Windows& windows);
/// The origins of the validation, the test and the calibration windows, in the order of the windows, to `origins`. `windows` are of a
/// series.
PIPELINE_EXPORT void fill_origins(const Windows& windows, std::span<ForecastOrigin> origins);

/// A forecaster of the artifact.
struct ForecasterRecord {
  std::string name;            ///< also that of its folder
  std::vector<double> levels;  ///< [Q] of its quantiles, ascending; empty: it has none
  std::int64_t replaced = 0;   ///< targets of series that it could not fit: the forecasts repeat the last value
};

/// Writes the artifact. Origins and forecasts lie in mapped files: memory does not grow with their number.
class PIPELINE_EXPORT ForecastsWriter {
 public:
  /// `windows`: folder of the windows of which these are origins, relative to the artifact's final folder. `origins`: their number. Error
  /// (unexpected) on a full disk, here and in add().
  ForecastsWriter(std::filesystem::path folder, std::string windows, std::vector<std::string> targets, std::int64_t horizon,
                  std::int64_t origins);
  /// The same for all origins of the validation, test and calibration windows of a series, which it fills in. `windows_folder`: where the
  /// windows are. A stage writes into a folder that is renamed within its parent: the link to the windows holds there too.
  ForecastsWriter(const std::filesystem::path& folder, const Windows& windows, const std::filesystem::path& windows_folder);
  ~ForecastsWriter();
  ForecastsWriter(const ForecastsWriter&) = delete;
  ForecastsWriter& operator=(const ForecastsWriter&) = delete;

  /// [N] to be filled.
  [[nodiscard]] std::span<ForecastOrigin> origins() const;
  /// The forecasts of another model, [N, H, T, 1 + Q], NaN at first. Threads may fill parts of it. Valid until the next add(). Error
  /// (usage) for a name that is taken.
  [[nodiscard]] std::span<double> add(const std::string& name, std::vector<double> levels);
  /// Notes how many targets of series the model added last could not fit.
  void set_replaced(std::int64_t replaced);
  /// Completes the artifact.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The artifact, memory-mapped. Safe to read from several threads.
class PIPELINE_EXPORT Forecasts {
 public:
  /// Error (data) when files are missing or damaged.
  [[nodiscard]] static std::shared_ptr<const Forecasts> open(const std::filesystem::path& folder);
  ~Forecasts();

  /// Folder of the artifact "windows".
  [[nodiscard]] const std::filesystem::path& windows() const;
  [[nodiscard]] const std::vector<std::string>& targets() const;
  [[nodiscard]] std::int64_t horizon() const;
  [[nodiscard]] std::span<const ForecastOrigin> origins() const;
  [[nodiscard]] const std::vector<ForecasterRecord>& models() const;
  /// [N, H, T, 1 + Q] the forecasts of a model, by its index.
  [[nodiscard]] std::span<const double> values(std::size_t model) const;

 private:
  struct Impl;
  explicit Forecasts(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipeline
