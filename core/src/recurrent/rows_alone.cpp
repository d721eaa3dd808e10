#include "recurrent/order.h"
#include "recurrent/stack.h"

/// Inference of a few rows, one by one.
namespace pipeline::recurrent {

namespace {

/// Places of one row's arrays: the input as lines, and two layers' outputs, which take turns.
struct RowLayout {
  long input = 0, y[2] = {}, y_stride = 0, state = 0, h = 0, sums = 0, size = 0;

  RowLayout(const StackShape& stack, const RowLayer& first, long steps, long units_per_line, bool loads) {
    const long units = first.groups * lanes;
    Carver carver;
    if (loads) input = carver.take(steps * first.x_lines);
    y_stride = stack.directions() * units / units_per_line;
    for (long l = 0; l < 2 && l + 1 < stack.layers; ++l) y[l] = carver.take(steps * y_stride);
    state = carver.take(units);
    h = carver.take(2 * units);
    sums = carver.take(chunk * first.groups * group_floats);
    size = carver.size();
  }
};

}  // namespace

void Stack::forward_rows(const Rows& x, const OutputRows& y) const {
  const bool loads = kernels_.load_row != nullptr;
  const RowLayout at(shape_, row_layers_.front(), x.steps, units_per_line(), loads);
  // A small network's arrays lie on the stack: malloc may take a fifth of its time.
  constexpr long few = 4096;
  alignas(64) float on_stack[few];
  const AlignedFloats allocated = at.size <= few ? AlignedFloats() : AlignedFloats::uninitialized(at.size);
  float* memory = at.size <= few ? on_stack : allocated.get();
  for (long row = 0; row < x.rows; ++row) {
    const RowLayer& first = row_layers_.front();
    const float* lines = x.data + row * x.row_stride;
    long stride = x.step_stride;
    if (loads) {
      kernels_.load_row(first, lines, x.steps, memory + at.input, first.x_lines);
      lines = memory + at.input;
      stride = first.x_lines;
    }
    for (long l = 0; l < shape_.layers; ++l) {
      const bool is_top = l + 1 == shape_.layers;
      float* of_layer = is_top ? nullptr : memory + at.y[l % 2];
      for (long d = 0; d < shape_.directions(); ++d) {
        const RowLayer& layer = row_layers_[static_cast<std::size_t>(l * shape_.directions() + d)];
        const Order order = order_of(d, x.steps, is_top && y.last_only);
        kernels_.forward_row(layer, {.first = order.first,
                                     .step = order.step,
                                     .count = order.count,
                                     .x = lines,
                                     .x_stride = stride,
                                     .y = is_top ? nullptr : of_layer + d * layer.groups * lanes / units_per_line(),
                                     .y_stride = at.y_stride,
                                     .out = is_top ? y.data + row * y.row_stride + d * shape_.hidden : nullptr,
                                     .out_stride = y.last_only ? 0 : y.step_stride,
                                     .out_from = y.last_only ? x.steps - 1 : 0,
                                     .state = memory + at.state,
                                     .h = memory + at.h,
                                     .sums = memory + at.sums});
      }
      lines = of_layer;
      stride = at.y_stride;
    }
  }
}

}  // namespace pipeline::recurrent
