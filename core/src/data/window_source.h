#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/data/windows.h"

namespace pipeline {

/// Where windows are cut from. Rows and columns are checked when a source is made, not with each window.
class WindowSource {
 public:
  virtual ~WindowSource() = default;

  [[nodiscard]] virtual const Series* series() const { return nullptr; }
  /// Rows (or windows made elsewhere) that a window's first row may take: [0, first_rows()).
  [[nodiscard]] virtual std::int64_t first_rows() const = 0;
  [[nodiscard]] virtual bool fully_observed() const { return true; }
  /// The window that begins at `row`, as the `index`-th of a batch.
  virtual void copy(std::int64_t row, std::size_t index, const WindowBuffers& out) const = 0;

  std::vector<std::string> feature_names, target_names;
  std::vector<std::int64_t> target_columns;  ///< for each target its index among the features, or -1
};

/// Windows of a series: `window` rows of inputs, then `horizon` rows of targets.
[[nodiscard]] std::unique_ptr<WindowSource> series_source(std::shared_ptr<const Series> series, std::int64_t window, std::int64_t horizon);
/// Windows made elsewhere, from info.feature_file [N, window, features] and info.target_file [N, targets] or [N, horizon, targets] (float32
/// or float64). `info.window` and `info.horizon` are set from the files' shapes.
[[nodiscard]] std::unique_ptr<WindowSource> array_source(WindowsInfo& info);

}  // namespace pipeline
