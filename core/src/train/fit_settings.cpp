#include "train/fit_settings.h"

#include <cstdlib>
#include <mutex>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/anomaly_mode.h>

namespace pipeline {

namespace {

at::Tensor state_of(const at::Generator& generator) {
  if (!generator.defined()) return {};
  at::Generator copy = generator;
  const std::lock_guard lock(copy.mutex());
  return copy.get_state();
}

void set_state(at::Generator& generator, const at::Tensor& state) {
  if (!generator.defined()) return;
  const std::lock_guard lock(generator.mutex());
  generator.set_state(state);
}

std::string precision_name(at::Float32MatmulPrecision precision) {
  switch (precision) {
    case at::Float32MatmulPrecision::HIGHEST:
      return "highest";
    case at::Float32MatmulPrecision::HIGH:
      return "high";
    default:
      return "medium";
  }
}

}  // namespace

TorchSettings::TorchSettings(const Wanted& wanted)
    : threads_(at::get_num_threads()),
      precision_(at::globalContext().float32MatmulPrecision()),
      deterministic_(at::globalContext().deterministicAlgorithms()),
      warn_only_(at::globalContext().deterministicAlgorithmsWarnOnly()),
      deterministic_cudnn_(at::globalContext().deterministicCuDNN()),
      benchmark_cudnn_(at::globalContext().benchmarkCuDNN()),
      anomaly_(torch::autograd::AnomalyMode::is_enabled()),
      anomaly_checks_nan_(torch::autograd::AnomalyMode::should_check_nan()) {
  at::Context& context = at::globalContext();
  // cuBLAS repeats its sums only with a fixed workspace, and reads this when it starts.
  if (wanted.deterministic) ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  at::set_num_threads(wanted.threads);
  context.setFloat32MatmulPrecision(wanted.matmul_precision);
  context.setDeterministicAlgorithms(wanted.deterministic, false);
  context.setDeterministicCuDNN(true);  // the same workflow twice gives the same bytes
  context.setBenchmarkCuDNN(false);
  torch::autograd::AnomalyMode::set_enabled(wanted.detect_anomaly);
}

TorchSettings::~TorchSettings() {
  at::Context& context = at::globalContext();
  torch::autograd::AnomalyMode::set_enabled(anomaly_, anomaly_checks_nan_);
  context.setBenchmarkCuDNN(benchmark_cudnn_);
  context.setDeterministicCuDNN(deterministic_cudnn_);
  context.setDeterministicAlgorithms(deterministic_, warn_only_);
  context.setFloat32MatmulPrecision(precision_name(precision_));
  at::set_num_threads(threads_);
}

State generator_states(at::Device device) {
  State::Map states{{"cpu", state_of(at::detail::getDefaultCPUGenerator())}};
  if (device.is_cuda()) states.emplace_back("cuda", state_of(at::globalContext().defaultGenerator(device)));
  return states;
}

void restore_generators(const State& states, at::Device device) {
  at::Generator cpu = at::detail::getDefaultCPUGenerator();
  set_state(cpu, states.at("cpu").as_tensor());
  if (!device.is_cuda()) return;
  at::Generator cuda = at::globalContext().defaultGenerator(device);
  set_state(cuda, states.at("cuda").as_tensor());
}

IsolatedRandomness::IsolatedRandomness(at::Device device)
    : cpu_(at::detail::getDefaultCPUGenerator()),
      cuda_(device.is_cuda() ? at::globalContext().defaultGenerator(device) : at::Generator()),
      cpu_state_(state_of(cpu_)),
      cuda_state_(state_of(cuda_)) {}

IsolatedRandomness::~IsolatedRandomness() {
  set_state(cpu_, cpu_state_);
  set_state(cuda_, cuda_state_);
}

}  // namespace pipeline
