#include "train/known_inputs.h"

#include <algorithm>
#include <memory>

#include <ATen/ops/cat.h>
#include <ATen/ops/relu.h>

namespace pipeline {

namespace {

/// Values of context for each target at each step, and the width of the decoder's hidden layer
/// (docs/decisions/0020-known-inputs-in-models.md).
constexpr std::int64_t context_of_target = 4, hidden_size = 64;

/// The usual rule for the width of a word's vector: half the number of codes, at most 50.
std::int64_t vector_width(std::int64_t codes) { return std::min<std::int64_t>(50, (codes + 1) / 2); }

/// Values of a series [B, n] for each of `steps` steps: [B, steps, n].
torch::Tensor at_each_step(const torch::Tensor& values, std::int64_t steps) {
  return values.unsqueeze(1).expand({values.size(0), steps, values.size(1)});
}

}  // namespace

Inputs present(const ModelShape& shape, Inputs wanted) {
  Inputs out{};
  const auto add = [&](Input part, const auto& columns) {
    if (!columns.empty()) out = out | Inputs{part};
  };
  add(Input::past_codes, shape.past_code_counts);
  add(Input::future, shape.future_names);
  add(Input::future_codes, shape.future_code_counts);
  add(Input::static_values, shape.static_names);
  add(Input::static_codes, shape.static_code_counts);
  return out & wanted;
}

WordVectors::WordVectors(const std::vector<std::int64_t>& counts) {
  for (const std::int64_t codes : counts) {
    columns_.push_back(register_module(std::to_string(columns_.size()),
                                       torch::nn::Embedding(torch::nn::EmbeddingOptions(codes, vector_width(codes)).padding_idx(0))));
    width_ += vector_width(codes);
  }
}

torch::Tensor WordVectors::operator()(const torch::Tensor& codes) const {
  std::vector<torch::Tensor> parts;
  for (std::size_t c = 0; c < columns_.size(); ++c)
    parts.push_back(columns_[c].ptr()->forward(codes.select(-1, static_cast<std::int64_t>(c))));
  return at::cat(parts, -1);
}

KnownInputsDecoder::KnownInputsDecoder(std::int64_t width, std::int64_t values, const ModelShape& shape, Inputs read)
    : horizon_(shape.horizon), read_(present(shape, read)) {
  const std::int64_t context = context_of_target * shape.targets;
  std::int64_t inputs = context;
  const auto add_words = [&](const char* name, const std::vector<std::int64_t>& counts) {
    auto words = register_module(name, std::make_shared<WordVectors>(counts));
    inputs += words->width();
    return words;
  };
  if (read_.contains(Input::future)) inputs += std::ssize(shape.future_names);
  if (read_.contains(Input::static_values)) inputs += std::ssize(shape.static_names);
  if (read_.contains(Input::future_codes)) future_words_ = add_words("future_words", shape.future_code_counts);
  if (read_.contains(Input::static_codes)) static_words_ = add_words("static_words", shape.static_code_counts);
  context_ = register_module("context", torch::nn::Linear(width, horizon_ * context));
  hidden_ = register_module("hidden", torch::nn::Linear(inputs, hidden_size));
  output_ = register_module("output", torch::nn::Linear(hidden_size, values));
}

torch::Tensor KnownInputsDecoder::operator()(const torch::Tensor& features, const Batch& batch) const {
  std::vector<torch::Tensor> parts{context_.ptr()->forward(features).view({features.size(0), horizon_, -1})};
  if (read_.contains(Input::future)) parts.push_back(batch.future);
  if (read_.contains(Input::future_codes)) parts.push_back((*future_words_)(batch.future_codes));
  if (read_.contains(Input::static_values)) parts.push_back(at_each_step(batch.static_values, horizon_));
  if (read_.contains(Input::static_codes)) parts.push_back(at_each_step((*static_words_)(batch.static_codes), horizon_));
  return output_.ptr()->forward(at::relu(hidden_.ptr()->forward(at::cat(parts, 2))));
}

PastColumns::PastColumns(torch::nn::Module& owner, const std::string& name, const ModelShape& shape)
    : inputs_{Input::past}, width_(shape.features) {
  if (shape.past_code_counts.empty()) return;
  const auto words = owner.register_module(name, std::make_shared<WordVectors>(shape.past_code_counts));
  inputs_ = inputs_ | Inputs{Input::past_codes};
  width_ += words->width();
  words_ = words;
}

torch::Tensor PastColumns::operator()(const Batch& batch) const {
  if (!words_) return batch.x;
  return at::cat({batch.x, static_cast<const WordVectors&>(*words_)(batch.past_codes)}, 2);
}

}  // namespace pipeline
