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

/// Sums of a tile that fit into registers: those of `register_units` units.
constexpr int register_sums = register_units * unit_lines;

/// The gates of one tile, four units of all lanes. `sums_of(part, sums)` computes their sums.
template <class Cell, class Numbers, class SumsOf>
PIPELINE_INLINE void finish_tile(const Layer& layer, long tile, const ForwardStep& step, const SumsOf& sums_of) {
  Vec outputs[4];
#pragma GCC unroll 4
  for (long part = 0; part < tile_units / register_units; ++part) {
    Vecs<register_sums> sums;
    const long first = tile * tile_units + part * register_units;  // unit
    sums_of(part, sums);
#pragma GCC unroll 4
    for (long u = 0; u < register_units; ++u) {
      Vec next;
      Vec* g = sums + u * unit_lines;
      if (first + u >= layer.hidden) {  // padding: its weights are zeros, but zero times an infinite input is none
#pragma GCC unroll 4
        for (int i = 0; i < unit_lines; ++i) g[i] = zero();
      }
      const Vec output = Cell::forward(g, step.h ? load(step.previous + (first + u) * lanes) : zero(), next);
      store(step.state + (first + u) * lanes, next);
      outputs[part * register_units + u] = output;
      if (step.gates) {
#pragma GCC unroll 4
        for (int i = 0; i < unit_lines; ++i) store(step.gates + ((first + u) * unit_lines + i) * lanes, g[i]);
      }
    }
  }
  store_units<Numbers>(step.y + line_floats<Numbers>(tile * tile_units), outputs);
  if (step.out) {
#pragma GCC unroll 4
    for (int u = 0; u < 4; ++u) store(step.out + (tile * tile_units + u) * lanes, outputs[u]);
  }
}

template <class Cell, class Numbers>
PIPELINE_INLINE void forward_tile(const Layer& layer, long tile, const ForwardStep& step) {
  const float* weights = layer.forward_weights + tile * (layer.x_lines + layer.h_lines) * tile_rows;
  finish_tile<Cell, Numbers>(
      layer, tile, step, [&](long part, Vecs<register_sums>& sums) __attribute__((always_inline)) {
        const float *bias = layer.bias + tile * tile_rows + part * register_sums, *w = weights + part * register_sums;
#pragma GCC unroll 16
        for (int r = 0; r < register_sums; ++r) sums[r] = set1(bias[r]);
        product<Numbers, register_sums, Cell::skip_x, 4, tile_rows, 1>(sums, w, step.x, layer.x_lines);
        if (step.h)
          product<Numbers, register_sums, Cell::skip_h, 4, tile_rows, 1>(sums, w + layer.x_lines * tile_rows, step.h, layer.h_lines);
      });
}

/// Four tiles whose products the processor computes in matrix tiles.
template <class Cell, class Numbers>
PIPELINE_INLINE void forward_tiles(const Layer& layer, long first, const ForwardStep& step) {
  constexpr long at_once = 4, floats = tile_rows * lanes;
  alignas(64) float products[at_once * floats];
  Numbers::forward_products(layer, first, step.x, step.h, products);
  for (long i = 0; i < at_once; ++i) {
    finish_tile<Cell, Numbers>(
        layer, first + i, step, [&](long, Vecs<register_sums>& sums) __attribute__((always_inline)) {
          const float* bias = layer.bias + (first + i) * tile_rows;
#pragma GCC unroll 16
          for (int r = 0; r < register_sums; ++r) sums[r] = add(load(products + i * floats + r * lanes), set1(bias[r]));
        });
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
