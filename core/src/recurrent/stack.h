#pragma once

#include <memory>
#include <span>
#include <vector>

#include "recurrent/aligned_floats.h"
#include "recurrent/kernels.h"

namespace pipeline::recurrent {

struct StackShape {
  Cell cell = Cell::lstm;
  long input = 0, hidden = 0, layers = 1;
  bool bidirectional = false;
  bool bf16 = false;  ///< products of bfloat16

  [[nodiscard]] long directions() const { return bidirectional ? 2 : 1; }
  [[nodiscard]] long width() const { return hidden * directions(); }  ///< of one step's output
};

/// Rows of a batch. Values of one step lie side by side.
struct Rows {
  const float* data = nullptr;
  long rows = 0, steps = 0;
  long row_stride = 0, step_stride = 0;  ///< in floats; of inputs, step_stride is the number of features
};

struct OutputRows {
  float* data = nullptr;
  long row_stride = 0, step_stride = 0;
  bool last_only = false;  ///< only the last step's output, [rows][width]
};

/// What the forward pass of a training keeps for the backward pass (tape.h).
class Tape;
struct TapeShape;

/// Layers of LSTM or GRU on top of each other, in one or both directions, with an initial state of zero, as torch.nn.LSTM and torch.nn.GRU
/// with batch_first. Rows are computed in blocks of 16, each by one thread; sums over blocks are taken in their order. So results do not
/// depend on the number of threads.
class Stack {
 public:
  Stack(const StackShape& shape, const InstructionSet& set);
  ~Stack();
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  [[nodiscard]] const StackShape& shape() const { return shape_; }
  enum class Use { training, inference };
  /// Takes the weights over. `parameters`: of each layer, forwards then backwards, in torch's order. `use`: what follows, until the next
  /// call.
  void pack(std::span<const Parameters> parameters, Use use);
  /// Inference.
  void forward(const Rows& x, const OutputRows& y) const;
  /// The same in training. `masks` [layers - 1]: what dropout multiplies the outputs of all but the last layer by, as rows of [steps][rows]
  /// [width]; empty: no dropout.
  [[nodiscard]] std::unique_ptr<Tape> forward_training(const Rows& x, const OutputRows& y, std::span<const float* const> masks);
  /// Writes the gradients of all parameters, and of x unless dx.data is nullptr. `dy`: gradient of the output, laid out as forward_training
  /// was told. A tape serves once.
  void backward(Tape& tape, const Rows& dy, const OutputRows& dx, std::span<const Parameters> gradients) const;
  /// Keeps the tape's memory for the next step.
  void give_back(std::unique_ptr<Tape> tape);

 private:
  /// So many rows are computed one by one: a block costs as much as 8 to 16 rows alone.
  static constexpr long rows_alone = 8;

  [[nodiscard]] long units_per_line() const;
  /// Tiles whose weights one thread packs or adds up before a second one is worth its start.
  [[nodiscard]] long tiles_at_once() const;
  void forward_rows(const Rows& x, const OutputRows& y) const;
  [[nodiscard]] std::unique_ptr<Tape> tape_for(const TapeShape& shape);
  void forward_block(const Tape& tape, long block, const Rows& x, const OutputRows& y, std::span<const float* const> masks) const;
  void backward_block(const Tape& tape, long block, const Rows& dy, const OutputRows& dx) const;

  StackShape shape_;
  const InstructionSet& set_;
  const Kernels& kernels_;
  std::vector<Layer> layers_;         ///< [layers x directions]
  std::vector<RowLayer> row_layers_;  ///< the same
  AlignedFloats packed_, packed_rows_;
  std::vector<std::unique_ptr<Tape>> free_;
};

}  // namespace pipeline::recurrent
