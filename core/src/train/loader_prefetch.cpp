#include "train/loader_prefetch.h"

#include <algorithm>
#include <utility>

#include "pipeline/host/component_call.h"

namespace pipeline {

Prefetcher::Prefetcher(Make make, const Plan& plan)
    : make_(std::move(make)),
      batches_(plan.batches),
      ring_(static_cast<std::size_t>(std::max<std::int64_t>(plan.capacity, 1))),
      claimed_(plan.first),
      delivered_(plan.first) {
  for (std::int64_t i = 0; i < std::min(plan.workers, plan.batches - plan.first); ++i) {
    workers_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

Prefetcher::~Prefetcher() {
  for (std::jthread& worker : workers_) worker.request_stop();
}

void Prefetcher::work(const std::stop_token& stop) {
  const auto capacity = static_cast<std::int64_t>(ring_.size());
  std::vector<std::int64_t> scratch;
  const Running running(nullptr, "the loader");
  while (true) {
    std::int64_t index = 0;
    {
      std::unique_lock lock(mutex_);
      const bool may_go_on = taken_.wait(lock, stop, [&] { return claimed_ >= batches_ || claimed_ < delivered_ + capacity; });
      if (!may_go_on || stop.stop_requested() || claimed_ >= batches_) return;
      index = claimed_++;
    }
    Slot made{.batch = {}, .error = {}, .ready = true};
    try {
      made.batch = make_(index, scratch);
    } catch (...) {  // next() rethrows it
      made.error = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      ring_[static_cast<std::size_t>(index % capacity)] = std::move(made);
    }
    made_.notify_one();
  }
}

std::optional<Batch> Prefetcher::next() {
  if (delivered_ >= batches_) return std::nullopt;
  Slot slot;
  {
    std::unique_lock lock(mutex_);
    Slot& place = ring_[static_cast<std::size_t>(delivered_ % static_cast<std::int64_t>(ring_.size()))];
    made_.wait(lock, [&] { return place.ready; });
    slot = std::exchange(place, {});
    ++delivered_;
  }
  taken_.notify_all();
  if (slot.error) std::rethrow_exception(slot.error);
  return std::move(slot.batch);
}

}  // namespace pipeline
