#include "recurrent/tape.h"

#include <algorithm>

namespace pipeline::recurrent {

TapeLayout::TapeLayout(const StackShape& stack, const std::vector<Layer>& all, const TapeShape& shape, long units_per_line) {
  Carver carver;
  const long steps = shape.steps, directions = stack.directions();
  const long padded = all.front().hidden_padded, units = directions * padded;
  long most_blocks = 0, most_units = units;
  for (const Layer& layer : all) {
    most_blocks = std::max(most_blocks, layer.x_blocks + layer.h_blocks);
    most_units = std::max(most_units, layer.x_blocks * lanes);
  }
  input_stride = all.front().x_lines * lanes;
  input = carver.take(steps * input_stride);
  for (long l = 0; l < stack.layers; ++l) {
    OfLayer of{.y_stride = units / units_per_line * lanes, .mask_stride = units * lanes};
    of.y = carver.take(steps * of.y_stride);
    if (shape.dropout && l + 1 < stack.layers) {
      of.dropped = carver.take(steps * of.y_stride);
      of.mask = carver.take(steps * of.mask_stride);
    }
    of_layers.push_back(of);
  }
  for (const Layer& layer : all) {
    OfDirection of;
    of.gates = carver.take(steps * unit_lines * padded * lanes);
    of.state = carver.take(steps * padded * lanes);
    of.dw = carver.take((layer.x_blocks + layer.h_blocks) * unit_lines * padded * lanes);
    of.db = carver.take(unit_lines * padded * lanes);
    of_directions.push_back(of);
  }
  output_stride = shape.last_only ? 0 : units * lanes;
  output = carver.take((shape.last_only ? 1 : steps) * units * lanes);
  gradient_stride = most_units * lanes;
  for (long& place : gradients) place = carver.take(steps * gradient_stride);
  carry = carver.take(padded * lanes);
  dh = carver.take(all.front().h_blocks * lanes * lanes);
  dgates = carver.take(chunk * unit_lines * padded * lanes);
  dlines = carver.take(unit_lines * padded * lanes);
  columns = carver.take(most_blocks * chunk * lanes * lanes);
  drops = shape.dropout;
  size = carver.size();
}

long TapeLayout::x_of(long l) const {
  if (l == 0) return input;
  const OfLayer& below = of_layers[static_cast<std::size_t>(l - 1)];
  return drops ? below.dropped : below.y;
}

}  // namespace pipeline::recurrent
