#include "gradient_norm_monitor.h"

#include <vector>

#include <ATen/Functions.h>

#include "pipeline/data/format.h"

namespace pipeline::callbacks::gradient_norm_monitor {

namespace {

/// A number as Python writes a float: "2.0".
std::string python_number(double number) {
  const std::string text = format_number(number);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

}  // namespace

void GradientNormMonitor::on_before_optimizer_step(Trainer& trainer, torch::optim::Optimizer&) {
  if (!trainer.has_loggers() || (trainer.global_step() + 1) % trainer.log_every_n_steps() != 0) return;
  const std::string name = "grad_" + python_number(options_.norm_type) + "_norm";
  std::vector<std::pair<std::string, double>> scalars;
  std::vector<double> norms;
  for (const auto& parameter : trainer.model().named_parameters()) {
    if (!parameter.value().grad().defined()) continue;
    norms.push_back(parameter.value().grad().norm(options_.norm_type).item<double>());
    if (options_.per_parameter) scalars.emplace_back(name + "/" + parameter.key(), norms.back());
  }
  if (norms.empty()) return;
  scalars.emplace_back(name + "_total", at::tensor(norms, at::kDouble).norm(options_.norm_type).item<double>());
  trainer.log_scalars(scalars);
}

}  // namespace pipeline::callbacks::gradient_norm_monitor
