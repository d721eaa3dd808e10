#include <torch/optim/adam.h>

#include "adam_family.h"
#include "fused_adam.h"
#include "optimizers.h"
#include "pipeline/options.h"

namespace pipeline::optimizer::torch_optimizers {

namespace {

constexpr auto fused_adam_step = [](auto&&... arguments) { at::_fused_adam_(std::forward<decltype(arguments)>(arguments)...); };

struct AdamOptions {
  double lr = 1e-3;
  std::vector<double> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  bool amsgrad = false;

  static constexpr auto options() {
    return option_list<AdamOptions>(
        option("lr", &AdamOptions::lr, "Step size.").above(0).search_log(1e-5, 1e-1),
        option("betas", &AdamOptions::betas, "Decay of the running means of gradient and squared gradient.")
            .items(2, 2)
            .at_least(0)
            .below(1),
        option("eps", &AdamOptions::eps, "Added to the denominator.").above(0),
        option("weight_decay", &AdamOptions::weight_decay, "L2 penalty added to the gradient.").at_least(0).search(0, 0.1),
        option("amsgrad", &AdamOptions::amsgrad, "Keep the maximum of the second moments."));
  }
};

using AdamBase = FusedAdam<torch::optim::Adam, torch::optim::AdamOptions, torch::optim::AdamParamState, fused_adam_step>;

class Adam final : public AdamBase {
 public:
  using Options = AdamOptions;
  Adam(const Options& o, std::vector<torch::Tensor> parameters)
      : AdamBase(
            std::move(parameters),
            torch::optim::AdamOptions(o.lr).betas({o.betas[0], o.betas[1]}).eps(o.eps).weight_decay(o.weight_decay).amsgrad(o.amsgrad)) {}

 protected:
  void group_entries(GroupEntries& entries) override { adam_group<torch::optim::AdamOptions>(entries, /*decoupled=*/false); }
  void weight_entries(WeightEntries& entries) override { adam_weight<torch::optim::AdamOptions, torch::optim::AdamParamState>(entries); }
};

}  // namespace

void add_adam(Registrar& registrar) {
  registrar.add<Optimizer, Adam>("Adam", "Adam: steps scaled by running moments of the gradient.")
      .reference("Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015; torch.optim.Adam");
}

}  // namespace pipeline::optimizer::torch_optimizers
