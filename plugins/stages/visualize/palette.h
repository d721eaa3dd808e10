#pragma once

#include <array>
#include <cstddef>

#include "canvas.h"

namespace pipeline::stage::visualize {

// Colours of Okabe and Ito, which differ for colour-blind readers and in grey. report.css has shades of the same colours.
inline constexpr Color truth_color{0.16, 0.18, 0.21};
inline constexpr Color naive_color{0.90, 0.62, 0.0};
inline constexpr std::array model_colors{Color{0.0, 0.447, 0.698}, Color{0.0, 0.620, 0.451}, Color{0.835, 0.369, 0.0},
                                         Color{0.80, 0.475, 0.655}, Color{0.337, 0.706, 0.914}};
inline constexpr Color grid_color{0.90, 0.91, 0.92};
inline constexpr Color axis_color{0.55, 0.57, 0.60};
inline constexpr Color ink{0.16, 0.18, 0.21};
inline constexpr Color quiet_ink{0.38, 0.40, 0.44};

[[nodiscard]] constexpr Color model_color(std::size_t model) { return model_colors[model % model_colors.size()]; }
[[nodiscard]] constexpr Color faded(Color color, double alpha) { return color.alpha = alpha, color; }

}  // namespace pipeline::stage::visualize
