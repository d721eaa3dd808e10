#include <torch/optim/adamw.h>

#include "adam_family.h"
#include "fused_adam.h"
#include "optimizers.h"
#include "pipeline/options.h"

namespace pipeline::optimizer::torch_optimizers {

namespace {

constexpr auto fused_adamw_step = [](auto&&... arguments) { at::_fused_adamw_(std::forward<decltype(arguments)>(arguments)...); };

struct AdamWOptions {
  double lr = 1e-3;
  std::vector<double> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 1e-2;
  bool amsgrad = false;

  static constexpr auto options() {
    return option_list<AdamWOptions>(
        option("lr", &AdamWOptions::lr, "Step size.").above(0).search_log(1e-5, 1e-1),
        option("betas", &AdamWOptions::betas, "Decay of the running means of gradient and squared gradient.")
            .items(2, 2)
            .at_least(0)
            .below(1),
        option("eps", &AdamWOptions::eps, "Added to the denominator.").above(0),
        option("weight_decay", &AdamWOptions::weight_decay, "Share of each weight taken off in a step, times lr.")
            .at_least(0)
            .search(0, 0.1),
        option("amsgrad", &AdamWOptions::amsgrad, "Keep the maximum of the second moments."));
  }
};

using AdamWBase = FusedAdam<torch::optim::AdamW, torch::optim::AdamWOptions, torch::optim::AdamWParamState, fused_adamw_step>;

class AdamW final : public AdamWBase {
 public:
  using Options = AdamWOptions;
  AdamW(const Options& o, std::vector<torch::Tensor> parameters)
      : AdamWBase(
            std::move(parameters),
            torch::optim::AdamWOptions(o.lr).betas({o.betas[0], o.betas[1]}).eps(o.eps).weight_decay(o.weight_decay).amsgrad(o.amsgrad)) {}

 protected:
  void group_entries(GroupEntries& entries) override { adam_group<torch::optim::AdamWOptions>(entries, /*decoupled=*/true); }
  void weight_entries(WeightEntries& entries) override { adam_weight<torch::optim::AdamWOptions, torch::optim::AdamWParamState>(entries); }
};

}  // namespace

void add_adamw(Registrar& registrar) {
  registrar.add<Optimizer, AdamW>("AdamW", "Adam with weight decay apart from the gradient.")
      .reference("Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019; torch.optim.AdamW");
}

}  // namespace pipeline::optimizer::torch_optimizers
