#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "figure.h"
#include "pipeline/value.h"

namespace pipeline::stage::visualize {

/// The errors of one series and target in original units; NaN: undefined.
struct SeriesError {
  std::string series, target;
  std::int64_t windows = 0;
  double mae = 0, mase = 0, naive_mae = 0;
};

/// The errors of a model's series, worst first: by MASE if any has one, else by MAE.
struct PanelErrors {
  std::vector<SeriesError> errors;
  bool by_mase = false;
  [[nodiscard]] bool empty() const { return errors.empty(); }
};
/// Reads by_series.csv. Error (data) with file and line for unreadable content.
[[nodiscard]] PanelErrors read_panel_errors(const std::filesystem::path& file);

/// The ids of the series that are drawn: the worst ten, one in the middle and the best.
[[nodiscard]] std::vector<std::string> drawn_series(const PanelErrors& errors);
/// How many series have which error. Errors beyond the worst hundredth are in the last bar.
[[nodiscard]] Figure panel_figure(const PanelErrors& errors);
/// The part of the report about series: a table of the worst ten and of the best, and the picture above as SVG.
void add_panel_view(const PanelErrors& errors, Value& view);

}  // namespace pipeline::stage::visualize
