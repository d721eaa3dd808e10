#include "train/loader.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

namespace pipeline {

std::int64_t draw_seed() { return torch::empty({}, torch::kInt64).random_().item<std::int64_t>(); }

torch::Tensor shuffled_order(std::int64_t n, std::int64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed));
  return torch::randperm(n, generator, torch::TensorOptions().dtype(torch::kInt64));
}

Loader::Loader(const Windows& windows, Split split, LoaderOptions options, BatchParts parts, torch::Device device)
    : windows_(&windows), split_(split), options_(options), parts_(parts), device_(device), count_(windows.count(split)) {
  parts_.pinned = options.pin_memory && device.is_cuda();
  if (split != Split::train) options_.shuffle = options_.drop_last = false;
}

std::int64_t Loader::batches() const {
  return options_.drop_last ? count_ / options_.batch_size : (count_ + options_.batch_size - 1) / options_.batch_size;
}

std::unique_ptr<Loader::Pass> Loader::begin(std::int64_t limit) const {
  draw_seed();  // PyTorch's base seed for worker processes: not needed here, but later draws must be equal to PyTorch's
  return continue_pass(limit, options_.shuffle ? draw_seed() : 0, 0);
}

std::unique_ptr<Loader::Pass> Loader::continue_pass(std::int64_t limit, std::int64_t seed, std::int64_t next) const {
  return std::unique_ptr<Pass>(new Pass(*this, std::min(limit, batches()), seed, next));
}

Loader::Pass::Pass(const Loader& loader, std::int64_t batches, std::int64_t seed, std::int64_t first)
    : loader_(&loader), batches_(batches), seed_(seed), given_(first) {
  if (loader.options_.shuffle) order_ = shuffled_order(loader.count_, seed);
  if (loader.options_.num_workers > 0) {
    workers_ =
        std::make_unique<Prefetcher>([this](std::int64_t batch, std::vector<std::int64_t>& scratch) { return collect(batch, scratch); },
                                     Prefetcher::Plan{.first = first,
                                                      .batches = batches_,
                                                      .workers = loader.options_.num_workers,
                                                      .capacity = loader.options_.num_workers * loader.options_.prefetch_factor});
  }
}

std::optional<Batch> Loader::Pass::next() {
  std::optional<Batch> batch;
  if (workers_) {
    batch = workers_->next();
  } else if (given_ < batches_) {
    batch = collect(given_++, indices_);
  }
  if (batch) batch = to_device(std::move(*batch), loader_->device_);
  return batch;
}

Batch Loader::Pass::collect(std::int64_t batch, std::vector<std::int64_t>& scratch) const {
  const std::int64_t first = batch * loader_->options_.batch_size;
  const auto size = static_cast<std::size_t>(std::min(loader_->options_.batch_size, loader_->count_ - first));
  std::span<const std::int64_t> indices;
  if (order_.defined()) {
    indices = {order_.const_data_ptr<std::int64_t>() + first, size};
  } else {
    scratch.resize(size);
    std::iota(scratch.begin(), scratch.end(), first);
    indices = scratch;
  }
  return collect_batch(*loader_->windows_, loader_->split_, indices, loader_->parts_);
}

}  // namespace pipeline
