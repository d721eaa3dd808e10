// Milliseconds of a forward pass over one window of 60 rows with one thread: the program's kernels and LibTorch's in turn.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/grad_mode.h>
#include <torch/utils.h>

#include "pipeline/train/recurrent.h"

namespace {

double seconds_of(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<long>(values.size() / 2));
  return values[values.size() / 2];
}

void measure(int layers, int hidden, bool last) {
  torch::manual_seed(1);
  torch::nn::LSTM lstm(torch::nn::LSTMOptions(5, hidden).num_layers(layers).batch_first(true));
  pipeline::FastRecurrent fast(lstm);
  const torch::Tensor x = torch::randn({1, 60, 5});
  std::vector<double> ours, theirs;
  for (int i = 0; i < 300; ++i) {
    ours.push_back(seconds_of([&] { static_cast<void>(fast.last_output(x)); }));
    theirs.push_back(seconds_of([&] { static_cast<void>(std::get<0>(lstm(x))); }));
  }
  std::printf("\"%d x %d\": {\"ms\": %.4f, \"libtorch_ms\": %.4f}%s", layers, hidden, median(ours) * 1e3, median(theirs) * 1e3,
              last ? "" : ", ");
}

}  // namespace

int main() {
  at::set_num_threads(1);
  const torch::NoGradGuard no_gradients;
  std::printf("{");
  measure(1, 32, false);
  measure(3, 64, false);
  measure(5, 128, true);
  std::printf("}\n");
}
