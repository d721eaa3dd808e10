#include <torch/optim/adamw.h>

#include "betas.h"
#include "optimizers.h"
#include "pipeline/options.h"
#include "pipeline/train/optimizer.h"

namespace pipeline::optimizer::torch_optimizers {

namespace {

struct AdamWOptions {
  double lr = 1e-3;
  std::vector<double> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 1e-2;
  bool amsgrad = false;

  static constexpr auto options() {
    return option_list<AdamWOptions>(
        option("lr", &AdamWOptions::lr, "Step size.").above(0).search_log(1e-5, 1e-1),
        option("betas", &AdamWOptions::betas, "Decay of the running means of gradient and squared gradient."),
        option("eps", &AdamWOptions::eps, "Added to the denominator.").above(0),
        option("weight_decay", &AdamWOptions::weight_decay, "Share of each weight taken off in a step, times lr.")
            .at_least(0)
            .search(0, 0.1),
        option("amsgrad", &AdamWOptions::amsgrad, "Keep the maximum of the second moments."));
  }
};

std::unique_ptr<torch::optim::Optimizer> make_adamw(const Value& given, std::vector<torch::Tensor> parameters) {
  const auto o = bind_options<AdamWOptions>(given);
  return std::make_unique<torch::optim::AdamW>(
      std::move(parameters),
      torch::optim::AdamWOptions(o.lr).betas(checked_betas("AdamW", o.betas)).eps(o.eps).weight_decay(o.weight_decay).amsgrad(o.amsgrad));
}

}  // namespace

void add_adamw(Registrar& registrar) {
  registrar.add_with<torch::optim::Optimizer, AdamWOptions>("AdamW", "Adam with weight decay apart from the gradient.", make_adamw)
      .reference("Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019; torch.optim.AdamW");
}

}  // namespace pipeline::optimizer::torch_optimizers
