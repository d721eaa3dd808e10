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

RowLayer row_layer_of(const StackShape& shape, bool is_first, long units_per_line) {
  RowLayer out{.segments = is_first ? 1 : shape.directions(), .input = is_first ? shape.input : shape.hidden, .hidden = shape.hidden};
  out.groups = padded_to(out.hidden, lanes) / lanes;
  out.segment_lines = out.groups * lanes / units_per_line;
  out.x_lines = (out.segments - 1) * out.segment_lines + padded_to(out.input, units_per_line) / units_per_line;
  out.h_lines = padded_to(out.hidden, units_per_line) / units_per_line;
  return out;
}

/// Zeroed memory for the weights of all layers, which learn their places in it.
AlignedFloats place_weights(std::span<Layer> layers) {
  Carver carver;
  struct Places {
    long forward, backward, bias;
  };
  std::vector<Places> places;
  for (const Layer& layer : layers) {
    const long columns = (layer.x_blocks + layer.h_blocks) * lanes;
    places.push_back({.forward = carver.take(layer.tiles * (layer.x_lines + layer.h_lines) * tile_rows),
                      .backward = carver.take(columns * layer.gate_lines),
                      .bias = carver.take(unit_lines * layer.hidden_padded)});
  }
  AlignedFloats memory(carver.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    layers[i].forward_weights = memory.get() + places[i].forward;
    layers[i].backward_weights = memory.get() + places[i].backward;
    layers[i].bias = memory.get() + places[i].bias;
  }
  return memory;
}

AlignedFloats place_weights(std::span<RowLayer> layers) {
  const auto weights = [](const RowLayer& layer) { return layer.groups * (layer.x_lines + layer.h_lines) * group_floats; };
  const auto bias = [](const RowLayer& layer) { return layer.groups * group_floats; };
  long size = 0;
  for (const RowLayer& layer : layers) size += weights(layer) + bias(layer);
  AlignedFloats memory(size);
  float* place = memory.get();
  for (RowLayer& layer : layers) {
    layer.weights = place;
    layer.bias = place + weights(layer);
    place = layer.bias + bias(layer);
  }
  return memory;
}

const Kernels& kernels_of(const StackShape& shape, const InstructionSet& set) {
  if (shape.cell == Cell::lstm) return shape.bf16 ? set.lstm_bf16 : set.lstm;
  return shape.bf16 ? set.gru_bf16 : set.gru;
}

}  // namespace

Stack::Stack(const StackShape& shape, const InstructionSet& set) : shape_(shape), set_(set), kernels_(kernels_of(shape, set)) {
  for (long l = 0; l < shape.layers; ++l) {
    for (long d = 0; d < shape.directions(); ++d) {
      layers_.push_back(layer_of(shape, l == 0, units_per_line(), shape.bf16 ? set.bf16_padding : tile_units));
      row_layers_.push_back(row_layer_of(shape, l == 0, units_per_line()));
    }
  }
  packed_ = place_weights(layers_);
  packed_rows_ = place_weights(row_layers_);
}

Stack::~Stack() = default;

long Stack::units_per_line() const { return shape_.bf16 ? set_.bf16_per_line : 1; }

long Stack::tiles_at_once() const {
  constexpr long floats = 131072;  // fewer take less time than a second thread needs to come
  return std::max(1L, floats / (tile_rows * lanes * (layers_.back().x_blocks + layers_.back().h_blocks)));
}

void Stack::pack(std::span<const Parameters> parameters, Use use) {
  const auto each = [&](const auto& layers, long parts, long at_once, const auto& pack_part) {
    at::parallel_for(0, static_cast<long>(layers.size()) * parts, at_once, [&](long from, long to) {
      for (long i = from; i < to; ++i) {
        const auto layer = static_cast<std::size_t>(i / parts);
        pack_part(layers[layer], parameters[layer], i % parts);
      }
    });
  };
  each(layers_, layers_.front().tiles, tiles_at_once(), kernels_.pack);
  if (use == Use::inference)
    each(row_layers_, row_layers_.front().groups, std::max(1L, tiles_at_once() * tile_units / lanes), kernels_.pack_row);
}

}  // namespace pipeline::recurrent
