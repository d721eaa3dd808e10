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

/// Forecasts beside the truth: the artifact "predictions". A stage that measures writes them as CSV files, which its metrics.json names
/// (ModelMetrics::predictions); the report draws them. Each line is one step from one origin, in original units:
///
///     origin,time,step,OT,OT_pred,OT_naive
///     2016-07-01 00:00:00,2016-07-01 01:00:00,1,30.5,30.1,30.2
///
/// Of many series the first column, under the name of their series column, holds the id of the line's series:
///
///     unique_id,origin,time,step,y,y_pred,y_naive
///
/// After these columns a target may have those of its forecast's quantiles, and then the ends of its intervals, by their percentage:
///
///     OT_q0.1,OT_q0.5,OT_q0.9,OT_lo_80,OT_hi_80
///
/// Lines of one series and origin follow each other; steps count from 1. The cell of an unknown truth is empty, as is that of an unknown
/// end. Times are written as by TimeText, or as row numbers. Numbers read back as the same double.
namespace pipeline {

/// The uncertainty that files hold of each target's forecast.
struct PredictionBands {
  std::vector<double> quantile_levels{};  ///< [Q] ascending, within (0, 1)
  std::vector<double> interval_levels{};  ///< [L] ascending, in percent
};
/// The headings of a target's bands: "OT_q0.1", ..., "OT_lo_80", "OT_hi_80", ...
[[nodiscard]] PIPELINE_EXPORT std::vector<std::string> band_headings(const std::string& target, const PredictionBands& bands);
/// A target that cannot have columns of its own in a file of predictions.
struct HeadingClash {
  std::size_t target = 0;  ///< index
  std::string sentence;    ///< with the cure, without a place
};
/// The targets of which a heading is taken already: by origin, time and step, by the column of the series' ids (empty: there is none), by
/// a column of an earlier target, or by one of another target's bands.
[[nodiscard]] PIPELINE_EXPORT std::vector<HeadingClash> heading_clashes(std::span<const std::string> targets,
                                                                        const std::string& series_column = {},
                                                                        const PredictionBands& bands = {});
/// Appends the cells of a target's bands to a line, each with a comma before it: `quantiles` [Q], then `intervals` [L, 2].
PIPELINE_EXPORT void append_bands(std::string& line, std::span<const double> quantiles, std::span<const double> intervals);

/// Writes a file of predictions, one line at a time.
class PIPELINE_EXPORT PredictionsWriter {
 public:
  /// Writes the heading. `naive`: each target also has a column of naive forecasts to compare with. `series_column`: heading of the ids of
  /// many series; empty for one series. Error (usage) if a target has the heading of another one's band, (unexpected) if the file cannot be
  /// made.
  PredictionsWriter(std::filesystem::path file, std::span<const std::string> targets, bool naive, const std::string& series_column = {},
                    const PredictionBands& bands = {});
  /// The following lines are of this series.
  void begin_series(std::string_view id);
  /// `truth`, `forecast` and, if the heading has it, `naive` hold one number for each target. NaN: the truth is not known. If the heading
  /// has bands: `quantiles` [T, Q] and `intervals` [T, L, 2].
  void add(std::string_view origin, std::string_view time, std::int64_t step, std::span<const double> truth,
           std::span<const double> forecast, std::span<const double> naive = {}, std::span<const double> quantiles = {},
           std::span<const double> intervals = {});
  /// Writes all remaining lines to the file; Error (unexpected) on a full disk.
  void finish();

 private:
  void flush();

  std::filesystem::path file_;
  std::ofstream out_;
  std::string buffer_;
  std::string series_;  ///< the first cell of a line, with a comma; empty for one series
};

/// Reads a file of predictions, one line at a time: memory does not depend on its length.
class PIPELINE_EXPORT PredictionsReader {
 public:
  /// Error (data) for a file that cannot be opened or has another heading.
  explicit PredictionsReader(const std::filesystem::path& file);
  [[nodiscard]] const std::vector<std::string>& targets() const { return targets_; }
  /// Reads the next line; false at the end. Error (data) for a damaged line.
  [[nodiscard]] bool next();
  /// The cells of the last line read; `target` is an index into targets(). Times are nanoseconds since 1970 UTC if has_time(), else row
  /// numbers; the first line decides. A missing number is NaN. Error (data) for a cell that is no time, integer or number.
  [[nodiscard]] bool has_time() const { return has_time_; }
  /// The heading of the series' ids; empty if the file is of one series.
  [[nodiscard]] const std::string& series_column() const { return series_column_; }
  /// The id of the line's series; empty if the file is of one series.
  [[nodiscard]] std::string series() const { return series_column_.empty() ? std::string() : lines_.text(0); }
  [[nodiscard]] std::string_view origin_text() const { return lines_.cell(origin_); }
  [[nodiscard]] std::int64_t origin() const { return time_in(origin_); }
  [[nodiscard]] std::int64_t time() const { return time_in(time_); }
  [[nodiscard]] std::int64_t step() const { return lines_.integer(step_); }
  [[nodiscard]] double truth(std::size_t target) const { return lines_.number(columns_[target].truth); }
  [[nodiscard]] double forecast(std::size_t target) const { return lines_.number(columns_[target].truth + 1); }
  [[nodiscard]] double naive(std::size_t target) const;
  /// The levels of the columns of quantiles and intervals, which every target has.
  [[nodiscard]] const PredictionBands& bands() const { return bands_; }
  /// At bands().quantile_levels[index].
  [[nodiscard]] double quantile(std::size_t target, std::size_t index) const { return lines_.number(columns_[target].bands + index); }
  /// The ends of the interval at bands().interval_levels[index].
  [[nodiscard]] double lower(std::size_t target, std::size_t index) const { return lines_.number(interval_column(target, index)); }
  [[nodiscard]] double upper(std::size_t target, std::size_t index) const { return lines_.number(interval_column(target, index) + 1); }
  /// An Error (data) that names file and line.
  [[nodiscard]] Error mistake(const std::string& what) const { return lines_.mistake(what); }

 private:
  /// Column of a target's truth. The forecast is in the next column, and the naive forecast, if there is one, in the column after that.
  struct Columns {
    std::size_t truth;
    bool has_naive;
    std::size_t bands;  ///< the column after these
  };
  /// The columns of bands from column `first` on, if they are those of the target.
  [[nodiscard]] PredictionBands bands_at(std::size_t first, const std::string& target) const;
  [[nodiscard]] std::size_t interval_column(std::size_t target, std::size_t index) const {
    return columns_[target].bands + bands_.quantile_levels.size() + 2 * index;
  }
  [[nodiscard]] std::int64_t time_in(std::size_t column) const;

  CsvLines lines_;
  std::string series_column_;
  std::vector<std::string> targets_;
  std::vector<Columns> columns_;
  PredictionBands bands_;
  std::size_t origin_ = 0, time_ = 0, step_ = 0;
  bool has_time_ = false, started_ = false;
};

}  // namespace pipeline
