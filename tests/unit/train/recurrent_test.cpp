#include "pipeline/train/recurrent.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/_fused_adam.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/utils.h>

#include "pipeline/errors.h"
#include "recurrent/kernels.h"

using namespace pipeline;

namespace {

/// Sets PIPELINE_CPU_CAPABILITY while it lives.
class Capability {
 public:
  explicit Capability(const std::string& name) { ::setenv("PIPELINE_CPU_CAPABILITY", name.c_str(), 1); }
  ~Capability() { ::unsetenv("PIPELINE_CPU_CAPABILITY"); }
  Capability(const Capability&) = delete;
  Capability& operator=(const Capability&) = delete;
};

/// The instruction sets that this processor has.
std::vector<std::string> instruction_sets() {
  std::vector<std::string> out;
  for (const char* name : {"avx2", "avx512", "avx512_bf16", "amx_bf16"}) {
    const Capability capability(name);
    try {
      if (recurrent::instruction_set()) out.emplace_back(name);
    } catch (const Error&) {  // this processor lacks it
      continue;
    }
  }
  return out;
}

class Autocast {
 public:
  explicit Autocast(bool on) {
    at::autocast::set_autocast_enabled(at::kCPU, on);
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  }
  ~Autocast() { at::autocast::set_autocast_enabled(at::kCPU, false); }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
};

struct Case {
  bool gru = false, bidirectional = false, bias = true, last_only = false;
  double dropout = 0;
  std::int64_t input = 5, hidden = 8, layers = 1, rows = 16, steps = 6;

  [[nodiscard]] std::string text() const {
    return std::string(gru ? "GRU" : "LSTM") + " input " + std::to_string(input) + ", hidden " + std::to_string(hidden) + ", layers " +
           std::to_string(layers) + ", rows " + std::to_string(rows) + ", steps " + std::to_string(steps) +
           (bidirectional ? ", both ways" : "") + (bias ? "" : ", no bias") + (last_only ? ", last step" : "") +
           (dropout > 0 ? ", dropout" : "");
  }
  template <class Options>
  [[nodiscard]] Options options() const {
    return Options(input, hidden).num_layers(layers).batch_first(true).bidirectional(bidirectional).bias(bias).dropout(dropout);
  }
};

Case drawn(std::mt19937& generator) {
  const auto draw = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution<std::int64_t>(low, high)(generator); };
  Case out{.gru = draw(0, 1) == 1, .bidirectional = draw(0, 1) == 1, .bias = draw(0, 3) > 0, .last_only = draw(0, 1) == 1};
  out.input = draw(1, 20);
  out.hidden = draw(1, 40);
  out.layers = draw(1, 3);
  out.rows = draw(1, 40);
  out.steps = draw(1, 14);
  if (out.layers > 1 && draw(0, 2) == 0) out.dropout = 0.3;
  return out;
}

/// An output and the gradients of x and all parameters, by the chosen way through a module.
struct Results {
  torch::Tensor output;
  std::vector<torch::Tensor> gradients;
};

template <class Module, class Forward>
Results results_of(Module& module, const torch::Tensor& x, const torch::Tensor& direction, const Forward& forward) {
  module->zero_grad();
  const torch::Tensor input = x.detach().clone().requires_grad_();
  torch::manual_seed(11);  // of dropout
  Results out{.output = forward(input), .gradients = {}};
  (out.output * direction.to(out.output.scalar_type())).sum().backward();
  out.output = out.output.detach();
  out.gradients.push_back(input.grad());
  for (const torch::Tensor& parameter : module->parameters()) out.gradients.push_back(parameter.grad().clone());
  return out;
}

double error(const torch::Tensor& value, const torch::Tensor& truth) {
  const torch::Tensor exact = truth.to(torch::kDouble);
  return ((value.to(torch::kDouble) - exact).abs().max() / exact.abs().max().clamp_min(1e-30)).template item<double>();
}

double worst(const Results& value, const Results& truth) {
  double out = error(value.output, truth.output);
  for (std::size_t i = 0; i < value.gradients.size(); ++i) out = std::max(out, error(value.gradients[i], truth.gradients[i]));
  return out;
}

template <class Module>
Results by_libtorch(Module& module, const Case& of, const torch::Tensor& x, const torch::Tensor& direction) {
  return results_of(module, x, direction, [&](const torch::Tensor& input) {
    const torch::Tensor all = std::get<0>(module(input));
    return of.last_only ? all.select(1, of.steps - 1) : all;
  });
}

template <class Module>
Results by_kernels(Module& module, const Case& of, const torch::Tensor& x, const torch::Tensor& direction) {
  FastRecurrent fast(module);
  return results_of(module, x, direction,
                    [&](const torch::Tensor& input) { return of.last_only ? fast.last_output(input) : fast.outputs(input); });
}

torch::Tensor direction_of(const Case& of) {
  const std::int64_t width = of.hidden * (of.bidirectional ? 2 : 1);
  return of.last_only ? torch::randn({of.rows, width}) : torch::randn({of.rows, of.steps, width});
}

template <class Module, class Options, class Check>
void with_module(const Case& of, const Check& check) {
  torch::manual_seed(static_cast<std::uint64_t>(of.hidden * 100 + of.rows));
  Module module(of.template options<Options>());
  const torch::Tensor x = torch::randn({of.rows, of.steps, of.input}), direction = direction_of(of);
  check(module, x, direction);
}

template <class Check>
void with_module(const Case& of, const Check& check) {
  if (of.gru) {
    with_module<torch::nn::GRU, torch::nn::GRUOptions>(of, check);
  } else {
    with_module<torch::nn::LSTM, torch::nn::LSTMOptions>(of, check);
  }
}

}  // namespace

TEST_CASE("a thousand random shapes: outputs and gradients are LibTorch's, with dropout too") {
  const std::vector<std::string> sets = instruction_sets();
  const int threads = at::get_num_threads();
  at::set_num_threads(1);  // so small, they gain nothing from two
  std::mt19937 generator(1);
  for (int i = 0; i < 1000 && !sets.empty(); ++i) {
    const Case of = drawn(generator);
    const Capability capability(sets[static_cast<std::size_t>(i) % sets.size()]);
    with_module(of, [&](auto& module, const torch::Tensor& x, const torch::Tensor& direction) {
      const Results theirs = by_libtorch(module, of, x, direction), ours = by_kernels(module, of, x, direction);
      CHECK_MESSAGE(worst(ours, theirs) < 2e-5, of.text());
    });
  }
  at::set_num_threads(threads);
}

TEST_CASE("gradients are no further from float64 than twice LibTorch's own") {
  for (const std::string& set : instruction_sets()) {
    const Capability capability(set);
    for (const bool gru : {false, true}) {
      for (const bool bidirectional : {false, true}) {
        const Case of{.gru = gru, .bidirectional = bidirectional, .input = 7, .hidden = 50, .layers = 2, .rows = 21, .steps = 17};
        with_module(of, [&](auto& module, const torch::Tensor& x, const torch::Tensor& direction) {
          const Results theirs = by_libtorch(module, of, x, direction), ours = by_kernels(module, of, x, direction);
          module->to(torch::kDouble);
          const Results exact = by_libtorch(module, of, x.to(torch::kDouble), direction);
          CHECK_MESSAGE(worst(ours, exact) <= 2 * worst(theirs, exact), set << ": " << of.text());
        });
      }
    }
  }
}

TEST_CASE("under autocast products are of bfloat16, and the same on every instruction set but for rounding of sums") {
  std::vector<Results> by_set;
  const Case of{.input = 7, .hidden = 50, .layers = 2, .rows = 21, .steps = 17};
  with_module(of, [&](auto& module, const torch::Tensor& x, const torch::Tensor& direction) {
    const Results exact = by_libtorch(module, of, x, direction);
    for (const std::string& set : instruction_sets()) {
      const Capability capability(set);
      FastRecurrent fast(module);
      by_set.push_back(results_of(module, x, direction, [&](const torch::Tensor& input) {
        const Autocast on(true);
        return fast.outputs(input);
      }));
      CHECK((by_set.back().output.scalar_type() == torch::kFloat));
      const double apart = worst(by_set.back(), exact);
      CHECK_MESSAGE((apart > 1e-4 && apart < 2e-2), set << ": " << apart);
      CHECK(worst(by_set.back(), by_set.front()) < 5e-3);
    }
  });
}

TEST_CASE("results do not depend on the number of threads, nor on how many rows share a batch") {
  const Case of{.hidden = 20, .layers = 2, .rows = 70, .steps = 9};
  const int threads = at::get_num_threads();
  with_module(of, [&](auto& module, const torch::Tensor& x, const torch::Tensor& direction) {
    at::set_num_threads(1);
    const Results one = by_kernels(module, of, x, direction);
    at::set_num_threads(2);
    const Results two = by_kernels(module, of, x, direction);
    CHECK(torch::equal(one.output, two.output));
    for (std::size_t i = 0; i < one.gradients.size(); ++i) CHECK(torch::equal(one.gradients[i], two.gradients[i]));
    FastRecurrent fast(module);
    const torch::NoGradGuard no_gradients;
    CHECK(torch::equal(fast.outputs(x), one.output));
    CHECK(torch::equal(fast.outputs(x.slice(0, 16, 40)), one.output.slice(0, 16, 40)));
    CHECK(torch::equal(fast.last_output(x), one.output.select(1, of.steps - 1)));
  });
  at::set_num_threads(threads);
}

TEST_CASE("a few rows, computed one by one, are forecast as in a batch") {
  for (const std::string& set : instruction_sets()) {
    const Capability capability(set);
    for (const bool gru : {false, true}) {
      for (const bool bf16 : {false, true}) {
        const Case of{.gru = gru, .bidirectional = true, .hidden = 37, .layers = 2, .rows = 20, .steps = 9};
        with_module(of, [&](auto& module, const torch::Tensor& x, const torch::Tensor&) {
          FastRecurrent fast(module);
          const torch::NoGradGuard no_gradients;
          const Autocast autocast(bf16);
          const double most = bf16 ? 1e-2 : 1e-6;  // a sum in another order may round to the next bfloat16
          const torch::Tensor batch = fast.outputs(x);
          CHECK_MESSAGE(error(fast.outputs(x.slice(0, 0, 1)), batch.slice(0, 0, 1)) < most, set);
          CHECK_MESSAGE(error(fast.last_output(x.slice(0, 3, 6)), batch.slice(0, 3, 6).select(1, of.steps - 1)) < most, set);
        });
      }
    }
  }
}

TEST_CASE("a row alone is LibTorch's, whatever its units and steps") {
  std::mt19937 generator(2);
  const std::vector<std::string> sets = instruction_sets();
  for (int i = 0; i < 200 && !sets.empty(); ++i) {
    Case of = drawn(generator);
    of.rows = 1;
    of.dropout = 0;
    const Capability capability(sets[static_cast<std::size_t>(i) % sets.size()]);
    with_module(of, [&](auto& module, const torch::Tensor& x, const torch::Tensor&) {
      const torch::NoGradGuard no_gradients;
      FastRecurrent fast(module);
      const torch::Tensor theirs = std::get<0>(module(x));
      CHECK_MESSAGE(error(fast.outputs(x), theirs) < 2e-5, of.text());
      CHECK_MESSAGE(error(fast.last_output(x), theirs.select(1, of.steps - 1)) < 2e-5, of.text());
    });
  }
}

TEST_CASE("large sums saturate the gates, and NaN reaches the outputs of its row alone") {
  for (const std::string& set : instruction_sets()) {
    const Capability capability(set);
    for (const bool gru : {false, true}) {
      const Case of{.gru = gru, .rows = 20};
      with_module(of, [&](auto& module, const torch::Tensor& x, const torch::Tensor& direction) {
        for (const float scale : {1e3F, 1e6F, 1e30F}) {
          const Results theirs = by_libtorch(module, of, x * scale, direction), ours = by_kernels(module, of, x * scale, direction);
          CHECK_MESSAGE(error(ours.output, theirs.output) < 1e-5, set << ", times " << scale);
        }
        torch::Tensor broken = x.clone();
        broken[3][2][1] = std::numeric_limits<float>::quiet_NaN();
        FastRecurrent fast(module);
        const torch::NoGradGuard no_gradients;
        const torch::Tensor last = fast.last_output(broken);
        CHECK(last[3].isnan().all().template item<bool>());
        CHECK(last.isnan().any(1).sum().template item<std::int64_t>() == 1);
      });
    }
  }
}

TEST_CASE("an infinite input saturates the gates, also where units are padded") {
  for (const std::string& set : instruction_sets()) {
    const Capability capability(set);
    for (const bool gru : {false, true}) {
      for (const std::int64_t rows : {1, 20}) {  // alone, and in blocks
        const Case of{.gru = gru, .hidden = 6, .layers = 2, .rows = rows};
        with_module(of, [&](auto& module, const torch::Tensor& x, const torch::Tensor&) {
          torch::Tensor infinite = x.clone(), large = x.clone();
          infinite[0][2][1] = std::numeric_limits<float>::infinity();
          large[0][2][1] = 1e30F;
          const torch::NoGradGuard no_gradients;
          FastRecurrent fast(module);
          CHECK_MESSAGE(error(fast.last_output(infinite), fast.last_output(large)) < 1e-5, set << ", rows " << rows);
        });
      }
    }
  }
}

TEST_CASE("several forward passes may precede the backward passes, and a changed weight is seen") {
  const Case of{.layers = 2};
  with_module(of, [&](auto& module, const torch::Tensor& x, const torch::Tensor&) {
    FastRecurrent fast(module);
    const torch::Tensor both = fast.last_output(x).sum() + fast.last_output(x * 2).sum();
    both.backward();
    const torch::Tensor together = module->parameters()[0].grad().clone();
    module->zero_grad();
    fast.last_output(x).sum().backward();
    fast.last_output(x * 2).sum().backward();
    CHECK(torch::allclose(together, module->parameters()[0].grad(), 1e-5, 1e-6));
    const torch::NoGradGuard no_gradients;
    const torch::Tensor before = fast.last_output(x);
    module->parameters()[0].mul_(2);
    CHECK(!torch::equal(fast.last_output(x), before));
    CHECK(torch::equal(fast.last_output(x), FastRecurrent(module).last_output(x)));
  });
}

TEST_CASE("gradients of gradients are refused with their cure") {
  const Case of;
  with_module(of, [&](auto& module, const torch::Tensor& x, const torch::Tensor&) {
    FastRecurrent fast(module);
    if (std::string(fast.kernels()) == "LibTorch") return;
    const torch::Tensor loss = fast.last_output(x).sum();
    CHECK_THROWS_WITH_AS(static_cast<void>(torch::autograd::grad({loss}, module->parameters(), {}, true, true)),
                         "gradients of gradients do not go through the program's LSTM and GRU kernels: set "
                         "PIPELINE_CPU_CAPABILITY=default, and LibTorch's run",
                         Error);
  });
}

TEST_CASE("what the kernels do not cover runs in LibTorch") {
  torch::nn::LSTM projected(torch::nn::LSTMOptions(3, 8).batch_first(true).proj_size(2));
  CHECK(std::string(FastRecurrent(projected).kernels()) == "LibTorch");
  CHECK((FastRecurrent(projected).last_output(torch::ones({2, 4, 3})).sizes() == torch::IntArrayRef({2, 2})));
  torch::nn::GRU gru(torch::nn::GRUOptions(3, 8).batch_first(true));
  FastRecurrent fast(gru);
  gru->to(torch::kDouble);
  CHECK((fast.outputs(torch::ones({2, 4, 3}, torch::kDouble)).scalar_type() == torch::kDouble));
  const Capability capability("default");
  CHECK(std::string(FastRecurrent(gru).kernels()) == "LibTorch");
}

TEST_CASE("a wrong PIPELINE_CPU_CAPABILITY is refused with the words that may stand there") {
  const Capability capability("avx1024");
  CHECK_THROWS_WITH_AS(
      static_cast<void>(recurrent::instruction_set()),
      "the environment variable PIPELINE_CPU_CAPABILITY is \"avx1024\": write amx_bf16, avx512_bf16, avx512, avx2 or default, or unset it",
      Error);
}

TEST_CASE("a training with a fused optimizer, validated between steps, follows LibTorch's") {
  const Case of{.hidden = 20, .layers = 2};
  const auto losses = [&](const char* capability) {
    const Capability chosen(capability);
    std::vector<double> out;
    with_module(of, [&](auto& module, const torch::Tensor& x, const torch::Tensor&) {
      FastRecurrent fast(module);
      std::vector<torch::Tensor> weights = module->parameters(), gradients, means, squares;
      for (const torch::Tensor& weight : weights) means.push_back(torch::zeros_like(weight)), squares.push_back(torch::zeros_like(weight));
      for (int step = 1; step <= 30; ++step) {
        module->zero_grad();
        const torch::Tensor loss = (fast.last_output(x) - 1).square().mean();
        loss.backward();
        out.push_back(loss.template item<double>());
        const torch::NoGradGuard no_gradients;
        gradients.clear();
        for (const torch::Tensor& weight : weights) gradients.push_back(weight.grad());
        const std::vector<torch::Tensor> steps(weights.size(), torch::full({}, step, torch::kFloat));
        static_cast<void>(fast.last_output(x));  // keeps weights that the step changes
        at::_fused_adam_(weights, gradients, means, squares, {}, steps, 0.01, 0.9, 0.999, 0, 1e-8, false, false);
        for (const torch::Tensor& weight : weights) torch::autograd::impl::bump_version(weight);  // as FastRecurrent asks for
        out.push_back((fast.last_output(x) - 1).square().mean().template item<double>());
      }
    });
    return out;
  };
  const std::vector<double> theirs = losses("default"), ours = losses("");
  for (std::size_t i = 0; i < ours.size(); ++i) CHECK(ours[i] == doctest::Approx(theirs[i]).epsilon(1e-4));
  CHECK(ours.back() < ours.front() / 2);
}
