#include <torch/optim/rmsprop.h>

#include "optimizers.h"
#include "pipeline/options.h"
#include "pipeline/train/optimizer.h"

namespace pipeline::optimizer::torch_optimizers {

namespace {

struct RMSpropOptions {
  double lr = 1e-2;
  double alpha = 0.99;
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum = 0;
  bool centered = false;

  static constexpr auto options() {
    return option_list<RMSpropOptions>(
        option("lr", &RMSpropOptions::lr, "Step size.").above(0).search_log(1e-5, 1e-1),
        option("alpha", &RMSpropOptions::alpha, "Decay of the running mean of the squared gradient.")
            .at_least(0)
            .below(1)
            .search(0.9, 0.999),
        option("eps", &RMSpropOptions::eps, "Added to the denominator.").above(0),
        option("weight_decay", &RMSpropOptions::weight_decay, "L2 penalty added to the gradient.").at_least(0).search(0, 0.1),
        option("momentum", &RMSpropOptions::momentum, "Share of the last step kept.").at_least(0).search(0, 0.99),
        option("centered", &RMSpropOptions::centered, "Scale by the gradient's variance instead of its second moment."));
  }
};

class RMSprop final : public TorchOptimizer<torch::optim::RMSprop> {
 public:
  using Options = RMSpropOptions;
  RMSprop(const Options& o, std::vector<torch::Tensor> parameters)
      : TorchOptimizer(std::move(parameters), torch::optim::RMSpropOptions(o.lr)
                                                  .alpha(o.alpha)
                                                  .eps(o.eps)
                                                  .weight_decay(o.weight_decay)
                                                  .momentum(o.momentum)
                                                  .centered(o.centered)) {}

 protected:
  void group_entries(GroupEntries& entries) override {
    auto& options = entries.options<torch::optim::RMSpropOptions>();
    entries.setting("momentum", options.momentum());
    entries.setting("alpha", options.alpha());
    entries.setting("eps", options.eps());
    entries.setting("centered", options.centered());
    entries.setting("weight_decay", options.weight_decay());
    for (const char* name : {"maximize", "capturable", "differentiable"}) entries.constant(name, false);
    entries.constant("foreach", State());
  }
  void weight_entries(WeightEntries& entries) override {
    const auto& options = entries.options<torch::optim::RMSpropOptions>();
    auto& moments = entries.kept<torch::optim::RMSpropParamState>();
    entries.step(moments.step());
    entries.moment("square_avg", moments.square_avg());
    entries.moment("momentum_buffer", moments.momentum_buffer(), options.momentum() > 0);
    entries.moment("grad_avg", moments.grad_avg(), options.centered());
  }
};

}  // namespace

void add_rmsprop(Registrar& registrar) {
  registrar.add<Optimizer, RMSprop>("RMSprop", "Steps scaled by the running size of the gradient.")
      .reference("Tieleman and Hinton, Lecture 6.5: RMSProp, 2012; torch.optim.RMSprop");
}

}  // namespace pipeline::optimizer::torch_optimizers
