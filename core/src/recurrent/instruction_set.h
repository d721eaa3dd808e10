#pragma once

#include "recurrent/backward.h"
#include "recurrent/cells.h"
#include "recurrent/forward.h"
#include "recurrent/kernels.h"
#include "recurrent/one_row.h"
#include "recurrent/pack.h"
#include "recurrent/turns.h"

/// The table of kernels for the instruction set that the file is compiled for.
namespace pipeline::recurrent {
namespace {

template <class Cell, class Numbers>
constexpr Kernels kernels{.pack = pack<Cell, Numbers>,
                          .load_input = load_input<Numbers>,
                          .load_row = load_row<Numbers>,
                          .forward = forward<Cell, Numbers>,
                          .drop = drop<Numbers>,
                          .backward = backward<Cell, Numbers>,
                          .add_up = add_up<Cell>,
                          .forward_row = forward_row<Cell, Numbers>};

template <class Bf16>
constexpr InstructionSet instruction_set_of(const char* name) {
  return {.name = name,
          .lstm = kernels<Lstm, Floats>,
          .gru = kernels<Gru, Floats>,
          .lstm_bf16 = kernels<Lstm, Bf16>,
          .gru_bf16 = kernels<Gru, Bf16>,
          .pairs = Bf16::units_per_line == 2,
          .turns = {.to_rows = to_rows, .from_rows = from_rows}};
}

}  // namespace
}  // namespace pipeline::recurrent
