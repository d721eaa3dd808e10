#pragma once

#include "recurrent/numbers.h"

/// The forward pass over one block of rows.
namespace pipeline::recurrent {
namespace {

/// One tile of one step: four units of all lanes.
template <class Cell, class Numbers>
PIPELINE_INLINE void forward_tile(const Layer& layer, long tile, const float* x, const float* h, const float* previous, float* state,
                                  float* gates, float* y, float* out) {
  constexpr int rows = register_units * unit_lines;
  const float* weights = layer.forward_weights + tile * (layer.x_lines + layer.h_lines) * tile_rows;
  Vec outputs[4];
#pragma GCC unroll 4
  for (long part = 0; part < tile_units / register_units; ++part) {
    Vec sums[rows];
    const long first = tile * tile_units + part * register_units;  // unit
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) sums[r] = set1(layer.bias[first * unit_lines + r]);
    product<Numbers, rows, Cell::skip_x, 4, tile_rows, 1>(sums, weights + part * rows, x, layer.x_lines);
    if (h) product<Numbers, rows, Cell::skip_h, 4, tile_rows, 1>(sums, weights + layer.x_lines * tile_rows + part * rows, h, layer.h_lines);
#pragma GCC unroll 4
    for (long u = 0; u < register_units; ++u) {
      Vec next;
      Vec* g = sums + u * unit_lines;
      const Vec output = Cell::forward(g, h ? load(previous + (first + u) * lanes) : zero(), next);
      store(state + (first + u) * lanes, next);
      outputs[part * register_units + u] = output;
      if (gates) {
#pragma GCC unroll 4
        for (int i = 0; i < unit_lines; ++i) store(gates + ((first + u) * unit_lines + i) * lanes, g[i]);
      }
    }
  }
  store_units<Numbers>(y + line_floats<Numbers>(tile * tile_units), outputs);
  if (out) {
#pragma GCC unroll 4
    for (int u = 0; u < 4; ++u) store(out + (tile * tile_units + u) * lanes, outputs[u]);
  }
}

template <class Cell, class Numbers>
void forward(const Layer& layer, const ForwardRun& run) {
  const long size = layer.hidden_padded * lanes;
  for (long i = 0, t = run.first; i < run.count; ++i, t += run.step) {
    const float* h = i ? run.y + (t - run.step) * run.y_stride : nullptr;
    float* state = run.gates ? run.state + t * size : run.state;
    const float* previous = run.gates ? state - run.step * size : state;
    float* gates = run.gates ? run.gates + t * unit_lines * size : nullptr;
    float* out = run.out && t >= run.out_from ? run.out + t * run.out_stride : nullptr;
    for (long tile = 0; tile < layer.tiles; ++tile)
      forward_tile<Cell, Numbers>(layer, tile, run.x + t * run.x_stride, h, previous, state, gates, run.y + t * run.y_stride, out);
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
