#pragma once

#include "recurrent/numbers.h"

#ifdef __AMX_BF16__

/// Products of bfloat16 in the processor's matrix tiles (AMX). Sixteen lines of weights times eight lines of pairs give sixteen sums of all
/// lanes in one instruction. Lines lie as for Pairs; units are padded to multiples of 16, so that no tile is cut.
namespace pipeline::recurrent {
namespace {

/// Floats of a tile of weights: [16 rows][8 pairs].
constexpr long tile_floats = 128;
/// Lines of pairs in a tile.
constexpr long tile_lines = 8;
/// Tiles of sums that are computed side by side, to hide each other's latency. Registers: sums 0-3, lines 4, weights 5-7.
constexpr long tiles_at_once = 4;

// The intrinsics take register numbers as text, and GCC 12's do not tell the compiler which memory they read: `Tiles::fence` does.
#define PIPELINE_LOAD_WEIGHTS(reg, from) _tile_loadd(reg, from, 32)
#define PIPELINE_LOAD_LINES(from) _tile_loadd(4, from, 64)

/// What the processor is told of the tile registers. A constant: GCC takes the intrinsic for a reader of its first bytes alone, and would
/// leave the others of a local variable unwritten.
struct TileShapes {
  unsigned char palette = 1, start_row = 0, reserved[14] = {};
  unsigned short row_bytes[16] = {64, 64, 64, 64, 64, 32, 32, 32};
  unsigned char rows[16] = {16, 16, 16, 16, 8, 16, 16, 16};
};
alignas(64) constexpr TileShapes shapes;

struct Tiles : Pairs {
  static constexpr bool in_tiles = true;

  /// The shapes of all tiles, for as long as it lives.
  class Setup {
   public:
    Setup() { _tile_loadconfig(&shapes); }
    ~Setup() { _tile_release(); }
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;
  };

  static PIPELINE_INLINE void fence() { asm volatile("" ::: "memory"); }

  /// The sums of four tiles of units: out [4 tiles][16 rows][lanes], without biases. No h: zeros.
  static PIPELINE_INLINE void forward_products(const Layer& layer, long first_tile, const float* x, const float* h, float* out) {
    const long of_tile = (layer.x_blocks + layer.h_blocks) * tile_floats;
    const float* weights = layer.forward_weights + first_tile * of_tile;
    fence();
    zero_sums();
    for (long block = 0; block < layer.x_blocks; ++block)
      add_products(weights + block * tile_floats, of_tile, x + block * tile_lines * lanes);
    weights += layer.x_blocks * tile_floats;
    for (long block = 0; h && block < layer.h_blocks; ++block)
      add_products(weights + block * tile_floats, of_tile, h + block * tile_lines * lanes);
    store_sums(out);
  }

  /// Four parts of the gradients of 16 units, to be added: out [4][16 units][lanes].
  static PIPELINE_INLINE void backward_products(const Layer& layer, long block, const float* lines, float* out) {
    const float* weights = layer.backward_weights + block * layer.tiles * tile_floats;
    fence();
    zero_sums();
    for (long tile = 0; tile < layer.tiles; tile += tiles_at_once) {
      const float *w = weights + tile * tile_floats, *l = lines + tile * tile_lines * lanes;
      PIPELINE_LOAD_LINES(l);
      PIPELINE_LOAD_WEIGHTS(5, w);
      _tile_dpbf16ps(0, 5, 4);
      PIPELINE_LOAD_LINES(l + tile_lines * lanes);
      PIPELINE_LOAD_WEIGHTS(6, w + tile_floats);
      _tile_dpbf16ps(1, 6, 4);
      PIPELINE_LOAD_LINES(l + 2 * tile_lines * lanes);
      PIPELINE_LOAD_WEIGHTS(7, w + 2 * tile_floats);
      _tile_dpbf16ps(2, 7, 4);
      PIPELINE_LOAD_LINES(l + 3 * tile_lines * lanes);
      PIPELINE_LOAD_WEIGHTS(5, w + 3 * tile_floats);
      _tile_dpbf16ps(3, 5, 4);
    }
    store_sums(out);
  }

  /// Adds the products of some steps to sums [64 gate lines][16 units]: `gates` [steps][64 gate lines][8 pairs of rows] and `columns`
  /// [steps][8 pairs of rows][16 units]. `is_first`: the sums begin at zero.
  static PIPELINE_INLINE void row_products(const float* gates, long gates_stride, const float* columns, long steps, bool is_first,
                                           float* sums) {
    fence();
    if (is_first) {
      zero_sums();
    } else {
      load_sums(sums);
    }
    for (long s = 0; s < steps; ++s) add_products(gates + s * gates_stride, tile_floats, columns + s * tile_lines * lanes);
    store_sums(sums);
  }

 private:
  static PIPELINE_INLINE void zero_sums() {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  static PIPELINE_INLINE void load_sums(const float* from) {
    _tile_loadd(0, from, 64);
    _tile_loadd(1, from + 1 * tile_rows * lanes, 64);
    _tile_loadd(2, from + 2 * tile_rows * lanes, 64);
    _tile_loadd(3, from + 3 * tile_rows * lanes, 64);
  }
  static PIPELINE_INLINE void store_sums(float* out) {
    _tile_stored(0, out, 64);
    _tile_stored(1, out + 1 * tile_rows * lanes, 64);
    _tile_stored(2, out + 2 * tile_rows * lanes, 64);
    _tile_stored(3, out + 3 * tile_rows * lanes, 64);
    fence();
  }
  /// Adds the products of four tiles of weights, `stride` floats apart, and one tile of lines.
  static PIPELINE_INLINE void add_products(const float* weights, long stride, const float* lines) {
    PIPELINE_LOAD_LINES(lines);
    PIPELINE_LOAD_WEIGHTS(5, weights);
    _tile_dpbf16ps(0, 5, 4);
    PIPELINE_LOAD_WEIGHTS(6, weights + stride);
    _tile_dpbf16ps(1, 6, 4);
    PIPELINE_LOAD_WEIGHTS(7, weights + 2 * stride);
    _tile_dpbf16ps(2, 7, 4);
    PIPELINE_LOAD_WEIGHTS(5, weights + 3 * stride);
    _tile_dpbf16ps(3, 5, 4);
  }
};

}  // namespace
}  // namespace pipeline::recurrent

#endif
