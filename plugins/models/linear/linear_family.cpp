#include "linear_family.h"

#include <utility>

#include <ATen/Functions.h>

#include "pipeline/errors.h"

namespace pipeline::model::linear {

std::vector<OptionRule> solver_rules() {
  using enum OptionRule::Kind;
  return {{restricts, "solver", "loss.type", "closed", {"MSELoss"}, "minimises the squared error"},
          {restricts, "solver", "alpha", "gradient", {0.0}, "takes its penalty from the optimizer (AdamW's weight_decay)"}};
}

LinearFamily::LinearFamily(const std::string& name, const ModelShape& shape, const Settings& settings)
    : settings_(settings),
      squares_({.groups = settings.individual ? shape.targets : 1, .inputs = shape.window, .outputs = shape.horizon}, settings.bias,
               settings.alpha) {
  for (std::size_t t = 0; t < shape.target_columns.size(); ++t) {
    if (shape.target_columns[t] < 0) {
      throw usage_error(name + " forecasts a target from its own past, but \"" + shape.target_names[t] +
                        "\" is not among the features: add it to `features` in [stages.preprocess]");
    }
  }
  columns_ = torch::tensor(shape.target_columns, torch::kInt64);
}

torch::Tensor LinearFamily::past_of(const Batch& batch) {
  if (columns_.device() != batch.x.device()) columns_ = columns_.to(batch.x.device());
  return batch.x.index_select(2, columns_).transpose(1, 2);
}

void LinearFamily::normalise(Rows&) const {}

torch::Tensor LinearFamily::penalty() const { return {}; }

void LinearFamily::add_windows(const Batch& seen) {
  Rows rows{.inputs = past_of(seen).to(torch::kDouble), .outputs = seen.y.transpose(1, 2), .weights = {}};
  if (seen.weight.defined()) rows.weights = seen.weight.transpose(1, 2);
  normalise(rows);
  const auto grouped = [this](const torch::Tensor& part) {  // [groups, rows, values]
    if (!part.defined()) return part;
    return settings_.individual ? part.transpose(0, 1) : part.reshape({1, -1, part.size(2)});
  };
  squares_.add(grouped(rows.inputs), grouped(rows.outputs), grouped(rows.weights));
}

bool LinearFamily::end_pass() {
  const auto solution = squares_.end_pass(penalty());
  if (!solution) return false;
  set(*solution);
  return true;
}

}  // namespace pipeline::model::linear
