#include "torch_optimizers/in_threads.h"

#include <doctest/doctest.h>

#include <array>
#include <stdexcept>

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/types.h>

#include "pipeline/train/optimizer.h"
#include "unit/train/built_plugin.h"

using namespace pipeline;
using optimizer::torch_optimizers::in_threads;

namespace {

/// LibTorch's threads while it lives.
class Threads {
 public:
  explicit Threads(int count) : before_(at::get_num_threads()) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

/// Weights after three steps of an optimizer with that many threads: a large and some small ones, so that there are several parts.
std::vector<torch::Tensor> stepped(const Registry& registry, const std::string& type, int threads) {
  const Threads with(threads);
  torch::manual_seed(5);
  std::vector<torch::Tensor> weights;
  for (const std::int64_t size : {150'000, 7, 90'001, 33}) weights.push_back(torch::randn({size}).requires_grad_());
  const auto optimizer = registry.make<Optimizer>(type, Value::Map{{"amsgrad", true}, {"weight_decay", 0.1}}, weights);
  for (int i = 0; i < 3; ++i) {
    for (torch::Tensor& weight : weights) weight.mutable_grad() = torch::randn_like(weight);
    optimizer->torch_optimizer().step();
  }
  return weights;
}

}  // namespace

TEST_CASE("one part runs here, with one thread for LibTorch, also after an error") {
  const Threads two(2);
  int threads = 0;
  in_threads(1, [&](std::int64_t) { threads = at::get_num_threads(); });
  CHECK(threads == 1);
  CHECK(at::get_num_threads() == 2);
  CHECK_THROWS_AS(in_threads(1, [](std::int64_t) { throw std::runtime_error("broken"); }), std::runtime_error);
  CHECK(at::get_num_threads() == 2);
}

TEST_CASE("each part runs once, within one parallel region and without gradients") {
  const Threads two(2);
  const at::NoGradGuard no_gradients;
  std::array<int, 2> runs{}, nested{}, graphs{};
  in_threads(2, [&](std::int64_t part) {
    const auto index = static_cast<std::size_t>(part);
    ++runs[index];
    nested[index] = at::in_parallel_region() ? 1 : 0;
    graphs[index] = at::GradMode::is_enabled() ? 1 : 0;
  });
  CHECK(runs == std::array{1, 1});
  CHECK(nested == std::array{1, 1});
  CHECK(graphs == std::array{0, 0});
}

TEST_CASE("Adam and AdamW take the same steps with one and with several threads") {
  Registry registry;
  test::load_built_plugin(registry, "torch_optimizers");
  for (const char* type : {"Adam", "AdamW"}) {
    CAPTURE(type);
    const auto one = stepped(registry, type, 1), two = stepped(registry, type, 2), four = stepped(registry, type, 4);
    for (std::size_t i = 0; i < one.size(); ++i) {
      CHECK(torch::equal(one[i], two[i]));
      CHECK(torch::equal(one[i], four[i]));
    }
  }
}
