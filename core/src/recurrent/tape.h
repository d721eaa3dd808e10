#pragma once

#include <utility>
#include <vector>

#include "recurrent/aligned_floats.h"
#include "recurrent/stack.h"

namespace pipeline::recurrent {

/// What a training keeps, and the sizes that follow from it.
struct TapeShape {
  long rows = 0, steps = 0;
  bool last_only = false, dropout = false;

  [[nodiscard]] long blocks() const { return (rows + lanes - 1) / lanes; }
  friend bool operator==(const TapeShape&, const TapeShape&) = default;
};

/// Places of one block's arrays, counted in floats from the block's first. Layers count forwards, then backwards.
struct TapeLayout {
  struct OfLayer {
    long y = 0, dropped = 0, mask = 0;  ///< lines of all directions; dropped and mask: with dropout
    long y_stride = 0, mask_stride = 0;
  };
  struct OfDirection {
    long gates = 0, state = 0, dw = 0, db = 0;
  };
  long input = 0, input_stride = 0;
  bool drops = false;
  std::vector<OfLayer> of_layers;
  std::vector<OfDirection> of_directions;
  long output = 0, output_stride = 0;           ///< full precision, [steps or 1][units][lanes]
  long gradients[2] = {}, gradient_stride = 0;  ///< of a layer's output and input, [steps][units][lanes]
  long carry = 0, dh = 0, dgates = 0, dlines = 0, columns = 0;
  long size = 0;

  /// The lines that layer l reads, and floats from one step to the next.
  [[nodiscard]] long x_of(long l) const;
  [[nodiscard]] long x_stride_of(long l) const { return l == 0 ? input_stride : of_layers[static_cast<std::size_t>(l - 1)].y_stride; }

  TapeLayout(const StackShape& stack, const std::vector<Layer>& all, const TapeShape& shape, long units_per_line);
};

class Tape {
 public:
  Tape(const TapeShape& shape, TapeLayout layout) : shape_(shape), layout_(std::move(layout)), memory_(layout_.size * shape.blocks()) {}

  [[nodiscard]] const TapeShape& shape() const { return shape_; }
  [[nodiscard]] const TapeLayout& layout() const { return layout_; }
  [[nodiscard]] float* block(long b) const { return memory_.get() + b * layout_.size; }

 private:
  TapeShape shape_;
  TapeLayout layout_;
  AlignedFloats memory_;
};

}  // namespace pipeline::recurrent
