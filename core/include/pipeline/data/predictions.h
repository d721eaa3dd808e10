#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/data/csv.h"
#include "pipeline/data/tier.h"
#include "pipeline/errors.h"
#include "pipeline/export.h"

/// Forecasts beside the truth: the artifact "predictions". A stage that measures leaves them as CSV files, which its metrics.json names
/// (ModelMetrics::predictions); the report draws them. A line is one step from one origin, in original units:
///
///     origin,time,step,OT,OT_pred,OT_naive
///     2016-07-01 00:00:00,2016-07-01 01:00:00,1,30.5,30.1,30.2
///
/// Lines of one origin follow each other, steps count from 1. The truth's cell is empty where it is not known. Times are written as
/// TimeText does, or as row numbers. Numbers read back as the same double.
namespace pipeline {

/// Writes such a file, one line at a time.
class PIPELINE_EXPORT PredictionsWriter {
 public:
  /// Writes the heading. `naive`: a further forecast stands beside each target's, which it is compared with. Error (unexpected) where the
  /// file cannot be made.
  PredictionsWriter(std::filesystem::path file, std::span<const std::string> targets, bool naive);
  /// Each of `truth`, `forecast` and (where it was announced) `naive` has a number for each target; a truth of NaN is not known.
  void add(std::string_view origin, std::string_view time, std::int64_t step, std::span<const double> truth,
           std::span<const double> forecast, std::span<const double> naive = {});
  /// Everything reaches the file; Error (unexpected) when the disk is full.
  void finish();

 private:
  void flush();

  std::filesystem::path file_;
  std::ofstream out_;
  std::string buffer_;
};

/// Reads such a file, one line at a time: memory does not depend on its length.
class PIPELINE_EXPORT PredictionsReader {
 public:
  /// Error (data) for a file that cannot be opened, or whose heading is another one.
  explicit PredictionsReader(const std::filesystem::path& file);
  [[nodiscard]] const std::vector<std::string>& targets() const { return targets_; }
  /// The next line; false at the end. Error (data) for a damaged one.
  [[nodiscard]] bool next();
  /// Of the line that was read last; `target` is an index into targets(). Times are nanoseconds since 1970 UTC where has_time(), which the
  /// first line decides, else row numbers. What is missing is NaN. Error (data) for a cell that is no time, integer or number.
  [[nodiscard]] bool has_time() const { return has_time_; }
  [[nodiscard]] std::string_view origin_text() const { return lines_.cell(origin_); }
  [[nodiscard]] std::int64_t origin() const { return time_in(origin_); }
  [[nodiscard]] std::int64_t time() const { return time_in(time_); }
  [[nodiscard]] std::int64_t step() const { return lines_.integer(step_); }
  [[nodiscard]] double truth(std::size_t target) const { return lines_.number(columns_[target].truth); }
  [[nodiscard]] double forecast(std::size_t target) const { return lines_.number(columns_[target].truth + 1); }
  [[nodiscard]] double naive(std::size_t target) const;
  /// Error (data) that names file and line.
  [[nodiscard]] Error mistake(const std::string& what) const { return lines_.mistake(what); }

 private:
  /// Where a target's truth stands; its forecast follows, then the naive one where there is one.
  struct Columns {
    std::size_t truth;
    bool has_naive;
  };
  [[nodiscard]] std::int64_t time_in(std::size_t column) const;

  CsvLines lines_;
  std::vector<std::string> targets_;
  std::vector<Columns> columns_;
  std::size_t origin_ = 0, time_ = 0, step_ = 0;
  bool has_time_ = false, started_ = false;
};

}  // namespace pipeline
