#include <algorithm>

#include <ATen/Parallel.h>

#include "recurrent/order.h"
#include "recurrent/stack.h"
#include "recurrent/tape.h"

namespace pipeline::recurrent {

namespace {

/// One step's mask as lines; both directions lie side by side in torch's layout and are padded in ours.
void turn_mask(const Turns& turns, const StackShape& shape, long padded, const float* mask, long row_stride, long rows, float* lines) {
  for (long d = 0; d < shape.directions(); ++d)
    turns.from_rows(mask + d * shape.hidden, row_stride, rows, shape.hidden, lines + d * padded * lanes);
}

}  // namespace

std::unique_ptr<Tape> Stack::forward_training(const Rows& x, const OutputRows& y, std::span<const float* const> masks) {
  std::unique_ptr<Tape> tape = tape_for({.rows = x.rows, .steps = x.steps, .last_only = y.last_only, .dropout = !masks.empty()});
  at::parallel_for(0, tape->shape().blocks(), 1, [&](long from, long to) {
    for (long block = from; block < to; ++block) forward_block(*tape, block, x, y, masks);
  });
  return tape;
}

void Stack::forward_block(const Tape& tape, long block, const Rows& x, const OutputRows& y, std::span<const float* const> masks) const {
  const TapeLayout& at = tape.layout();
  float* memory = tape.block(block);
  const long first_row = block * lanes, rows = std::min(lanes, x.rows - first_row), padded = layers_.front().hidden_padded;
  kernels_.load_input(layers_.front(), x.data + first_row * x.row_stride, x.row_stride, rows, x.steps, memory + at.input, at.input_stride);
  for (long l = 0; l < shape_.layers; ++l) {
    const bool is_top = l + 1 == shape_.layers;
    const TapeLayout::OfLayer& of = at.of_layers[static_cast<std::size_t>(l)];
    for (long d = 0; d < shape_.directions(); ++d) {
      const auto index = static_cast<std::size_t>(l * shape_.directions() + d);
      const Order order = order_of(d, x.steps, is_top && y.last_only);
      kernels_.forward(layers_[index], {.first = order.first,
                                        .step = order.step,
                                        .count = order.count,
                                        .x = memory + at.x_of(l),
                                        .x_stride = at.x_stride_of(l),
                                        .y = memory + of.y + d * padded / units_per_line() * lanes,
                                        .y_stride = of.y_stride,
                                        .state = memory + at.of_directions[index].state,
                                        .gates = memory + at.of_directions[index].gates,
                                        .out = is_top ? memory + at.output + d * padded * lanes : nullptr,
                                        .out_stride = at.output_stride,
                                        .out_from = y.last_only ? x.steps - 1 : 0});
    }
    if (is_top || masks.empty()) continue;
    const float* mask = masks[static_cast<std::size_t>(l)] + first_row * shape_.width();
    for (long t = 0; t < x.steps; ++t) {
      float* lines = memory + of.mask + t * of.mask_stride;
      turn_mask(set_.turns, shape_, padded, mask + t * x.rows * shape_.width(), shape_.width(), rows, lines);
      kernels_.drop(memory + of.y + t * of.y_stride, lines, shape_.directions() * padded, memory + of.dropped + t * of.y_stride);
    }
  }
  for (long t = y.last_only ? x.steps - 1 : 0; t < x.steps; ++t) {
    for (long d = 0; d < shape_.directions(); ++d) {
      set_.turns.to_rows(memory + at.output + t * at.output_stride + d * padded * lanes, shape_.hidden, rows,
                         y.data + first_row * y.row_stride + (y.last_only ? 0 : t * y.step_stride) + d * shape_.hidden, y.row_stride);
    }
  }
}

void Stack::backward(Tape& tape, const Rows& dy, const OutputRows& dx, std::span<const Parameters> gradients) const {
  const long blocks = tape.shape().blocks(), tiles = layers_.front().tiles;
  at::parallel_for(0, blocks, 1, [&](long from, long to) {
    for (long block = from; block < to; ++block) backward_block(tape, block, dy, dx);
  });
  at::parallel_for(0, static_cast<long>(layers_.size()) * tiles, tiles_at_once(), [&](long from, long to) {
    std::vector<const float*> dw(static_cast<std::size_t>(blocks)), db(static_cast<std::size_t>(blocks));
    for (long i = from; i < to; ++i) {
      const auto layer = static_cast<std::size_t>(i / tiles);
      const TapeLayout::OfDirection& of = tape.layout().of_directions[layer];
      for (long b = 0; b < blocks; ++b) {
        dw[static_cast<std::size_t>(b)] = tape.block(b) + of.dw;
        db[static_cast<std::size_t>(b)] = tape.block(b) + of.db;
      }
      kernels_.add_up(layers_[layer], dw.data(), db.data(), blocks, gradients[layer], i % tiles);
    }
  });
}

void Stack::backward_block(const Tape& tape, long block, const Rows& dy, const OutputRows& dx) const {
  const TapeLayout& at = tape.layout();
  float* memory = tape.block(block);
  const bool last_only = tape.shape().last_only;
  const long steps = tape.shape().steps, first_row = block * lanes, rows = std::min(lanes, tape.shape().rows - first_row);
  const long padded = layers_.front().hidden_padded;
  float *of_output = memory + at.gradients[0], *of_input = memory + at.gradients[1];
  for (long t = last_only ? steps - 1 : 0; t < steps; ++t) {
    for (long d = 0; d < shape_.directions(); ++d) {
      float* lines = of_output + t * at.gradient_stride + d * padded * lanes;
      std::fill_n(lines, padded * lanes, 0.0F);
      set_.turns.from_rows(dy.data + first_row * dy.row_stride + (last_only ? 0 : t * dy.step_stride) + d * shape_.hidden, dy.row_stride,
                           rows, shape_.hidden, lines);
    }
  }
  for (long l = shape_.layers; l-- > 0;) {
    const bool is_top = l + 1 == shape_.layers;
    const TapeLayout::OfLayer& of = at.of_layers[static_cast<std::size_t>(l)];
    for (long d = 0; d < shape_.directions(); ++d) {
      const auto index = static_cast<std::size_t>(l * shape_.directions() + d);
      const TapeLayout::OfDirection& kept = at.of_directions[index];
      const Order order = order_of(d, steps, is_top && last_only);
      kernels_.backward(layers_[index], {.first = order.first,
                                         .step = order.step,
                                         .count = order.count,
                                         .x = memory + at.x_of(l),
                                         .x_stride = at.x_stride_of(l),
                                         .y = memory + of.y + d * padded / units_per_line() * lanes,
                                         .y_stride = of.y_stride,
                                         .state = memory + kept.state,
                                         .gates = memory + kept.gates,
                                         .dy = of_output + d * padded * lanes,
                                         .dy_stride = at.gradient_stride,
                                         .dy_from = is_top && last_only ? steps - 1 : 0,
                                         .dx = l > 0 || dx.data ? of_input : nullptr,
                                         .dx_stride = at.gradient_stride,
                                         .dx_adds = d > 0,
                                         .dw = memory + kept.dw,
                                         .db = memory + kept.db,
                                         .carry = memory + at.carry,
                                         .dh = memory + at.dh,
                                         .dgates = memory + at.dgates,
                                         .dlines = memory + at.dlines,
                                         .columns = memory + at.columns});
    }
    if (l > 0 && tape.shape().dropout) {
      const TapeLayout::OfLayer& below = at.of_layers[static_cast<std::size_t>(l - 1)];
      for (long t = 0; t < steps; ++t) {
        float* lines = of_input + t * at.gradient_stride;
        set_.lstm.drop(lines, memory + below.mask + t * below.mask_stride, shape_.directions() * padded, lines);
      }
    }
    if (l > 0) std::swap(of_output, of_input);
  }
  if (!dx.data) return;
  for (long t = 0; t < steps; ++t)
    set_.turns.to_rows(of_input + t * at.gradient_stride, shape_.input, rows, dx.data + first_row * dx.row_stride + t * dx.step_stride,
                       dx.row_stride);
}

std::unique_ptr<Tape> Stack::tape_for(const TapeShape& shape) {
  const auto found = std::ranges::find_if(free_, [&](const std::unique_ptr<Tape>& tape) { return tape->shape() == shape; });
  if (found == free_.end()) return std::make_unique<Tape>(shape, TapeLayout(shape_, layers_, shape, units_per_line()));
  std::unique_ptr<Tape> tape = std::move(*found);
  free_.erase(found);
  return tape;
}

void Stack::give_back(std::unique_ptr<Tape> tape) {
  constexpr std::size_t kept = 2;  // a full batch's, and the smaller last one's
  if (free_.size() == kept) free_.erase(free_.begin());
  free_.push_back(std::move(tape));
}

}  // namespace pipeline::recurrent
