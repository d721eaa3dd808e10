#include "train/batch.h"

namespace pipeline {

Batch collect_batch(const Windows& windows, Split split, std::span<const std::int64_t> indices, BatchParts parts) {
  const auto rows = static_cast<std::int64_t>(indices.size());
  const auto features = static_cast<std::int64_t>(windows.feature_names().size());
  const auto targets = static_cast<std::int64_t>(windows.target_names().size());
  const WindowsInfo& info = windows.info();
  const auto floats = torch::TensorOptions().dtype(torch::kFloat32).pinned_memory(parts.pinned);

  Batch batch;
  batch.x = torch::empty({rows, info.window, features}, floats);
  batch.y = torch::empty({rows, info.horizon, targets}, floats);
  if (parts.history) batch.target_history = torch::empty({rows, info.window, targets}, floats);
  if (parts.weight) batch.weight = torch::empty({rows, info.horizon, targets}, floats);
  windows.gather(split, indices,
                 {.x = batch.x.mutable_data_ptr<float>(),
                  .history = parts.history ? batch.target_history.mutable_data_ptr<float>() : nullptr,
                  .y = batch.y.mutable_data_ptr<float>(),
                  .weight = parts.weight ? batch.weight.mutable_data_ptr<float>() : nullptr});

  if (windows.series() != nullptr) {
    batch.origin = torch::empty({rows}, torch::TensorOptions().dtype(torch::kInt64).pinned_memory(parts.pinned));
    auto* origin = batch.origin.mutable_data_ptr<std::int64_t>();
    for (std::size_t i = 0; i < indices.size(); ++i) origin[i] = windows.first_row(split, indices[i]) + info.window - 1;
  }
  return batch;
}

Batch to_device(Batch batch, torch::Device device) {
  if (device.is_cpu()) return batch;
  for (torch::Tensor* tensor : {&batch.x, &batch.target_history, &batch.origin, &batch.y, &batch.weight}) {
    if (tensor->defined()) *tensor = tensor->to(device, tensor->scalar_type(), /*non_blocking=*/true);
  }
  return batch;
}

}  // namespace pipeline
