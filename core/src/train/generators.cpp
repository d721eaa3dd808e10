#include "train/generators.h"

#include <mutex>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

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

}  // namespace

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
