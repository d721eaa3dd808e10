#pragma once

#include "recurrent/numbers.h"

/// Weights and their gradients between torch's layout and that of the products.
namespace pipeline::recurrent {
namespace {

/// Sixteen columns of a row of w_ih as the input lies in storage, where padding follows each of its segments, at most two. No row: zeros.
PIPELINE_INLINE Vec input_columns(const Layer& layer, const float* row, long first) {
  if (!row) return zero();
  const long segment = first < layer.input_padded ? 0 : 1, unit = first - segment * layer.input_padded, left = layer.input_padded - unit;
  if (segment + 1 == layer.segments || left >= lanes) return load_some(row + segment * layer.input + unit, layer.input - unit);
  alignas(64) float columns[lanes];
  for (long i = 0; i < lanes; ++i) {
    const long at = i < left ? unit + i : i - left;
    columns[i] = at < layer.input ? row[(i < left ? 0 : layer.input) + at] : 0;
  }
  return load(columns);
}

/// The same of w_hh.
PIPELINE_INLINE Vec state_columns(const Layer& layer, const float* row, long first) {
  return row ? load_some(row + first, layer.hidden - first) : zero();
}

/// The rows of w_ih and w_hh that a tile's gate lines have; nullptr: none.
struct TileRows {
  const float *of_input[tile_rows], *of_state[tile_rows];
};

template <class Cell>
PIPELINE_INLINE TileRows rows_of(const Layer& layer, const Parameters& from, long tile) {
  TileRows out;
  for (long r = 0; r < tile_rows; ++r) {
    const long unit = tile * tile_units + r / unit_lines, line = r % unit_lines;
    const long x_row = Cell::x_row[line], h_row = Cell::h_row[line];
    const bool is_padding = unit >= layer.hidden;
    out.of_input[r] = is_padding || x_row < 0 ? nullptr : from.w_ih + (x_row * layer.hidden + unit) * layer.segments * layer.input;
    out.of_state[r] = is_padding || h_row < 0 ? nullptr : from.w_hh + (h_row * layer.hidden + unit) * layer.hidden;
  }
  return out;
}

template <class Cell>
void pack_bias(const Layer& layer, const Parameters& from, long tile) {
  for (long r = 0; r < tile_rows; ++r) {
    const long unit = tile * tile_units + r / unit_lines, line = r % unit_lines;
    float value = 0;
    if (unit < layer.hidden && from.b_ih) {
      if (Cell::x_row[line] >= 0) value += from.b_ih[Cell::x_row[line] * layer.hidden + unit];
      if (Cell::h_row[line] >= 0) value += from.b_hh[Cell::h_row[line] * layer.hidden + unit];
    }
    layer.bias[tile * tile_rows + r] = value;
  }
}

/// A tile of weights: sixteen rows of eight pairs.
template <class Numbers>
PIPELINE_INLINE void store_halves(float* out, const Vec (&rows)[16]) {
  for (long r = 0; r < lanes; ++r) Numbers::store_half(out + r * 8, rows[r]);
}

template <class Cell, class Numbers>
void pack(const Layer& layer, const Parameters& from, long tile) {
  const TileRows rows = rows_of<Cell>(layer, from, tile);
  const long unit_count[2] = {layer.x_lines * Numbers::units_per_line, layer.h_lines * Numbers::units_per_line};
  for (long block = 0; block < layer.x_blocks + layer.h_blocks; ++block) {
    const bool is_x = block < layer.x_blocks;
    const long first = (is_x ? block : block - layer.x_blocks) * lanes;  // unit of the input or of the state
    Vec by_row[16], by_unit[16];
    for (long r = 0; r < tile_rows; ++r)
      by_row[r] = is_x ? input_columns(layer, rows.of_input[r], first) : state_columns(layer, rows.of_state[r], first);
    transpose(by_row, by_unit);
    if constexpr (Numbers::in_tiles) {
      store_halves<Numbers>(layer.forward_weights + (tile * (layer.x_blocks + layer.h_blocks) + block) * lanes * 8, by_row);
      store_halves<Numbers>(layer.backward_weights + (block * layer.tiles + tile) * lanes * 8, by_unit);
      continue;
    }
    store_weights<Numbers>(layer.backward_weights + block * layer.gate_lines * lanes, layer.gate_lines,
                           tile * tile_rows / Numbers::units_per_line, by_row, tile_rows);
    const long left = unit_count[is_x ? 0 : 1] - first, lines = layer.x_lines + layer.h_lines;
    store_weights<Numbers>(layer.forward_weights + tile * lines * tile_rows, lines,
                           (is_x ? 0 : layer.x_lines) + first / Numbers::units_per_line, by_unit, left < lanes ? left : lanes);
  }
  pack_bias<Cell>(layer, from, tile);
}

/// Sixteen units' weights for `count` values of a single row, from those of the first unit; `from`: nullptr for a gate line without
/// weights.
template <class Numbers>
PIPELINE_INLINE void pack_row_columns(const float* from, long row_stride, long units, long count, float* out) {
  for (long first = 0; first < count; first += lanes) {
    Vec by_unit[16], by_value[16];
    for (long u = 0; u < lanes; ++u) by_unit[u] = from && u < units ? load_some(from + u * row_stride + first, count - first) : zero();
    transpose(by_unit, by_value);
    const long left = count - first < lanes ? count - first : lanes;
    for (long k = 0; k < left; k += Numbers::units_per_line) {
      float* line = out + (first + k) / Numbers::units_per_line * group_floats;
      if constexpr (Numbers::units_per_line == 1) {
        store(line, Numbers::rounded(by_value[k]));
      } else {
        store(line, Numbers::pair(by_value[k], by_value[k + 1]));
      }
    }
  }
}

template <class Cell, class Numbers>
void pack_row(const RowLayer& layer, const Parameters& from, long group) {
  const long inputs = layer.segments * layer.input, first = group * lanes, units = layer.hidden - first;
  float* weights = layer.weights + group * (layer.x_lines + layer.h_lines) * group_floats;
  for (long line = 0; line < unit_lines; ++line) {
    const long x_row = Cell::x_row[line] * layer.hidden + first, h_row = Cell::h_row[line] * layer.hidden + first;
    const bool has_x = Cell::x_row[line] >= 0, has_h = Cell::h_row[line] >= 0;
    float* out = weights + line * lanes;
    for (long s = 0; s < layer.segments; ++s)
      pack_row_columns<Numbers>(has_x ? from.w_ih + x_row * inputs + s * layer.input : nullptr, inputs, units, layer.input,
                                out + s * layer.segment_lines * group_floats);
    pack_row_columns<Numbers>(has_h ? from.w_hh + h_row * layer.hidden : nullptr, layer.hidden, units, layer.hidden,
                              out + layer.x_lines * group_floats);
    Vec bias = zero();
    if (from.b_ih && has_x) bias = add(bias, load_some(from.b_ih + x_row, units));
    if (from.b_ih && has_h) bias = add(bias, load_some(from.b_hh + h_row, units));
    store(layer.bias + group * group_floats + line * lanes, bias);
  }
}

/// Adds the gradients of one gate line over the blocks and writes the columns of the input or of the state into a row of torch's layout.
inline void add_up_row(const float* const* dw, long blocks, long at, long next_block, long first_column, long count, float* out) {
  // first_column: in storage, within the panel of 16-column blocks.
  long column = first_column;
  while (count > 0) {
    const long inside = column % lanes, here = lanes - inside < count ? lanes - inside : count;
    Vec total = zero();
    for (long b = 0; b < blocks; ++b) {
      const float* line = dw[b] + at + column / lanes * next_block;
      __builtin_prefetch(line + 4 * lanes);  // of a later row: too many streams for the processor to see
      total = add(total, load(line));
    }
    if (inside == 0) {
      store_some(out, here, total);
    } else {
      alignas(64) float values[lanes];
      store(values, total);
      for (long i = 0; i < here; ++i) out[i] = values[inside + i];
    }
    out += here;
    column += here;
    count -= here;
  }
}

template <class Cell>
void add_up(const Layer& layer, const float* const* dw, const float* const* db, long blocks, const Parameters& to, long tile) {
  const long inputs = layer.segments * layer.input, next_block = 4 * layer.hidden_padded * lanes;
  for (long r = 0; r < tile_rows; ++r) {
    const long unit = tile * tile_units + r / unit_lines, line = r % unit_lines, at = (tile * tile_rows + r) * lanes;
    if (unit >= layer.hidden) continue;
    float bias = 0;
    for (long b = 0; b < blocks; ++b) bias += sum(load(db[b] + at));
    if (Cell::x_row[line] >= 0) {
      const long row = Cell::x_row[line] * layer.hidden + unit;
      for (long s = 0; s < layer.segments; ++s)
        add_up_row(dw, blocks, at, next_block, s * layer.input_padded, layer.input, to.w_ih + row * inputs + s * layer.input);
      if (to.b_ih) to.b_ih[row] = bias;
    }
    if (Cell::h_row[line] >= 0) {
      const long row = Cell::h_row[line] * layer.hidden + unit;
      add_up_row(dw, blocks, at, next_block, layer.x_blocks * lanes, layer.hidden, to.w_hh + row * layer.hidden);
      if (to.b_hh) to.b_hh[row] = bias;
    }
  }
}

}  // namespace
}  // namespace pipeline::recurrent
