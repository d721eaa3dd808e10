#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/data/tier.h"
#include "pipeline/export.h"

namespace pipeline {

/// Output buffers for a batch of windows, owned by the caller. A null pointer leaves that part out. All row-major; numbers are float32.
struct WindowBuffers {
  float* x = nullptr;                    ///< [B, window, features]
  float* history = nullptr;              ///< [B, window, targets]
  float* y = nullptr;                    ///< [B, horizon, targets], 0 beyond the series' own horizon
  float* weight = nullptr;               ///< [B, horizon, targets], 0 where the target was filled, and beyond the series' own horizon
  float* future = nullptr;               ///< [B, horizon, future_names], 0 beyond the series' own horizon
  float* static_values = nullptr;        ///< [B, static_names]
  std::int64_t* past_codes = nullptr;    ///< [B, window, past_words]
  std::int64_t* future_codes = nullptr;  ///< [B, horizon, future_words]
  std::int64_t* static_codes = nullptr;  ///< [B, static_words]
  std::int64_t* series = nullptr;        ///< [B] the window's series
  std::int64_t* time_index = nullptr;    ///< [B] steps since 1970 of the last input
  float* naive = nullptr;                ///< [B, targets] the value that repeats the last level: the last value, or a difference of 0
  float* past_mask = nullptr;            ///< [B, window] 0 where padding stands for a row, else 1. Padding is 0 in every other buffer
};

/// A column of words. Its values are codes: 0 for a word that the training rows do not hold, else 1 and up.
struct WordColumn {
  std::string name;
  std::int64_t codes = 1;  ///< the number of codes, with code 0
  friend bool operator==(const WordColumn&, const WordColumn&) = default;
};

/// The source of windows: a mapped series, rows read for a forecast, or arrays made elsewhere. Training, evaluate and predict gather their
/// windows from it. Rows and columns are checked when a source is made, not with each window. Safe to read from several threads.
class PIPELINE_EXPORT WindowSource {
 public:
  /// The shape of every window of a source.
  struct Shape {
    std::int64_t window = 0, horizon = 0;
    bool has_truth = true;                     ///< whether y and weight can be gathered
    std::vector<std::string> feature_names{};  ///< of numbers
    std::vector<std::string> target_names{};
    std::vector<std::int64_t> target_columns{};  ///< for each target its index among the features, or -1
    std::vector<std::string> future_names{};     ///< columns of numbers known ahead
    std::vector<std::int64_t> future_columns{};  ///< for each its index among the features, or -1
    std::vector<std::string> static_names{};     ///< numbers that are fixed in a series
    std::vector<WordColumn> past_words{}, future_words{}, static_words{};
    bool padded = false;  ///< whether a window may begin before the rows of its series that have no gap: then past_mask can be gathered
  };
  virtual ~WindowSource();

  [[nodiscard]] const Shape& shape() const { return shape_; }
  /// The mapped series; nullptr if the source has none.
  [[nodiscard]] virtual const Series* series() const;
  /// Whether windows are cut from rows: then the targets' past is known, and a window's origin is its last input row.
  [[nodiscard]] virtual bool has_rows() const = 0;
  /// Number of rows at which a window can begin (of windows, if they were made elsewhere): the rows [0, first_rows()). Padded windows can
  /// begin at the window - 1 rows before them too.
  [[nodiscard]] virtual std::int64_t first_rows() const = 0;
  /// Whether every target was observed: weights are all 1.
  [[nodiscard]] virtual bool fully_observed() const = 0;
  /// Copies the window that begins at `row` into the buffers as window `index` of the batch.
  virtual void copy(std::int64_t row, std::size_t index, const WindowBuffers& out) const = 0;

 protected:
  explicit WindowSource(Shape shape) : shape_(std::move(shape)) {}

 private:
  Shape shape_;
};

/// A source of windows of `window` rows for a forecast of `horizon` rows, without a truth. `input` must outlive it. `horizons`
/// [PanelInfo::groups]: those of the series of each group, at most `horizon`; empty: all have `horizon`. `padded`: as in Shape.
[[nodiscard]] PIPELINE_EXPORT std::unique_ptr<const WindowSource> input_source(const PreparedInput& input, const SeriesInfo& info,
                                                                               std::int64_t window, std::int64_t horizon,
                                                                               std::span<const std::int64_t> horizons = {},
                                                                               bool padded = false);

}  // namespace pipeline
