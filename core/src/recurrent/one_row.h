#pragma once

#include "recurrent/numbers.h"

/// The forward pass over a single row, where a block would leave 15 lanes idle: here lanes are the gate lines of four units.
namespace pipeline::recurrent {
namespace {

/// Sums of `tiles` neighbouring tiles, whose products hide each other's latency. The gate lines that have no weights (a GRU's) keep what
/// they were: zero times an infinite value is no zero.
template <class Cell, class Numbers, int tiles>
PIPELINE_INLINE void row_tiles(const Layer& layer, const float* weights, const float* x, const float* h, const float* bias, float* out) {
  const long stride = (layer.x_lines + layer.h_lines) * tile_rows;
  Vecs<tiles> sums;
#pragma GCC unroll 8
  for (int n = 0; n < tiles; ++n) sums[n] = load(bias + n * tile_rows);
  for (long k = 0; k < layer.x_lines; ++k) {
#pragma GCC unroll 8
    for (int n = 0; n < tiles; ++n) sums[n] = Numbers::multiply_add(sums[n], load(weights + n * stride + k * tile_rows), x + k);
  }
#pragma GCC unroll 8
  for (int n = 0; n < tiles; ++n) sums[n] = with_fourths_of<Cell::skip_x>(sums[n], load(bias + n * tile_rows));
  if (h) {
    Vecs<tiles> before;
#pragma GCC unroll 8
    for (int n = 0; n < tiles; ++n) before[n] = sums[n];
    weights += layer.x_lines * tile_rows;
    for (long k = 0; k < layer.h_lines; ++k) {
#pragma GCC unroll 8
      for (int n = 0; n < tiles; ++n) sums[n] = Numbers::multiply_add(sums[n], load(weights + n * stride + k * tile_rows), h + k);
    }
#pragma GCC unroll 8
    for (int n = 0; n < tiles; ++n) sums[n] = with_fourths_of<Cell::skip_h>(sums[n], before[n]);
  }
#pragma GCC unroll 8
  for (int n = 0; n < tiles; ++n) store(out + n * tile_rows, sums[n]);
}

#ifdef __AMX_BF16__
/// Sums of one tile whose weights lie for AMX: a vector holds eight pairs of two gate lines.
PIPELINE_INLINE void row_tile_of_halves(const Layer& layer, const float* weights, const float* x, const float* h, const float* bias,
                                        float* out) {
  Vec sums[8], rows[16], by_pair[16];
#pragma GCC unroll 8
  for (int n = 0; n < 8; ++n) sums[n] = zero();
  const auto add_block = [&](const float* pairs) __attribute__((always_inline)) {
    const Vec twice = _mm512_broadcast_f32x8(_mm256_loadu_ps(pairs));
#pragma GCC unroll 8
    for (int n = 0; n < 8; ++n) sums[n] = Pairs::multiply_add_line(sums[n], load(weights + n * lanes), twice);
    weights += 8 * lanes;
  };
  for (long block = 0; block < layer.x_blocks; ++block) add_block(x + block * 8);
  for (long block = 0; h && block < layer.h_blocks; ++block) add_block(h + block * 8);
#pragma GCC unroll 8
  for (int n = 0; n < 8; ++n) {
    rows[2 * n] = sums[n];
    rows[2 * n + 1] = _mm512_shuffle_f32x4(sums[n], sums[n], 0xee);
  }
  transpose(rows, by_pair);
  Vec total = load(bias);
#pragma GCC unroll 8
  for (int n = 0; n < 8; ++n) total = add(total, by_pair[n]);
  store(out, total);
}
#endif

/// The first `count` of 16 values; what lies behind may be the other direction's.
template <class Numbers>
PIPELINE_INLINE void store_values(float* y, Vec v, long count) {
  if constexpr (Numbers::units_per_line == 1) {
    store_some(y, count, Numbers::rounded(v));
  } else {
    Numbers::store_some_half(y, count, v);
  }
}

template <class Numbers>
void load_row(const Layer& layer, const float* x, long steps, float* values, long stride) {
  for (long t = 0; t < steps; ++t) {
    for (long first = 0; first < layer.input_padded; first += lanes) {
      const long left = layer.input_padded - first;
      store_values<Numbers>(values + t * stride + first / Numbers::units_per_line,
                            load_some(x + t * layer.input + first, layer.input - first), left < lanes ? left : lanes);
    }
  }
}

template <class Cell, class Numbers>
void forward_row(const Layer& layer, const ForwardRun& run, float* sums) {
  for (long i = 0, t = run.first; i < run.count; ++i, t += run.step) {
    const float* x = run.x + t * run.x_stride;
    const float* h = i ? run.y + (t - run.step) * run.y_stride : nullptr;
    const long stride = (layer.x_lines + layer.h_lines) * tile_rows;
    long tile = 0;
#ifdef __AMX_BF16__
    for (; Numbers::in_tiles && tile < layer.tiles; ++tile)
      row_tile_of_halves(layer, layer.forward_weights + tile * stride, x, h, layer.bias + tile * tile_rows, sums + tile * tile_rows);
#endif
    for (; tile + 8 <= layer.tiles; tile += 8)
      row_tiles<Cell, Numbers, 8>(layer, layer.forward_weights + tile * stride, x, h, layer.bias + tile * tile_rows,
                                  sums + tile * tile_rows);
    for (; tile < layer.tiles; ++tile)
      row_tiles<Cell, Numbers, 1>(layer, layer.forward_weights + tile * stride, x, h, layer.bias + tile * tile_rows,
                                  sums + tile * tile_rows);
    for (long u = 0; u < layer.hidden_padded; u += lanes) {
      Vec gates[4], next;
      apart_by_four(sums + u * unit_lines, gates);
      const Vec output = Cell::forward(gates, i ? load(run.state + u) : zero(), next);
      store(run.state + u, next);
      const long left = layer.hidden_padded - u < lanes ? layer.hidden_padded - u : lanes;
      store_values<Numbers>(run.y + t * run.y_stride + u / Numbers::units_per_line, first_of(output, layer.hidden - u), left);
      if (run.out && t >= run.out_from) store_some(run.out + t * run.out_stride + u, left, output);
    }
  }
}

}  // namespace
}  // namespace pipeline::recurrent
