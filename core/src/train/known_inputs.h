#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <torch/nn/module.h>
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>

#include "pipeline/torch/batch.h"
#include "pipeline/torch/model.h"

namespace pipeline {

/// The parts among `wanted` for which the shape names columns.
[[nodiscard]] Inputs present(const ModelShape& shape, Inputs wanted);

/// Learned vectors for the words of some columns, side by side. An unknown word, code 0, is a vector of zeros that is not learned: the mean
/// of the vectors that the known words begin with.
class WordVectors : public torch::nn::Module {
 public:
  /// `counts`: the number of codes of each column.
  explicit WordVectors(const std::vector<std::int64_t>& counts);
  /// codes [..., columns] to [..., width()]
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& codes) const;
  [[nodiscard]] std::int64_t width() const { return width_; }

 private:
  std::vector<torch::nn::Embedding> columns_;
  std::int64_t width_ = 0;
};

/// What inputs that are known for the horizon say of each step of a forecast: a hidden layer, the same for all steps, over a few values of
/// context that the window's features give each step, the step's known columns, and the series' fixed ones.
class KnownInputsDecoder : public torch::nn::Module {
 public:
  /// `width`: of the features; `values`: outputs of a step. At least one part in `read` is present in the shape.
  KnownInputsDecoder(std::int64_t width, std::int64_t values, const ModelShape& shape, Inputs read);
  /// features [B, width] to [B, H, values]
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& features, const Batch& batch) const;
  [[nodiscard]] Inputs inputs() const { return read_; }

 private:
  std::int64_t horizon_;
  Inputs read_;
  std::shared_ptr<WordVectors> future_words_, static_words_;
  torch::nn::Linear context_{nullptr}, hidden_{nullptr}, output_{nullptr};
};

}  // namespace pipeline
