#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/data/tier.h"
#include "pipeline/data/windows.h"
#include "pipeline/export.h"
#include "pipeline/log.h"
#include "pipeline/options.h"

namespace pipeline {

/// Rows beyond those of any series; sums and products of a few such numbers do not overflow.
inline constexpr std::int64_t most_rows = 1'000'000'000;

/// What a window is that would begin before its series, or before the first row after a gap. none: there is no such window. left: what is
/// missing of it is 0.
enum class Padding { none, left };
template <>
struct Words<Padding> {
  static constexpr std::array words{"none", "left"};
};

/// [stages.slice_windows]: the windows that a model is trained and evaluated on.
struct SliceOptions {
  std::int64_t window = 60;
  Value horizon = 1;
  std::int64_t stride = 1;
  WindowNorm window_norm = WindowNorm::none;
  Padding padding = Padding::none;
  std::int64_t min_observed = 1;
  bool export_arrays = false;
  std::string feature_path{};
  std::string target_path{};

  static constexpr auto options() {
    return option_list<SliceOptions>(
        option("window", &SliceOptions::window, "Rows a model looks back at.").between(1, most_rows).unit("rows").search(16, 128, 16),
        option("horizon", &SliceOptions::horizon,
               "Rows ahead that are forecast; of series of several frequencies a table by the words of frequency_column, such as "
               "{ yearly = 6, monthly = 18 }.")
            .whole_number()
            .or_by_name()
            .between(1, most_rows)
            .unit("rows"),
        option("stride", &SliceOptions::stride, "Rows from one window to the next.").between(1, most_rows).unit("rows").searchable(),
        option("window_norm", &SliceOptions::window_norm,
               "What each window is freed of before the model sees it, and what is put back on the forecast: nothing, the last value, or "
               "mean and deviation.")
            .searchable(),
        option("padding", &SliceOptions::padding,
               "Windows that begin before their series, or before the first row after a gap: none, or with left what is missing is 0 after "
               "scaling and window_norm, and a model that reads past_mask is told. Short series are trained on and forecast then."),
        option("min_observed", &SliceOptions::min_observed,
               "Rows of its series that a padded window needs before the horizon, at most window.")
            .between(1, most_rows)
            .unit("rows"),
        option("export", &SliceOptions::export_arrays,
               "Also write X.npy [N, window, features] and y.npy [N, targets] or [N, horizon, targets]: train, val, test in order (then "
               "calibration), scaled.")
            .role(OptionRole::extra_output),
        option("feature_path", &SliceOptions::feature_path,
               "Start from windows made elsewhere instead of a series: a NumPy file [N, window, features], float32 or float64.")
            .role(OptionRole::input_path),
        option("target_path", &SliceOptions::target_path, "Their targets: a NumPy file [N, targets] or [N, horizon, targets].")
            .role(OptionRole::input_path));
  }
  static std::vector<OptionRule> rules() {
    return {{OptionRule::Kind::requires_other, "feature_path", "target_path"},
            {OptionRule::Kind::requires_other, "target_path", "feature_path"},
            {OptionRule::Kind::restricts, "padding", "min_observed", "none", {1}, "has no padded windows"}};
  }
};

/// Cuts the series in `series_folder` into windows and writes an artifact of kind "windows" into `folder`. The artifact refers to the
/// series by `series_link`, the series' path relative to the windows' final folder. A window belongs to the split that holds all its
/// targets; its inputs may reach back into earlier splits. Error (data) when a split has no window.
PIPELINE_EXPORT WindowsInfo slice_series(const SliceOptions& options, const std::filesystem::path& series_folder,
                                         const std::string& series_link, const std::filesystem::path& folder, Log& log);
/// The same for arrays made elsewhere (options.feature_path and target_path, absolute). `split`: three fractions or counts of windows.
PIPELINE_EXPORT WindowsInfo slice_arrays(const SliceOptions& options, const Value& split, const std::filesystem::path& folder, Log& log);

}  // namespace pipeline
