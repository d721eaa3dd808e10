// Which kernels a processor gets. tests/emulated runs this on processors that QEMU emulates.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include <torch/nn/modules/rnn.h>

#include "base/cpu_capability.h"
#include "pipeline/errors.h"
#include "pipeline/train/recurrent.h"

using namespace pipeline;

namespace {

/// The set that the processor must get; empty: not told.
std::string expected_kernels() {
  const char* name = std::getenv("PIPELINE_TEST_EXPECTED_KERNELS");
  return name ? name : "";
}

}  // namespace

TEST_CASE("the processor gets the kernels that the environment expects, and is refused those of a newer one" *
          doctest::skip(expected_kernels().empty())) {
  const std::string expected = expected_kernels();
  CHECK(cpu_capability() == expected);
  torch::nn::LSTM lstm(torch::nn::LSTMOptions(3, 8).batch_first(true));
  FastRecurrent fast(lstm);
  CHECK(std::string(fast.kernels()) == (expected == "default" ? "LibTorch" : expected));
  const torch::Tensor x = torch::ones({20, 4, 3});
  CHECK((fast.outputs(x).sizes() == torch::IntArrayRef({20, 4, 8})));
  CHECK(torch::allclose(fast.outputs(x), std::get<0>(lstm(x)), 1e-4, 1e-6));

  ::setenv("PIPELINE_CPU_CAPABILITY", expected == "default" ? "avx2" : "avx512", 1);
  CHECK_THROWS_WITH_AS(static_cast<void>(FastRecurrent(lstm)), doctest::Contains("which this processor lacks"), Error);
  ::unsetenv("PIPELINE_CPU_CAPABILITY");
}
