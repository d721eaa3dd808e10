#pragma once

#include "recurrent/backward.h"
#include "recurrent/cells.h"
#include "recurrent/forward.h"
#include "recurrent/kernels.h"
#include "recurrent/one_row.h"
#include "recurrent/pack.h"
#include "recurrent/tiles.h"
#include "recurrent/turns.h"

/// The table of kernels for the instruction set that the file is compiled for.
namespace pipeline::recurrent {
namespace {

template <class Cell, class Numbers>
constexpr Kernels kernels{.pack = pack<Cell, Numbers>,
                          .load_input = load_input<Numbers>,
                          .forward = forward<Cell, Numbers>,
                          .drop = drop<Numbers>,
                          .backward = backward<Cell, Numbers>,
                          .add_up = add_up<Cell>,
                          .pack_row = pack_row<Cell, Numbers>,
                          .load_row = Numbers::is_exact ? nullptr : load_row<Numbers>,
                          .forward_row = forward_row<Cell, Numbers>};

/// `Bf16`: floats that are rounded.
template <class Bf16>
constexpr InstructionSet instruction_set_of(const char* name) {
  return {.name = name,
          .lstm = kernels<Lstm, Floats>,
          .gru = kernels<Gru, Floats>,
          .lstm_bf16 = kernels<Lstm, Bf16>,
          .gru_bf16 = kernels<Gru, Bf16>,
          .turns = {.to_rows = to_rows, .from_rows = from_rows}};
}

/// A set that adds products of bfloat16 to another.
template <class Bf16>
InstructionSet with_bf16(InstructionSet set, const char* name) {
  set.name = name;
  set.lstm_bf16 = kernels<Lstm, Bf16>;
  set.gru_bf16 = kernels<Gru, Bf16>;
  set.bf16_per_line = Bf16::units_per_line;
  set.bf16_padding = Bf16::in_tiles ? lanes : tile_units;
  return set;
}

}  // namespace
}  // namespace pipeline::recurrent
