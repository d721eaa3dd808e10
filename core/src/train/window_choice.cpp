#include "train/window_choice.h"

#include <algorithm>
#include <cmath>

#include <ATen/CPUGeneratorImpl.h>

#include "train/loader.h"

namespace pipeline {

WindowChoice::WindowChoice(const Windows& windows, Split split, const LoaderOptions& options, std::int64_t all_ranks_batch_size)
    : count_(windows.count(split)) {
  if (split != Split::train || count_ == 0) return;
  draws_ = options.sampling == Sampling::series;
  const std::int64_t most = options.max_windows_per_series;
  if (!draws_ && most == 0) return;
  const std::vector<std::int64_t> starts = windows.series_starts(split);
  place_ = {0};
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    const std::int64_t all = starts[s + 1] - starts[s], taken = most > 0 ? std::min(most, all) : all;
    limited_ = limited_ || taken < all;
    first_.push_back(starts[s + 1] - taken);  // the newest come last
    place_.push_back(place_.back() + taken);
  }
  count_ = draws_ && options.steps_per_epoch > 0 ? options.steps_per_epoch * all_ranks_batch_size : place_.back();
}

std::int64_t WindowChoice::windows_of(std::size_t series) const { return place_[series + 1] - place_[series]; }

torch::Tensor WindowChoice::order(std::int64_t seed, bool shuffled) const {
  if (draws_) {
    at::Generator generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(seed));
    torch::Tensor order = torch::randint(std::ssize(first_), {count_}, generator, torch::TensorOptions().dtype(torch::kInt64));
    const torch::Tensor random = torch::rand({count_}, generator, torch::TensorOptions().dtype(torch::kDouble));
    auto* window = order.mutable_data_ptr<std::int64_t>();
    const auto* share = random.const_data_ptr<double>();
    for (std::int64_t i = 0; i < count_; ++i, ++window) {
      const auto series = static_cast<std::size_t>(*window);
      *window = first_[series] + static_cast<std::int64_t>(std::floor(share[i] * static_cast<double>(windows_of(series))));
    }
    return order;
  }
  if (!shuffled && !limited_) return {};
  torch::Tensor order = shuffled ? shuffled_order(count_, seed) : torch::arange(count_, torch::kInt64);
  if (!limited_) return order;
  auto* window = order.mutable_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < count_; ++i, ++window) {
    const auto series = static_cast<std::size_t>(std::ranges::upper_bound(place_, *window) - place_.begin() - 1);
    *window = first_[series] + *window - place_[series];
  }
  return order;
}

}  // namespace pipeline
