#pragma once

#include "recurrent/numbers.h"

/// The backward pass over one block of rows.
namespace pipeline::recurrent {
namespace {

template <class Numbers>
constexpr long turned_floats = lanes* lanes / Numbers::units_per_line;
/// Floats between the gradients of one gate line and those of the next in BackwardRun::dgates.
template <class Numbers>
constexpr long gate_floats = lanes / Numbers::units_per_line;

/// Sixteen units, of which the first `units` exist, turned so that a lane is a unit and a line is a row, or a pair of rows. No lines:
/// zeros.
template <class Numbers>
PIPELINE_INLINE void turn(const float* lines, long units, float* out) {
  Vec in[16], turned[16];
#pragma GCC unroll 16
  for (long k = 0; k < 16; ++k) in[k] = lines && k * Numbers::units_per_line < units ? load(lines + k * lanes) : zero();
  transpose(in, turned);
  if constexpr (Numbers::units_per_line == 1) {
#pragma GCC unroll 16
    for (long b = 0; b < 16; ++b) store(out + b * lanes, turned[b]);
  } else {
#pragma GCC unroll 16
    for (long b = 0; b < 16; b += 2) store(out + b / 2 * lanes, Numbers::by_turns(turned[b], turned[b + 1]));
  }
}

/// The gradients of the gates of step t; `previous`: the state before it, nullptr at the first step.
template <class Cell, class Numbers>
void gate_gradients(const Layer& layer, const BackwardRun& run, long t, const float* previous, bool is_last, float* dgates) {
  const float* gates = run.gates + t * unit_lines * layer.hidden_padded * lanes;
  const float* state = run.state + t * layer.hidden_padded * lanes;
  const float* dy = t >= run.dy_from ? run.dy + t * run.dy_stride : nullptr;
  for (long u = 0; u < layer.hidden_padded; ++u) {
    const long at = u * lanes;
    Vec g[4], d[4];
#pragma GCC unroll 4
    for (long i = 0; i < 4; ++i) g[i] = load(gates + (u * unit_lines + i) * lanes);
    Vec dh = is_last ? zero() : load(run.dh + at), carry = is_last ? zero() : load(run.carry + at);
    if (dy) dh = add(dh, load(dy + at));
    Cell::backward(g, load(state + at), previous ? load(previous + at) : zero(), dh, carry, d);
    store(run.carry + at, carry);
#pragma GCC unroll 4
    for (long i = 0; i < 4; ++i) {
      float* bias = run.db + (u * unit_lines + i) * lanes;
      store(bias, is_last ? d[i] : add(load(bias), d[i]));
      if constexpr (Numbers::units_per_line == 1) {
        store(dgates + (u * unit_lines + i) * lanes, Numbers::rounded(d[i]));
      } else {
        Numbers::store_half(dgates + (u * unit_lines + i) * gate_floats<Numbers>, d[i]);
      }
    }
    if constexpr (Numbers::units_per_line == 2) store_units<Numbers>(run.dlines + line_floats<Numbers>(u * unit_lines), d);
  }
}

/// The gradient of 16 units of the input or the state through their weights.
template <class Numbers, int skip_line>
PIPELINE_INLINE void through_weights(const Layer& layer, long block, const float* lines, float* out, bool adds) {
  if constexpr (Numbers::in_tiles) {
    constexpr long part = lanes * lanes;
    alignas(64) float parts[4 * part];
    Numbers::backward_products(layer, block, lines, parts);
    for (long at = 0; at < part; at += lanes) {
      const Vec sum = add(add(load(parts + at), load(parts + part + at)), add(load(parts + 2 * part + at), load(parts + 3 * part + at)));
      store(out + at, adds ? add(load(out + at), sum) : sum);
    }
    return;
  }
  const float* weights = layer.backward_weights + block * layer.gate_lines * lanes;
  each_part([&]<int first, int rows>(Part<first, rows>) __attribute__((always_inline)) {
    Vecs<rows> sums;
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) sums[r] = adds ? load(out + (first + r) * lanes) : zero();
    product<Numbers, Part<first, rows>, 4, skip_line, rows, 1>(sums, weights + first * layer.gate_lines, lines, layer.gate_lines);
    store_all(out + first * lanes, sums);
  });
}

/// Adds the weight gradients of some steps for 16 units of the input or the state.
template <class Numbers, int skip_row>
void weight_gradients(const Layer& layer, const BackwardRun& run, long block, long steps, bool is_first) {
  const long slot = unit_lines * layer.hidden_padded * gate_floats<Numbers>;
  const float* columns = run.columns + block * chunk * turned_floats<Numbers>;
  float* dw = run.dw + block * unit_lines * layer.hidden_padded * lanes;
  if constexpr (Numbers::in_tiles) {
    for (long row = 0; row < unit_lines * layer.hidden_padded; row += 64)
      Numbers::row_products(run.dgates + row * gate_floats<Numbers>, slot, columns, steps, is_first, dw + row * lanes);
    return;
  }
  for (long tile = 0; tile < layer.tiles; ++tile) {
    each_part([&]<int first, int rows>(Part<first, rows>) __attribute__((always_inline)) {
      const long row = tile * tile_rows + first;
      Vecs<rows> sums;
#pragma GCC unroll 16
      for (int r = 0; r < rows; ++r) sums[r] = is_first ? zero() : load(dw + (row + r) * lanes);
      for (long s = 0; s < steps; ++s) {
        product<Numbers, Part<first, rows>, skip_row, 4, 1, gate_floats<Numbers>>(
            sums, run.dgates + s * slot + row * gate_floats<Numbers>, columns + s * turned_floats<Numbers>, gate_floats<Numbers>);
      }
      store_all(dw + row * lanes, sums);
    });
  }
}

template <class Cell, class Numbers>
void backward_step(const Layer& layer, const BackwardRun& run, long t, bool is_first, bool is_last, long slot) {
  constexpr bool in_pairs = Numbers::units_per_line == 2;  // pairs of gate lines have weights of zero instead of skipped lines
  const long before = t - run.step, blocks = layer.x_blocks + layer.h_blocks;
  float* dgates = run.dgates + slot * unit_lines * layer.hidden_padded * gate_floats<Numbers>;
  gate_gradients<Cell, Numbers>(layer, run, t, is_first ? nullptr : run.state + before * layer.hidden_padded * lanes, is_last, dgates);
  const float* lines = in_pairs ? run.dlines : dgates;
  if (run.dx) {
    for (long block = 0; block < layer.x_blocks; ++block)
      through_weights<Numbers, in_pairs ? 4 : Cell::skip_x>(layer, block, lines, run.dx + t * run.dx_stride + block * lanes * lanes,
                                                            run.dx_adds);
  }
  if (!is_first) {
    for (long block = layer.x_blocks; block < blocks; ++block)
      through_weights<Numbers, in_pairs ? 4 : Cell::skip_h>(layer, block, lines, run.dh + (block - layer.x_blocks) * lanes * lanes, false);
  }
  const float* x = run.x + t * run.x_stride;
  const float* h = is_first ? nullptr : run.y + before * run.y_stride;
  for (long block = 0; block < blocks; ++block) {
    const bool is_x = block < layer.x_blocks;
    const long first = (is_x ? block : block - layer.x_blocks) * lanes;
    const float* from = is_x ? x : h;
    turn<Numbers>(from ? from + line_floats<Numbers>(first) : nullptr,
                  (is_x ? layer.x_lines : layer.h_lines) * Numbers::units_per_line - first,
                  run.columns + (block * chunk + slot) * turned_floats<Numbers>);
  }
}

template <class Cell, class Numbers>
void backward(const Layer& layer, const BackwardRun& run) {
  [[maybe_unused]] const typename Numbers::Setup setup;
  const long blocks = layer.x_blocks + layer.h_blocks;
  for (long done = 0; done < run.count; done += chunk) {
    const long steps = run.count - done < chunk ? run.count - done : chunk;
    for (long s = 0; s < steps; ++s) {
      const long i = run.count - 1 - done - s;  // in the order of the recurrence
      backward_step<Cell, Numbers>(layer, run, run.first + i * run.step, i == 0, done + s == 0, s);
    }
    for (long block = 0; block < blocks; ++block) {
      if (block < layer.x_blocks) {
        weight_gradients<Numbers, Cell::skip_x>(layer, run, block, steps, done == 0);
      } else {
        weight_gradients<Numbers, Cell::skip_h>(layer, run, block, steps, done == 0);
      }
    }
  }
}

}  // namespace
}  // namespace pipeline::recurrent
