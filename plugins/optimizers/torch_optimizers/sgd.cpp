#include <torch/optim/sgd.h>

#include "optimizers.h"
#include "pipeline/options.h"
#include "pipeline/train/optimizer.h"

namespace pipeline::optimizer::torch_optimizers {

namespace {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;

  static constexpr auto options() {
    return option_list<SGDOptions>(
        option("lr", &SGDOptions::lr, "Step size.").above(0).search_log(1e-5, 1e-1),
        option("momentum", &SGDOptions::momentum, "Share of the last step kept.").at_least(0).search(0, 0.99),
        option("dampening", &SGDOptions::dampening, "Share of the gradient kept out of the momentum.").at_least(0),
        option("weight_decay", &SGDOptions::weight_decay, "L2 penalty added to the gradient.").at_least(0).search(0, 0.1),
        option("nesterov", &SGDOptions::nesterov, "Look ahead along the momentum."));
  }
  static std::vector<OptionRule> rules() {
    return {{OptionRule::Kind::requires_other, "nesterov", "momentum"}, {OptionRule::Kind::excludes, "nesterov", "dampening"}};
  }
};

torch::optim::SGDOptions torch_options(const SGDOptions& o) {
  return torch::optim::SGDOptions(o.lr).momentum(o.momentum).dampening(o.dampening).weight_decay(o.weight_decay).nesterov(o.nesterov);
}

class SGD final : public TorchOptimizer<torch::optim::SGD> {
 public:
  using Options = SGDOptions;
  SGD(const Options& options, std::vector<torch::Tensor> parameters) : TorchOptimizer(std::move(parameters), torch_options(options)) {}

 protected:
  void group_entries(GroupEntries& entries) override {
    auto& options = entries.options<torch::optim::SGDOptions>();
    entries.setting("momentum", options.momentum());
    entries.setting("dampening", options.dampening());
    entries.setting("weight_decay", options.weight_decay());
    entries.setting("nesterov", options.nesterov());
    entries.constant("maximize", false);
    entries.constant("foreach", State());
    entries.constant("differentiable", false);
    entries.constant("fused", State());
  }
  void weight_entries(WeightEntries& entries) override {
    const bool uses_it = entries.options<torch::optim::SGDOptions>().momentum() != 0;
    entries.moment("momentum_buffer", entries.kept<torch::optim::SGDParamState>().momentum_buffer(), uses_it);
  }
};

}  // namespace

void add_sgd(Registrar& registrar) {
  registrar.add<Optimizer, SGD>("SGD", "Stochastic gradient descent, with momentum where wanted.")
      .reference("Sutskever et al., On the Importance of Initialization and Momentum in Deep Learning, 2013; torch.optim.SGD");
}

}  // namespace pipeline::optimizer::torch_optimizers
