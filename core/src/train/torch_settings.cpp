#include "pipeline/train/torch_settings.h"

#include <cstdlib>

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/anomaly_mode.h>

namespace pipeline {

namespace {

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

TorchSettings::TorchSettings(const TorchWishes& wishes)
    : threads_(at::get_num_threads()),
      precision_(at::globalContext().float32MatmulPrecision()),
      deterministic_(at::globalContext().deterministicAlgorithms()),
      warn_only_(at::globalContext().deterministicAlgorithmsWarnOnly()),
      deterministic_cudnn_(at::globalContext().deterministicCuDNN()),
      benchmark_cudnn_(at::globalContext().benchmarkCuDNN()),
      anomaly_(torch::autograd::AnomalyMode::is_enabled()),
      anomaly_checks_nan_(torch::autograd::AnomalyMode::should_check_nan()) {
  at::Context& context = at::globalContext();
  // cuBLAS is deterministic only with a fixed workspace; it reads this variable when it starts.
  if (wishes.deterministic) ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  if (wishes.threads > 0) at::set_num_threads(wishes.threads);
  context.setFloat32MatmulPrecision(wishes.matmul_precision);
  context.setDeterministicAlgorithms(wishes.deterministic, false);
  context.setDeterministicCuDNN(true);  // the same workflow twice gives the same bytes
  context.setBenchmarkCuDNN(false);
  torch::autograd::AnomalyMode::set_enabled(wishes.detect_anomaly);
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

}  // namespace pipeline
