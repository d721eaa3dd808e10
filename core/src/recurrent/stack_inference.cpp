#include <algorithm>

#include <ATen/Parallel.h>

#include "recurrent/order.h"
#include "recurrent/stack.h"

namespace pipeline::recurrent {

namespace {

/// Places of one block's arrays: the input, two layers' outputs, which take turns, and the output in full precision.
struct BlockLayout {
  long input = 0, input_stride = 0, y[2] = {}, y_stride = 0, state = 0, output = 0, output_stride = 0, size = 0;

  BlockLayout(const StackShape& stack, const Layer& first, long steps, bool last_only, long units_per_line) {
    const long units = stack.directions() * first.hidden_padded;
    Carver carver;
    input_stride = first.x_lines * lanes;
    input = carver.take(steps * input_stride);
    y_stride = units / units_per_line * lanes;
    for (long& place : y) place = carver.take(steps * y_stride);
    state = carver.take(first.hidden_padded * lanes);
    output_stride = last_only ? 0 : units * lanes;
    output = carver.take((last_only ? 1 : steps) * units * lanes);
    size = carver.size();
  }
};

/// Runs all layers over the input that lies in `memory`.
void run_layers(const StackShape& shape, std::span<const Layer> layers, const Kernels& kernels, const BlockLayout& at, float* memory,
                long steps, bool last_only, long units_per_line) {
  const float* x = memory + at.input;
  long x_stride = at.input_stride;
  for (long l = 0; l < shape.layers; ++l) {
    const bool is_top = l + 1 == shape.layers;
    float* y = memory + at.y[l % 2];
    for (long d = 0; d < shape.directions(); ++d) {
      const Layer& layer = layers[static_cast<std::size_t>(l * shape.directions() + d)];
      const Order order = order_of(d, steps, is_top && last_only);
      const long first_unit = d * layer.hidden_padded;
      kernels.forward(layer, {.first = order.first,
                              .step = order.step,
                              .count = order.count,
                              .x = x,
                              .x_stride = x_stride,
                              .y = y + first_unit / units_per_line * lanes,
                              .y_stride = at.y_stride,
                              .state = memory + at.state,
                              .out = is_top ? memory + at.output + first_unit * lanes : nullptr,
                              .out_stride = at.output_stride,
                              .out_from = last_only ? steps - 1 : 0});
    }
    x = y;
    x_stride = at.y_stride;
  }
}

}  // namespace

void Stack::forward(const Rows& x, const OutputRows& y) const {
  if (x.rows <= rows_alone) return forward_rows(x, y);
  const BlockLayout at(shape_, layers_.front(), x.steps, y.last_only, units_per_line());
  const long padded = layers_.front().hidden_padded;
  at::parallel_for(0, (x.rows + lanes - 1) / lanes, 1, [&](long from, long to) {
    const AlignedFloats memory = AlignedFloats::uninitialized(at.size);
    for (long block = from; block < to; ++block) {
      const long first_row = block * lanes, rows = std::min(lanes, x.rows - first_row);
      kernels_.load_input(layers_.front(), x.data + first_row * x.row_stride, x.row_stride, rows, x.steps, memory.get() + at.input,
                          at.input_stride);
      run_layers(shape_, layers_, kernels_, at, memory.get(), x.steps, y.last_only, units_per_line());
      for (long t = y.last_only ? x.steps - 1 : 0; t < x.steps; ++t) {
        for (long d = 0; d < shape_.directions(); ++d)
          set_.turns.to_rows(memory.get() + at.output + t * at.output_stride + d * padded * lanes, shape_.hidden, rows,
                             y.data + first_row * y.row_stride + (y.last_only ? 0 : t * y.step_stride) + d * shape_.hidden, y.row_stride);
      }
    }
  });
}

}  // namespace pipeline::recurrent
