#include <algorithm>

#include <ATen/Parallel.h>

#include "recurrent/order.h"
#include "recurrent/stack.h"

namespace pipeline::recurrent {

namespace {

/// So many rows are computed one by one: a block costs as much as 6 to 12 rows alone.
constexpr long rows_alone = 8;

/// Places of one task's arrays: the input, two layers' outputs, which take turns, and the output in full precision.
struct Layout {
  long input = 0, input_stride = 0, y[2] = {}, y_stride = 0, state = 0, output = 0, output_stride = 0, sums = 0, size = 0;

  /// `line_lanes`: lanes of a unit, 1 for a single row.
  Layout(const StackShape& stack, const Layer& first, long steps, bool last_only, long line_lanes, long units_per_line) {
    const long units = stack.directions() * first.hidden_padded;
    Carver carver;
    input_stride = first.x_lines * line_lanes;
    input = carver.take(steps * input_stride);
    y_stride = units / units_per_line * line_lanes;
    for (long& place : y) place = carver.take(steps * y_stride);
    state = carver.take(first.h_blocks * lanes * line_lanes);
    output_stride = last_only ? 0 : units * line_lanes;
    output = carver.take((last_only ? 1 : steps) * units * line_lanes);
    sums = carver.take(chunk * unit_lines * first.hidden_padded + unit_lines * lanes);
    size = carver.size();
  }
};

/// Runs all layers over the input that lies in `memory`.
template <class Run>
void run_layers(const StackShape& shape, std::span<const Layer> layers, const Layout& at, float* memory, long steps, bool last_only,
                long line_lanes, long units_per_line, const Run& run_layer) {
  const float* x = memory + at.input;
  long x_stride = at.input_stride;
  for (long l = 0; l < shape.layers; ++l) {
    const bool is_top = l + 1 == shape.layers;
    float* y = memory + at.y[l % 2];
    for (long d = 0; d < shape.directions(); ++d) {
      const Layer& layer = layers[static_cast<std::size_t>(l * shape.directions() + d)];
      const Order order = order_of(d, steps, is_top && last_only);
      const long first_unit = d * layer.hidden_padded;
      run_layer(layer, ForwardRun{.first = order.first,
                                  .step = order.step,
                                  .count = order.count,
                                  .x = x,
                                  .x_stride = x_stride,
                                  .y = y + first_unit / units_per_line * line_lanes,
                                  .y_stride = at.y_stride,
                                  .state = memory + at.state,
                                  .out = is_top ? memory + at.output + first_unit * line_lanes : nullptr,
                                  .out_stride = at.output_stride,
                                  .out_from = last_only ? steps - 1 : 0});
    }
    x = y;
    x_stride = at.y_stride;
  }
}

}  // namespace

void Stack::forward(const Rows& x, const OutputRows& y) const {
  const bool by_row = x.rows <= rows_alone;
  const long tasks = by_row ? x.rows : (x.rows + lanes - 1) / lanes, line_lanes = by_row ? 1 : lanes;
  const Layout at(shape_, layers_.front(), x.steps, y.last_only, line_lanes, units_per_line());
  const long directions = shape_.directions(), padded = layers_.front().hidden_padded, hidden = shape_.hidden;
  at::parallel_for(0, tasks, by_row ? rows_alone : 1, [&](long from, long to) {
    const AlignedFloats memory(at.size);
    const float* output = memory.get() + at.output;
    for (long task = from; task < to; ++task) {
      const long first_row = by_row ? task : task * lanes, rows = by_row ? 1 : std::min(lanes, x.rows - first_row);
      const float* input = x.data + first_row * x.row_stride;
      if (by_row) {
        kernels_.load_row(layers_.front(), input, x.steps, memory.get() + at.input, at.input_stride);
      } else {
        kernels_.load_input(layers_.front(), input, x.row_stride, rows, x.steps, memory.get() + at.input, at.input_stride);
      }
      run_layers(shape_, layers_, at, memory.get(), x.steps, y.last_only, line_lanes, units_per_line(),
                 [&](const Layer& layer, const ForwardRun& run) {
                   if (by_row) {
                     kernels_.forward_row(layer, run, memory.get() + at.sums);
                   } else {
                     kernels_.forward(layer, run);
                   }
                 });
      for (long t = y.last_only ? x.steps - 1 : 0; t < x.steps; ++t) {
        for (long d = 0; d < directions; ++d) {
          const float* from_units = output + t * at.output_stride + d * padded * line_lanes;
          float* out = y.data + first_row * y.row_stride + (y.last_only ? 0 : t * y.step_stride) + d * hidden;
          if (by_row) {
            std::copy_n(from_units, hidden, out);
          } else {
            set_.turns.to_rows(from_units, hidden, rows, out, y.row_stride);
          }
        }
      }
    }
  });
}

}  // namespace pipeline::recurrent
