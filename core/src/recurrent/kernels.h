#pragma once

#include "recurrent/layout.h"

namespace pipeline::recurrent {

/// The kernels of one instruction set for one cell and one kind of numbers. All pointers are aligned to 64 bytes.
struct Kernels {
  /// Lays the weights of one tile out for the products of both passes.
  void (*pack)(const Layer& layer, const Parameters& parameters, long tile);
  /// Up to 16 rows of x [rows][steps][features] (stride between rows: row_stride floats) as lines.
  void (*load_input)(const Layer& layer, const float* x, long row_stride, long rows, long steps, float* lines, long stride);
  void (*forward)(const Layer& layer, const ForwardRun& run);
  /// Multiplies lines by a mask [units][lanes], for dropout between layers.
  void (*drop)(const float* lines, const float* mask, long units, float* out);
  void (*backward)(const Layer& layer, const BackwardRun& run);
  /// The gradients of one tile's parameters: the sum over blocks in their order.
  void (*add_up)(const Layer& layer, const float* const* dw, const float* const* db, long blocks, const Parameters& gradients, long tile);
  /// Lays the weights of sixteen units out for single rows.
  void (*pack_row)(const RowLayer& layer, const Parameters& parameters, long group);
  /// One row of x [steps][features] as lines of bfloat16, `stride` floats apart; nullptr: the floats themselves are the lines.
  void (*load_row)(const RowLayer& layer, const float* x, long steps, float* lines, long stride);
  /// forward() for a single row.
  void (*forward_row)(const RowLayer& layer, const RowRun& run);
};

/// Turns [units][lanes] into rows: `rows` rows of `units` floats, `row_stride` apart; and back, with zeros in lanes without a row.
struct Turns {
  void (*to_rows)(const float* lines, long units, long rows, float* out, long row_stride);
  void (*from_rows)(const float* in, long row_stride, long rows, long units, float* lines);
};

/// What one instruction set offers.
struct InstructionSet {
  const char* name = "";            ///< "avx512"
  Kernels lstm{}, gru{};            ///< products of floats
  Kernels lstm_bf16{}, gru_bf16{};  ///< products of bfloat16, summed as floats
  long bf16_per_line = 1;           ///< units of bfloat16 in a line
  long bf16_padding = tile_units;   ///< their number is padded to a multiple of it
  Turns turns{};
};

/// Of each instruction set that the compiler knew.
const InstructionSet& avx2();
const InstructionSet& avx512();
const InstructionSet& avx512_bf16();
const InstructionSet& amx_bf16();

/// The set that cpu_capability() names; nullptr: LibTorch computes.
[[nodiscard]] const InstructionSet* instruction_set();

}  // namespace pipeline::recurrent
