#pragma once

#include "recurrent/numbers.h"

/// The forward pass over one block of rows.
namespace pipeline::recurrent {
namespace {

/// One step of one layer.
struct ForwardStep {
  const float* x;         ///< lines of the input
  const float* h;         ///< lines of the output before; nullptr at the first step
  const float* previous;  ///< [units][lanes] state before
  float *state, *gates, *y, *out;
};

/// From a unit's gates to its state; returns its output.
template <class Cell>
PIPELINE_INLINE Vec finish_unit(long unit, const Vec* gates, const ForwardStep& step) {
  Vec next;
  const Vec output = Cell::output(gates, step.h ? load(step.previous + unit * lanes) : zero(), next);
  store(step.state + unit * lanes, next);
  return output;
}

template <class Numbers>
PIPELINE_INLINE void store_outputs(long tile, const Vec (&outputs)[4], const ForwardStep& step) {
  store_units<Numbers>(step.y + line_floats<Numbers>(tile * tile_units), outputs);
  if (!step.out) return;
#pragma GCC unroll 4
  for (long u = 0; u < tile_units; ++u) store(step.out + (tile * tile_units + u) * lanes, outputs[u]);
}

/// Gate lines, of which those of a unit that is padding become zeros: its weights are, but zero times an infinite input is none.
PIPELINE_INLINE void without_padding(bool is_padding, Vec* gates) {
  if (!is_padding) return;
#pragma GCC unroll 4
  for (int i = 0; i < unit_lines; ++i) gates[i] = zero();
}

/// A tile from its sums: four units of all lanes.
template <class Cell, class Numbers>
PIPELINE_INLINE void finish_tile(const Layer& layer, long tile, Vecs<tile_rows>& sums, const ForwardStep& step) {
  Vec outputs[tile_units];
#pragma GCC unroll 4
  for (long u = 0; u < tile_units; ++u) {
    const long unit = tile * tile_units + u;
    Vec* gates = sums + u * unit_lines;
    without_padding(unit >= layer.hidden, gates);
    Cell::gates(gates);
    outputs[u] = finish_unit<Cell>(unit, gates, step);
    if (step.gates) {
#pragma GCC unroll 4
      for (int i = 0; i < unit_lines; ++i) store(step.gates + (unit * unit_lines + i) * lanes, gates[i]);
    }
  }
  store_outputs<Numbers>(tile, outputs, step);
}

/// The sums of a part of a tile's gate lines.
template <class Cell, class Numbers, class Part>
PIPELINE_INLINE void part_sums(const Layer& layer, long tile, const ForwardStep& step, Vecs<Part::rows>& sums) {
  constexpr int rows = Part::rows;
  const float* bias = layer.bias + tile * tile_rows + Part::first;
  const float* weights = layer.forward_weights + (layer.x_lines + layer.h_lines) * (tile * tile_rows + Part::first);
#pragma GCC unroll 16
  for (int r = 0; r < rows; ++r) sums[r] = set1(bias[r]);
  product<Numbers, Part, Cell::skip_x, 4, rows, 1>(sums, weights, step.x, layer.x_lines);
  if (step.h) product<Numbers, Part, Cell::skip_h, 4, rows, 1>(sums, weights + layer.x_lines * rows, step.h, layer.h_lines);
}

/// A tile whose sums do not fit into the registers at once. The gates of its units follow together: they wait for each other less than
/// those of one.
template <class Cell, class Numbers>
PIPELINE_INLINE void forward_tile_by_parts(const Layer& layer, long tile, const ForwardStep& step) {
  alignas(64) float kept[tile_rows * lanes];
  float* gates = step.gates ? step.gates + tile * tile_rows * lanes : kept;
  const auto unit_gates = [&](long unit) { return gates + unit * unit_lines * lanes; };
  each_part([&]<int first, int rows>(Part<first, rows>) __attribute__((always_inline)) {
    Vecs<rows> sums;
    part_sums<Cell, Numbers, Part<first, rows>>(layer, tile, step, sums);
    store_all(gates + first * lanes, sums);
  });
  for (long u = 0; u < tile_units; ++u) {
    Vec g[unit_lines];
    load_all(unit_gates(u), g);
    without_padding(tile * tile_units + u >= layer.hidden, g);
    Cell::gates(g);
    store_all(unit_gates(u), g);
  }
  Vec outputs[tile_units];
#pragma GCC unroll 4
  for (long u = 0; u < tile_units; ++u) {
    Vec g[unit_lines];
    load_all(unit_gates(u), g);
    outputs[u] = finish_unit<Cell>(tile * tile_units + u, g, step);
  }
  store_outputs<Numbers>(tile, outputs, step);
}

template <class Cell, class Numbers>
PIPELINE_INLINE void forward_tile(const Layer& layer, long tile, const ForwardStep& step) {
  if constexpr (register_sums < tile_rows) {
    forward_tile_by_parts<Cell, Numbers>(layer, tile, step);
  } else {
    Vec sums[tile_rows];
    part_sums<Cell, Numbers, Part<0, tile_rows>>(layer, tile, step, sums);
    finish_tile<Cell, Numbers>(layer, tile, sums, step);
  }
}

/// Four tiles whose products the processor computes in matrix tiles.
template <class Cell, class Numbers>
PIPELINE_INLINE void forward_tiles(const Layer& layer, long first, const ForwardStep& step) {
  constexpr long at_once = 4, floats = tile_rows * lanes;
  alignas(64) float products[at_once * floats];
  Numbers::forward_products(layer, first, step.x, step.h, products);
  for (long i = 0; i < at_once; ++i) {
    const float* bias = layer.bias + (first + i) * tile_rows;
    Vec sums[tile_rows];
#pragma GCC unroll 16
    for (int r = 0; r < tile_rows; ++r) sums[r] = add(load(products + i * floats + r * lanes), set1(bias[r]));
    finish_tile<Cell, Numbers>(layer, first + i, sums, step);
  }
}

template <class Cell, class Numbers>
void forward(const Layer& layer, const ForwardRun& run) {
  [[maybe_unused]] const typename Numbers::Setup setup;
  const long size = layer.hidden_padded * lanes;
  for (long i = 0, t = run.first; i < run.count; ++i, t += run.step) {
    float* state = run.gates ? run.state + t * size : run.state;
    const ForwardStep step{.x = run.x + t * run.x_stride,
                           .h = i ? run.y + (t - run.step) * run.y_stride : nullptr,
                           .previous = run.gates ? state - run.step * size : state,
                           .state = state,
                           .gates = run.gates ? run.gates + t * unit_lines * size : nullptr,
                           .y = run.y + t * run.y_stride,
                           .out = run.out && t >= run.out_from ? run.out + t * run.out_stride : nullptr};
    if constexpr (Numbers::in_tiles) {
      for (long tile = 0; tile < layer.tiles; tile += 4) forward_tiles<Cell, Numbers>(layer, tile, step);
    } else {
      for (long tile = 0; tile < layer.tiles; ++tile) forward_tile<Cell, Numbers>(layer, tile, step);
    }
  }
}

template <class Numbers>
void load_input(const Layer& layer, const float* x, long row_stride, long rows, long steps, float* lines, long stride) {
  for (long t = 0; t < steps; ++t) {
    for (long first = 0; first < layer.input_padded; first += lanes) {
      Vec by_row[16], by_unit[16];
      for (long r = 0; r < lanes; ++r)
        by_row[r] = r < rows ? load_some(x + r * row_stride + t * layer.input + first, layer.input - first) : zero();
      transpose(by_row, by_unit);
      const long left = layer.input_padded - first;
      store_lines<Numbers>(lines + t * stride + line_floats<Numbers>(first), by_unit, left < lanes ? left : lanes);
    }
  }
}

/// Lines of floats or pairs times a mask of floats.
template <class Numbers>
void drop(const float* lines, const float* mask, long units, float* out) {
  for (long u = 0; u < units; u += Numbers::units_per_line) {
    const Vec line = load(lines + line_floats<Numbers>(u));
    if constexpr (Numbers::units_per_line == 1) {
      store(out + u * lanes, Numbers::rounded(mul(line, load(mask + u * lanes))));
    } else {
      Vec even, odd;
      Numbers::apart(line, even, odd);
      store(out + line_floats<Numbers>(u), Numbers::pair(mul(even, load(mask + u * lanes)), mul(odd, load(mask + (u + 1) * lanes))));
    }
  }
}

}  // namespace
}  // namespace pipeline::recurrent
