#pragma once

#include <memory>
#include <span>

#include <torch/nn/modules/rnn.h>
#include <torch/types.h>

#include "pipeline/export.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// Runs a torch::nn::LSTM or torch::nn::GRU (batch_first, initial state zero) with the program's own kernels, which are faster than
/// LibTorch's. Parameters, their names, initial weights and checkpoints stay the module's. Results differ from LibTorch's by rounding
/// only; with dropout the same values are dropped. Under torch's autocast to bfloat16 on the CPU, weights, inputs and states are rounded to
/// bfloat16 in products; sums, gates, an LSTM's c, and the output stay float.
///
/// Inference takes changed weights over where torch counted the change. A fit counts every step of its optimizer. A loop of one's own
/// around at::_fused_adam_, which does not count, calls torch::autograd::impl::bump_version for each weight.
///
/// Kernels serve float tensors on CPUs with AVX2 and modules without proj_size. All else runs in LibTorch. Gradients of gradients are
/// refused (Error).
class PIPELINE_EXPORT FastRecurrent {
 public:
  explicit FastRecurrent(torch::nn::LSTM module);
  explicit FastRecurrent(torch::nn::GRU module);
  ~FastRecurrent();
  FastRecurrent(const FastRecurrent&) = delete;
  FastRecurrent& operator=(const FastRecurrent&) = delete;

  /// x [B, W, F] to the outputs of every step [B, W, width]; width: hidden_size, twice with two directions, proj_size if it is not 0.
  [[nodiscard]] torch::Tensor outputs(const torch::Tensor& x);
  /// The last step's alone: [B, width].
  [[nodiscard]] torch::Tensor last_output(const torch::Tensor& x);

  /// Whether the kernels serve float tensors of this device: then the two functions below may be called.
  [[nodiscard]] bool has_direct_gradients(torch::Device device) const;
  /// last_output() in a training without autograd's graph. It keeps what direct_backward() needs.
  [[nodiscard]] torch::Tensor direct_last_output(const torch::Tensor& x);
  /// From the gradient [B, width] of the last direct_last_output() to those of the module's parameters, in their order. Writes over what
  /// lies in `gradients`, contiguous tensors of the parameters' shapes.
  void direct_backward(const torch::Tensor& of_output, std::span<torch::Tensor> gradients);

  /// The kernels that run: "amx_bf16", "avx512_bf16", "avx512" or "avx2"; "LibTorch" if none of them fit the module or the processor.
  [[nodiscard]] const char* kernels() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pipeline
