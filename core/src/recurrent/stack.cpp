#include "recurrent/stack.h"

#include <algorithm>

#include <ATen/Parallel.h>

#include "recurrent/tape.h"

namespace pipeline::recurrent {

namespace {

long padded_to(long count, long multiple) { return (count + multiple - 1) / multiple * multiple; }

Layer layer_of(const StackShape& shape, bool is_first, long units_per_line, long padding) {
  Layer out{.segments = is_first ? 1 : shape.directions(), .input = is_first ? shape.input : shape.hidden, .hidden = shape.hidden};
  out.input_padded = padded_to(out.input, padding);
  out.hidden_padded = padded_to(out.hidden, padding);
  const long x_units = out.segments * out.input_padded;
  out.x_lines = x_units / units_per_line;
  out.h_lines = out.hidden_padded / units_per_line;
  out.tiles = out.hidden_padded / tile_units;
  out.x_blocks = padded_to(x_units, lanes) / lanes;
  out.h_blocks = padded_to(out.hidden_padded, lanes) / lanes;
  out.gate_lines = unit_lines * out.hidden_padded / units_per_line;
  return out;
}

struct LayerPlaces {
  long forward, backward, bias, rows;
};

LayerPlaces take_layer(const Layer& layer, Carver& carver) {
  const long columns = (layer.x_blocks + layer.h_blocks) * lanes;
  return {.forward = carver.take(layer.tiles * (layer.x_lines + layer.h_lines) * tile_rows),
          .backward = carver.take(columns * layer.gate_lines),
          .bias = carver.take(unit_lines * layer.hidden_padded),
          .rows = carver.take(layer.tiles * tile_rows * columns)};
}

const Kernels& kernels_of(const StackShape& shape, const InstructionSet& set) {
  if (shape.cell == Cell::lstm) return shape.bf16 ? set.lstm_bf16 : set.lstm;
  return shape.bf16 ? set.gru_bf16 : set.gru;
}

}  // namespace

Stack::Stack(const StackShape& shape, const InstructionSet& set) : shape_(shape), set_(set), kernels_(kernels_of(shape, set)) {
  Carver carver;
  std::vector<LayerPlaces> places;
  for (long l = 0; l < shape.layers; ++l) {
    for (long d = 0; d < shape.directions(); ++d) {
      layers_.push_back(layer_of(shape, l == 0, units_per_line(), shape.bf16 ? set.bf16_padding : tile_units));
      places.push_back(take_layer(layers_.back(), carver));
    }
  }
  packed_ = AlignedFloats(carver.size());
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    layers_[i].forward_weights = packed_.get() + places[i].forward;
    layers_[i].backward_weights = packed_.get() + places[i].backward;
    layers_[i].bias = packed_.get() + places[i].bias;
    layers_[i].rows = packed_.get() + places[i].rows;
  }
}

Stack::~Stack() = default;

long Stack::units_per_line() const { return shape_.bf16 ? set_.bf16_per_line : 1; }

long Stack::tiles_at_once() const {
  constexpr long floats = 131072;  // fewer take less time than a second thread needs to come
  return std::max(1L, floats / (tile_rows * lanes * (layers_.back().x_blocks + layers_.back().h_blocks)));
}

void Stack::pack(std::span<const Parameters> parameters) {
  const long tiles = layers_.front().tiles;
  at::parallel_for(0, static_cast<long>(layers_.size()) * tiles, tiles_at_once(), [&](long from, long to) {
    for (long i = from; i < to; ++i) {
      const auto layer = static_cast<std::size_t>(i / tiles);
      kernels_.pack(layers_[layer], parameters[layer], i % tiles);
    }
  });
}

}  // namespace pipeline::recurrent
