#pragma once

#include "recurrent/numbers.h"

/// The forward pass over a single row, where a block would leave 15 lanes idle: here lanes are the gate lines of four units.
namespace pipeline::recurrent {
namespace {

/// Tiles whose sums of all steps of a chunk fit into registers.
constexpr int input_tiles = register_units == 4 ? 4 : 1;

/// The input's part of the sums of `tiles` neighbouring tiles, with the biases, for `steps` steps at once: each weight is loaded once for
/// them. `x` and `out`: of the first step. The gate lines that have no weights (a GRU's) keep what they were: zero times an infinite value
/// is no zero.
template <class Cell, class Numbers, int tiles, int steps>
PIPELINE_INLINE void input_sums(const Layer& layer, long tile, const float* x, long x_stride, float* out) {
  const long stride = (layer.x_lines + layer.h_lines) * tile_rows;
  const float *weights = layer.forward_weights + tile * stride, *bias = layer.bias + tile * tile_rows;
  Vecs<tiles * steps> sums;
#pragma GCC unroll 32
  for (int i = 0; i < tiles * steps; ++i) sums[i] = load(bias + i / steps * tile_rows);
  for (long k = 0; k < layer.x_lines; ++k) {
#pragma GCC unroll 4
    for (int n = 0; n < tiles; ++n) {
      const Vec line = load(weights + n * stride + k * tile_rows);
#pragma GCC unroll 8
      for (int s = 0; s < steps; ++s) sums[n * steps + s] = Numbers::multiply_add(sums[n * steps + s], line, x + s * x_stride + k);
    }
  }
#pragma GCC unroll 32
  for (int i = 0; i < tiles * steps; ++i)
    store(out + i % steps * unit_lines * layer.hidden_padded + (tile + i / steps) * tile_rows,
          with_fourths_of<Cell::skip_x>(sums[i], load(bias + i / steps * tile_rows)));
}

/// The same of all tiles.
template <class Cell, class Numbers, int steps>
void all_input_sums(const Layer& layer, const float* x, long x_stride, float* out) {
  long tile = 0;
  for (; tile + input_tiles <= layer.tiles; tile += input_tiles)
    input_sums<Cell, Numbers, input_tiles, steps>(layer, tile, x, x_stride, out);
  for (; tile < layer.tiles; ++tile) input_sums<Cell, Numbers, 1, steps>(layer, tile, x, x_stride, out);
}

/// Adds the state's part to the sums of `tiles` neighbouring tiles, whose products hide each other's latency.
template <class Cell, class Numbers, int tiles>
PIPELINE_INLINE void add_state_sums(const Layer& layer, long tile, const float* h, float* sums) {
  const long stride = (layer.x_lines + layer.h_lines) * tile_rows;
  const float* weights = layer.forward_weights + tile * stride + layer.x_lines * tile_rows;
  float* out = sums + tile * tile_rows;
  Vecs<tiles> total;
#pragma GCC unroll 8
  for (int n = 0; n < tiles; ++n) total[n] = load(out + n * tile_rows);
  for (long k = 0; k < layer.h_lines; ++k) {
#pragma GCC unroll 8
    for (int n = 0; n < tiles; ++n) total[n] = Numbers::multiply_add(total[n], load(weights + n * stride + k * tile_rows), h + k);
  }
#pragma GCC unroll 8
  for (int n = 0; n < tiles; ++n) store(out + n * tile_rows, with_fourths_of<Cell::skip_h>(total[n], load(out + n * tile_rows)));
}

/// Tiles whose sums stay in registers, beside a line and a weight.
constexpr long state_tiles = register_units == 4 ? 8 : 4;

/// The same of all tiles. Every other step goes through them backwards: what the last step left in the first cache is read first.
template <class Cell, class Numbers>
void add_all_state_sums(const Layer& layer, const float* h, bool backwards, float* sums) {
  const long groups = layer.tiles / state_tiles;
  for (long g = 0; g < groups; ++g)
    add_state_sums<Cell, Numbers, state_tiles>(layer, (backwards ? groups - 1 - g : g) * state_tiles, h, sums);
  for (long tile = groups * state_tiles; tile < layer.tiles; ++tile) add_state_sums<Cell, Numbers, 1>(layer, tile, h, sums);
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

/// The sums of all tiles, whose weights lie for AMX.
PIPELINE_INLINE void sums_of_halves([[maybe_unused]] const Layer& layer, [[maybe_unused]] const float* x, [[maybe_unused]] const float* h,
                                    [[maybe_unused]] float* sums) {
#ifdef __AMX_BF16__
  const long stride = (layer.x_lines + layer.h_lines) * tile_rows;
  for (long tile = 0; tile < layer.tiles; ++tile)
    row_tile_of_halves(layer, layer.forward_weights + tile * stride, x, h, layer.bias + tile * tile_rows, sums + tile * tile_rows);
#endif
}

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

/// From the sums of step i of the run, at t, to its gates, state and output.
template <class Cell, class Numbers>
PIPELINE_INLINE void finish_row(const Layer& layer, const ForwardRun& run, long i, long t, const float* sums) {
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

template <class Cell, class Numbers>
void forward_row(const Layer& layer, const ForwardRun& run, float* sums) {
  const long of_step = unit_lines * layer.hidden_padded;
  for (long done = 0; done < run.count; done += chunk) {
    const long steps = run.count - done < chunk ? run.count - done : chunk, first = run.first + done * run.step;
    const float* x = run.x + first * run.x_stride;
    if constexpr (!Numbers::in_tiles) {
      if (steps == chunk) all_input_sums<Cell, Numbers, chunk>(layer, x, run.step * run.x_stride, sums);
      for (long s = 0; steps < chunk && s < steps; ++s)
        all_input_sums<Cell, Numbers, 1>(layer, x + s * run.step * run.x_stride, 0, sums + s * of_step);
    }
    for (long s = 0; s < steps; ++s) {
      const long i = done + s, t = first + s * run.step;
      const float* h = i ? run.y + (t - run.step) * run.y_stride : nullptr;
      if constexpr (Numbers::in_tiles) {
        sums_of_halves(layer, run.x + t * run.x_stride, h, sums + s * of_step);
      } else if (h) {
        add_all_state_sums<Cell, Numbers>(layer, h, i % 2, sums + s * of_step);
      }
      finish_row<Cell, Numbers>(layer, run, i, t, sums + s * of_step);
    }
  }
}

}  // namespace
}  // namespace pipeline::recurrent
