#include "train/allocation_limit.h"

#include <doctest/doctest.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>

#include <thread>

using namespace pipeline;

namespace {

constexpr std::uint64_t megabyte = 1 << 20;

Error refusal() { return training_error("too large"); }

}  // namespace

TEST_CASE("a module that takes more than its limit is refused before its memory is touched") {
  const AllocationLimit limit(megabyte, refusal());
  CHECK_THROWS_WITH_AS(torch::nn::Linear(1 << 20, 1 << 20), "too large", Error);  // 4 TiB
  CHECK_THROWS_WITH_AS(torch::nn::LSTM(torch::nn::LSTMOptions(1, 64).num_layers(1000)), "too large", Error);
}

TEST_CASE("many tensors without numbers reach the limit too") {
  const AllocationLimit limit(megabyte, refusal());
  const auto make_many = [] {
    for (int i = 0; i < 1000; ++i) torch::empty({1});
  };
  CHECK_THROWS_WITH_AS(make_many(), "too large", Error);
}

TEST_CASE("what fits is made, grows afterwards and outlives the limit") {
  torch::Tensor made;
  {
    const AllocationLimit limit(megabyte, refusal());
    made = torch::ones({1000});
  }
  made.resize_({1 << 20});
  CHECK(made[999].item<float>() == 1);
  CHECK(torch::zeros({1 << 20}).numel() == 1 << 20);
}

TEST_CASE("a limit is for its own thread") {
  const AllocationLimit limit(megabyte, refusal());
  std::int64_t count = 0;
  std::thread([&] { count = torch::zeros({1 << 20}).numel(); }).join();
  CHECK(count == 1 << 20);
}

TEST_CASE("the free memory is that of a machine") {
  CHECK(free_memory() > megabyte);
  CHECK(free_memory() < megabyte * megabyte * 1024);
}
