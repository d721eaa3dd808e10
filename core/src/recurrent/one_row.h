#pragma once

#include "recurrent/numbers.h"

/// The forward pass over a single row, where a block would leave 15 lanes idle: here lanes are units.
namespace pipeline::recurrent {
namespace {

/// The inputs' part of one gate line of a group's sums, with the bias, for `steps` steps at once: each weight is loaded once for them.
/// `x`, `sums`: of the first step.
template <class Numbers, int steps>
PIPELINE_INLINE void gate_input_sums(const float* weights, const float* bias, const float* x, long x_stride, long count, float* sums,
                                     long of_step) {
  Vecs<steps> total;
#pragma GCC unroll 8
  for (int s = 0; s < steps; ++s) total[s] = load(bias);
  for (long k = 0; k < count; ++k) {
    const Vec line = load(weights + k * group_floats);
#pragma GCC unroll 8
    for (int s = 0; s < steps; ++s) total[s] = Numbers::multiply_add(total[s], line, x + s * x_stride + k);
  }
#pragma GCC unroll 8
  for (int s = 0; s < steps; ++s) store(sums + s * of_step, total[s]);
}

/// The same of all gate lines and groups. `skip`: the gate line that has no weights from the input; 4: none.
template <class Numbers, int skip, int steps>
void input_sums(const RowLayer& layer, const float* x, long x_stride, float* sums) {
  const long of_step = layer.groups * group_floats;
  for (long g = 0; g < layer.groups; ++g) {
    const float* weights = layer.weights + g * (layer.x_lines + layer.h_lines) * group_floats;
    for (long at = 0; at < group_floats; at += lanes)
      gate_input_sums<Numbers, steps>(weights + at, layer.bias + g * group_floats + at, x, x_stride, at == skip * lanes ? 0 : layer.x_lines,
                                      sums + g * group_floats + at, of_step);
  }
}

/// Of one step.
struct RowStep {
  const float* h;  ///< lines of the output before; nullptr at the first step
  float* y;        ///< lines of the output
  float* out;      ///< the output in full precision; nullptr: not asked for
  float* state;    ///< in and out
  const float* sums;
};

/// Sixteen values of the output as lines.
template <class Numbers>
PIPELINE_INLINE void store_group(float* y, Vec v) {
  if constexpr (Numbers::units_per_line == 1) {
    store(y, Numbers::rounded(v));
  } else {
    Numbers::store_half(y, v);
  }
}

/// Neighbouring groups, from the inputs' part of their sums to their outputs. The products of several hide each other's latency.
template <class Cell, class Numbers, int groups>
PIPELINE_INLINE void finish_groups(const RowLayer& layer, long first, const RowStep& step) {
  const long stride = (layer.x_lines + layer.h_lines) * group_floats;
  const float* weights = layer.weights + first * stride + layer.x_lines * group_floats;
  Vecs<groups * unit_lines> sums;
#pragma GCC unroll 8
  for (int i = 0; i < groups * unit_lines; ++i) sums[i] = load(step.sums + first * group_floats + i * lanes);
  for (long k = 0; step.h && k < layer.h_lines; ++k) {
#pragma GCC unroll 8
    for (int i = 0; i < groups * unit_lines; ++i) {
      if (i % unit_lines != Cell::skip_h)
        sums[i] =
            Numbers::multiply_add(sums[i], load(weights + i / unit_lines * stride + k * group_floats + i % unit_lines * lanes), step.h + k);
    }
  }
#pragma GCC unroll 2
  for (int n = 0; n < groups; ++n) {
    const long unit = (first + n) * lanes, left = layer.hidden - unit;
    Cell::gates(sums + n * unit_lines);
    Vec next, output = Cell::output(sums + n * unit_lines, step.h ? load(step.state + unit) : zero(), next);
    if (left < lanes) output = first_of(output, left);  // an infinite input times a padding weight of zero is none
    store(step.state + unit, next);
    store_group<Numbers>(step.y + unit / Numbers::units_per_line, output);
    if (step.out) store_some(step.out + unit, left, output);
  }
}

/// So many groups' sums fit into registers beside a line and a weight.
constexpr long groups_at_once = register_sums == tile_rows ? 2 : 1;

/// All groups. Every other step goes through them backwards: what the last step left in the first cache is read first.
template <class Cell, class Numbers>
PIPELINE_INLINE void finish_row(const RowLayer& layer, const RowStep& step, bool backwards) {
  const long many = layer.groups / groups_at_once;
  for (long i = 0; i < many; ++i)
    finish_groups<Cell, Numbers, groups_at_once>(layer, (backwards ? many - 1 - i : i) * groups_at_once, step);
  if constexpr (groups_at_once > 1) {
    for (long g = many * groups_at_once; g < layer.groups; ++g) finish_groups<Cell, Numbers, 1>(layer, g, step);
  }
}

template <class Cell, class Numbers>
void forward_row(const RowLayer& layer, const RowRun& run) {
  const long of_step = layer.groups * group_floats, state = layer.groups * lanes;
  const auto y_of = [&](long i) { return run.y ? run.y + (run.first + i * run.step) * run.y_stride : run.h + i % 2 * state; };
  for (long done = 0; done < run.count; done += chunk) {
    const long steps = run.count - done < chunk ? run.count - done : chunk, x_stride = run.step * run.x_stride;
    const float* x = run.x + (run.first + done * run.step) * run.x_stride;
    if (steps == chunk) input_sums<Numbers, Cell::skip_x, chunk>(layer, x, x_stride, run.sums);
    for (long s = 0; steps < chunk && s < steps; ++s)
      input_sums<Numbers, Cell::skip_x, 1>(layer, x + s * x_stride, 0, run.sums + s * of_step);
    for (long s = 0; s < steps; ++s) {
      const long i = done + s, t = run.first + i * run.step;
      finish_row<Cell, Numbers>(layer,
                                {.h = i ? y_of(i - 1) : nullptr,
                                 .y = y_of(i),
                                 .out = run.out && t >= run.out_from ? run.out + t * run.out_stride : nullptr,
                                 .state = run.state,
                                 .sums = run.sums + s * of_step},
                                i % 2);
    }
  }
}

/// A row's values as lines.
template <class Numbers>
void load_row(const RowLayer& layer, const float* x, long steps, float* lines, long stride) {
  for (long t = 0; t < steps; ++t) {
    for (long first = 0; first < layer.input; first += lanes) {
      const Vec values = load_some(x + t * layer.input + first, layer.input - first);
      const long left = layer.x_lines - first / Numbers::units_per_line;
      if constexpr (Numbers::units_per_line == 1) {
        store_some(lines + t * stride + first, left, Numbers::rounded(values));
      } else {
        Numbers::store_some_half(lines + t * stride + first / 2, 2 * left, values);
      }
    }
  }
}

}  // namespace
}  // namespace pipeline::recurrent
