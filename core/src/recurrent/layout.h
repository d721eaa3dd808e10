#pragma once

/// How a stack of recurrent layers lies in memory for the kernels. Plain data: the files of every instruction set include this header, so
/// it has no functions, which the linker might keep in the variant of the wrong set. README.md explains the layout.
namespace pipeline::recurrent {

/// Rows of a batch that are computed side by side, one in each lane of a vector.
inline constexpr long lanes = 16;
/// Units that share a tile of packed weights, and the lines that a unit's gates take: i, f, g, o of an LSTM; r, z, and n's parts from the
/// input and from the state of a GRU.
inline constexpr long tile_units = 4, unit_lines = 4;
/// Weights of a tile for one line of the input: one for each of its gate lines.
inline constexpr long tile_rows = tile_units * unit_lines;

enum class Cell { lstm, gru };

/// One direction of one layer. "Units" counts units in storage, where each segment of the input is padded to a multiple of tile_units.
/// A line is 64 bytes: one unit of all lanes as float, or a pair of units as bfloat16.
struct Layer {
  long segments = 1;                  ///< parts of the input: 2 above a layer with two directions
  long input = 0;                     ///< units of a segment
  long input_padded = 0;              ///< the same in storage
  long hidden = 0;                    ///< H
  long hidden_padded = 0;             ///< the same in storage
  long x_lines = 0, h_lines = 0;      ///< lines of the input and of the state in a product
  long tiles = 0;                     ///< of 4 units
  long x_blocks = 0, h_blocks = 0;    ///< groups of 16 units of the input and of the state
  long gate_lines = 0;                ///< lines of the gates' gradients in a product
  float* forward_weights = nullptr;   ///< [tiles][parts][x_lines + h_lines][rows of the part]
  float* backward_weights = nullptr;  ///< [x_blocks + h_blocks][parts][gate_lines][units of the part]
  float* bias = nullptr;              ///< [4 hidden_padded]
};

/// Floats of a group of 16 units of a single row: one line's weights for it, or its sums.
inline constexpr long group_floats = unit_lines * lanes;

/// Layer where rows are computed one by one: lanes are units. A line is one value of the row, as float, or a pair of values as bfloat16.
struct RowLayer {
  long segments = 1, input = 0, hidden = 0;  ///< as in Layer
  long segment_lines = 0;                    ///< from one segment of the input to the next
  long x_lines = 0, h_lines = 0;             ///< of the input and of the state in a product
  long groups = 0;                           ///< of 16 units
  float* weights = nullptr;                  ///< [groups][x_lines + h_lines][unit_lines][16]
  float* bias = nullptr;                     ///< [groups][unit_lines][16]
};

/// Parameters or their gradients as torch.nn.LSTM and torch.nn.GRU keep them.
struct Parameters {
  float *w_ih, *w_hh;  ///< [G H, segments x input], [G H, H]; G: 4 or 3
  float *b_ih, *b_hh;  ///< [G H]; nullptr: there are none
};

/// One direction of one layer over one block of rows. Strides count floats from one step to the next.
struct ForwardRun {
  long first = 0, step = 1, count = 0;  ///< the steps of the window in the order of the recurrence
  const float* x = nullptr;             ///< lines of the input
  long x_stride = 0;
  float* y = nullptr;  ///< lines of the output, from this direction's first
  long y_stride = 0;
  float* state = nullptr;  ///< [hidden_padded][lanes] c of an LSTM, h of a GRU; in a training [steps] of them
  float* gates = nullptr;  ///< [steps][4 hidden_padded][lanes]; nullptr: no training
  float* out = nullptr;    ///< the output in full precision, [units][lanes] a step; nullptr: not asked for
  long out_stride = 0;
  long out_from = 0;  ///< the first step of the window that is written to `out`
};

/// One direction of one layer over one row.
struct RowRun {
  long first = 0, step = 1, count = 0;  ///< as in ForwardRun
  const float* x = nullptr;             ///< lines of the input
  long x_stride = 0;
  float* y = nullptr;  ///< lines of the output, from this direction's first; nullptr: no layer reads them
  long y_stride = 0;
  float* out = nullptr;  ///< the output in full precision, [hidden] a step, of any alignment; nullptr: not asked for
  long out_stride = 0;
  long out_from = 0;  ///< the first step of the window that is written to `out`
  // Scratch:
  float* state = nullptr;  ///< [groups][16]
  float* h = nullptr;      ///< [2][groups][16] the outputs of two steps by turns, where there is no y
  float* sums = nullptr;   ///< [chunk][groups][unit_lines][16]
};

struct BackwardRun {
  long first = 0, step = 1, count = 0;  ///< as in the forward pass; the steps are gone through from the last to the first
  const float* x = nullptr;
  long x_stride = 0;
  const float* y = nullptr;
  long y_stride = 0;
  const float* state = nullptr;
  const float* gates = nullptr;
  const float* dy = nullptr;  ///< gradient of the output, [units][lanes] a step, from this direction's first unit
  long dy_stride = 0;
  long dy_from = 0;     ///< earlier steps of the window have none
  float* dx = nullptr;  ///< gradient of the input, [16 x_blocks][lanes] a step; nullptr: not asked for
  long dx_stride = 0;
  bool dx_adds = false;  ///< to what the other direction left there
  float* dw = nullptr;   ///< [x_blocks + h_blocks][4 hidden_padded][16] out: gradient of the weights, sum over this block's rows
  float* db = nullptr;   ///< [4 hidden_padded][lanes] out: of the biases
  // Scratch:
  float* carry = nullptr;    ///< [hidden_padded][lanes] the state's gradient that passes a step unchanged by the weights
  float* dh = nullptr;       ///< [16 h_blocks][lanes] the gradient of the state through the weights
  float* dgates = nullptr;   ///< [chunk][4 hidden_padded][lanes] gradients of the gates: float, or bfloat16 in half of the room
  float* dlines = nullptr;   ///< [gate_lines][lanes] the same of one step as lines of a product
  float* columns = nullptr;  ///< [x_blocks + h_blocks][chunk][lanes][16] the inputs of some steps, turned so that lanes are units
};

/// Steps whose weight gradients are computed together, or whose inputs if there is a single row.
inline constexpr long chunk = 6;

}  // namespace pipeline::recurrent
