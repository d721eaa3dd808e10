#include "train/batch.h"

#include <initializer_list>
#include <iterator>
#include <utility>

namespace pipeline {

namespace {

/// The parts of a batch, with memory for those that are gathered.
class Parts {
 public:
  Parts(const WindowSource& source, std::int64_t rows, Inputs wanted, bool pinned)
      : shape_(source.shape()), wanted_(wanted), pinned_(pinned), has_rows_(source.has_rows()) {
    const std::int64_t window = shape_.window, horizon = shape_.horizon, targets = std::ssize(shape_.target_names);
    batch.x = numbers({rows, window, std::ssize(shape_.feature_names)});
    if (shape_.has_truth) batch.y = numbers({rows, horizon, targets});
    if (shape_.has_truth && !source.fully_observed()) batch.weight = numbers({rows, horizon, targets});
    if (has_rows_) batch.origin = integers({rows});
    if (wants(Input::target_history)) batch.target_history = numbers({rows, window, targets});
    if (wanted_.contains(Input::past_mask) && shape_.padded) batch.past_mask = numbers({rows, window});
    if (wants(Input::naive)) batch.naive = numbers({rows, targets});
    if (wants(Input::future, shape_.future_names)) batch.future = numbers({rows, horizon, std::ssize(shape_.future_names)});
    if (wants(Input::static_values, shape_.static_names)) batch.static_values = numbers({rows, std::ssize(shape_.static_names)});
    if (wants(Input::past_codes, shape_.past_words)) batch.past_codes = integers({rows, window, std::ssize(shape_.past_words)});
    if (wants(Input::future_codes, shape_.future_words)) batch.future_codes = integers({rows, horizon, std::ssize(shape_.future_words)});
    if (wants(Input::static_codes, shape_.static_words)) batch.static_codes = integers({rows, std::ssize(shape_.static_words)});
    if (wants(Input::series)) batch.series = integers({rows});
    if (wants(Input::time_index)) batch.time_index = integers({rows});
  }

  [[nodiscard]] WindowBuffers buffers() {
    return {.x = data<float>(batch.x),
            .history = data<float>(batch.target_history),
            .y = data<float>(batch.y),
            .weight = data<float>(batch.weight),
            .future = data<float>(batch.future),
            .static_values = data<float>(batch.static_values),
            .past_codes = data<std::int64_t>(batch.past_codes),
            .future_codes = data<std::int64_t>(batch.future_codes),
            .static_codes = data<std::int64_t>(batch.static_codes),
            .series = data<std::int64_t>(batch.series),
            .time_index = data<std::int64_t>(batch.time_index),
            .naive = data<float>(batch.naive),
            .past_mask = data<float>(batch.past_mask)};
  }

  Batch batch;

 private:
  /// Whether a part is wanted and can be gathered: one of `columns`, or one that follows from the rows.
  [[nodiscard]] bool wants(Input part, const auto& columns) const { return wanted_.contains(part) && !columns.empty(); }
  [[nodiscard]] bool wants(Input part) const { return wanted_.contains(part) && has_rows_; }

  [[nodiscard]] torch::Tensor numbers(std::initializer_list<std::int64_t> sizes) const { return make(sizes, torch::kFloat32); }
  [[nodiscard]] torch::Tensor integers(std::initializer_list<std::int64_t> sizes) const { return make(sizes, torch::kInt64); }
  [[nodiscard]] torch::Tensor make(torch::IntArrayRef sizes, torch::ScalarType type) const {
    return torch::empty(sizes, torch::TensorOptions().dtype(type).pinned_memory(pinned_));
  }
  template <class T>
  static T* data(torch::Tensor& tensor) {
    return tensor.defined() ? tensor.mutable_data_ptr<T>() : nullptr;
  }

  const WindowSource::Shape& shape_;
  Inputs wanted_;
  bool pinned_, has_rows_;
};

}  // namespace

Batch collect_batch(const WindowSource& source, std::span<const std::int64_t> first_rows, Inputs wanted, bool pinned) {
  Parts parts(source, std::ssize(first_rows), wanted, pinned);
  const WindowBuffers out = parts.buffers();
  for (std::size_t i = 0; i < first_rows.size(); ++i) source.copy(first_rows[i], i, out);
  if (parts.batch.origin.defined()) {
    auto* origin = parts.batch.origin.mutable_data_ptr<std::int64_t>();
    for (const std::int64_t first : first_rows) *origin++ = first + source.shape().window - 1;
  }
  return std::move(parts.batch);
}

Batch collect_batch(const Windows& windows, Split split, std::span<const std::int64_t> indices, Inputs wanted, bool pinned) {
  return collect_batch(windows.source(), windows.first_rows(split, indices), wanted, pinned);
}

Batch to_device(Batch batch, torch::Device device) {
  if (device.is_cpu()) return batch;
  for (torch::Tensor* tensor :
       {&batch.x, &batch.past_codes, &batch.past_mask, &batch.target_history, &batch.future, &batch.future_codes, &batch.static_values,
        &batch.static_codes, &batch.series, &batch.time_index, &batch.naive, &batch.origin, &batch.y, &batch.weight}) {
    if (tensor->defined()) *tensor = tensor->to(device, tensor->scalar_type(), /*non_blocking=*/true);
  }
  return batch;
}

}  // namespace pipeline
