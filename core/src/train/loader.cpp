#include "train/loader.h"

#include <algorithm>
#include <utility>

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

namespace pipeline {

std::int64_t draw_seed() { return torch::empty({}, torch::kInt64).random_().item<std::int64_t>(); }

torch::Tensor shuffled_order(std::int64_t n, std::int64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed));
  return torch::randperm(n, generator, torch::TensorOptions().dtype(torch::kInt64));
}

Loader::Loader(const Windows& windows, Split split, LoaderOptions options, Inputs wanted, torch::Device device, Shard shard)
    : windows_(&windows),
      split_(split),
      options_(options),
      wanted_(wanted),
      pinned_(options.pin_memory && device.is_cuda()),
      device_(device),
      shard_(shard),
      choice_(windows, split, options, options.batch_size * shard.world) {
  if (split != Split::train) options_.shuffle = options_.drop_last = false;
}

std::int64_t Loader::batches() const {
  const std::int64_t size = all_ranks_batch_size();
  return options_.drop_last ? windows() / size : (windows() + size - 1) / size;
}

std::int64_t Loader::windows_in(std::int64_t batch) const {
  return std::min(all_ranks_batch_size(), windows() - batch * all_ranks_batch_size());
}

std::int64_t Loader::own_windows_in(std::int64_t batch) const {
  const std::int64_t first = split_ == Split::train ? 0 : shard_.rank;  // in training every rank has as many windows as rank 0
  return (windows_in(batch) - first + shard_.world - 1) / shard_.world;
}

std::unique_ptr<Loader::Pass> Loader::begin(std::int64_t limit) const {
  draw_seed();  // PyTorch's base seed for worker processes: not needed here, but later draws must be equal to PyTorch's
  return continue_pass(limit, options_.shuffle || choice_.draws() ? draw_seed() : 0, 0);
}

std::unique_ptr<Loader::Pass> Loader::continue_pass(std::int64_t limit, std::int64_t seed, std::int64_t next) const {
  return std::unique_ptr<Pass>(new Pass(*this, std::min(limit, batches()), seed, next));
}

Loader::Pass::Pass(const Loader& loader, std::int64_t batches, std::int64_t seed, std::int64_t first)
    : loader_(&loader), batches_(batches), seed_(seed), given_(first) {
  if (batches_ > first && loader.own_windows_in(batches_ - 1) == 0) --batches_;  // a last batch of few windows leaves some ranks none
  order_ = loader.choice_.order(seed, loader.options_.shuffle);
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

std::span<const std::int64_t> Loader::Pass::indices_of(std::int64_t batch, std::vector<std::int64_t>& scratch) const {
  const Shard shard = loader_->shard_;
  const std::int64_t first = batch * loader_->all_ranks_batch_size(), windows = loader_->windows_in(batch);
  const std::int64_t* const order = order_.defined() ? order_.const_data_ptr<std::int64_t>() + first : nullptr;
  if (order && shard.world == 1) return {order, static_cast<std::size_t>(windows)};
  scratch.resize(static_cast<std::size_t>(loader_->own_windows_in(batch)));
  std::int64_t place = shard.rank;  // among the windows of the batch; beyond its end they begin again
  for (std::int64_t& index : scratch) {
    index = order ? order[place % windows] : first + place % windows;
    place += shard.world;
  }
  return scratch;
}

Batch Loader::Pass::collect(std::int64_t number, std::vector<std::int64_t>& scratch) const {
  const std::span<const std::int64_t> indices = indices_of(number, scratch);
  Batch batch = collect_batch(*loader_->windows_, loader_->split_, indices, loader_->wanted_, loader_->pinned_);
  const std::int64_t windows = loader_->windows_in(number), own = loader_->own_windows_in(number);
  const Shard shard = loader_->shard_;
  if (loader_->split_ != Split::train || windows % shard.world == 0) return batch;
  // Some rank repeats a window. All ranks get a weight, so that all know that their shares differ.
  if (!batch.weight.defined()) batch.weight = torch::ones_like(batch.y);
  if ((own - 1) * shard.world + shard.rank >= windows) batch.weight.select(0, own - 1).zero_();
  return batch;
}

}  // namespace pipeline
