#include "train/batch.h"

namespace pipeline {

Batch collect_batch(const WindowSource& source, std::span<const std::int64_t> first_rows, BatchParts parts) {
  const WindowSource::Shape& shape = source.shape();
  const auto rows = static_cast<std::int64_t>(first_rows.size());
  const auto features = static_cast<std::int64_t>(shape.feature_names.size()),
             targets = static_cast<std::int64_t>(shape.target_names.size());
  const auto floats = torch::TensorOptions().dtype(torch::kFloat32).pinned_memory(parts.pinned);

  Batch batch;
  batch.x = torch::empty({rows, shape.window, features}, floats);
  if (shape.has_truth) batch.y = torch::empty({rows, shape.horizon, targets}, floats);
  if (parts.history) batch.target_history = torch::empty({rows, shape.window, targets}, floats);
  if (parts.weight) batch.weight = torch::empty({rows, shape.horizon, targets}, floats);
  const auto numbers = [](torch::Tensor& tensor) { return tensor.defined() ? tensor.mutable_data_ptr<float>() : nullptr; };
  const WindowBuffers out{
      .x = numbers(batch.x), .history = numbers(batch.target_history), .y = numbers(batch.y), .weight = numbers(batch.weight)};
  for (std::size_t i = 0; i < first_rows.size(); ++i) source.copy(first_rows[i], i, out);

  if (source.has_rows()) {
    batch.origin = torch::empty({rows}, torch::TensorOptions().dtype(torch::kInt64).pinned_memory(parts.pinned));
    auto* origin = batch.origin.mutable_data_ptr<std::int64_t>();
    for (const std::int64_t first : first_rows) *origin++ = first + shape.window - 1;
  }
  return batch;
}

Batch collect_batch(const Windows& windows, Split split, std::span<const std::int64_t> indices, BatchParts parts) {
  return collect_batch(windows.source(), windows.first_rows(split, indices), parts);
}

Batch to_device(Batch batch, torch::Device device) {
  if (device.is_cpu()) return batch;
  for (torch::Tensor* tensor : {&batch.x, &batch.target_history, &batch.origin, &batch.y, &batch.weight}) {
    if (tensor->defined()) *tensor = tensor->to(device, tensor->scalar_type(), /*non_blocking=*/true);
  }
  return batch;
}

}  // namespace pipeline
