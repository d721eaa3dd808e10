#include "schedule_options.h"
#include "schedulers.h"

namespace pipeline::scheduler::torch_schedulers {

namespace {

struct ExponentialLROptions {
  double gamma = 0.95;
  std::string interval = "epoch";
  std::int64_t frequency = 1, warmup_steps = 0;
  double warmup_start_factor = 0.01;

  static constexpr auto options() {
    using O = ExponentialLROptions;
    return option_list<O>(option("gamma", &O::gamma, "The rate is multiplied by this every step.").above(0).required().search(0.8, 0.999),
                          interval_option<O>(), frequency_option<O>(), warmup_steps_option<O>(), warmup_start_factor_option<O>());
  }
};

class ExponentialLR final : public TorchScheduler {
 public:
  using Options = ExponentialLROptions;
  ExponentialLR(const Options& options, torch::optim::Optimizer& optimizer)
      : TorchScheduler(optimizer, {.interval = options.interval, .frequency = options.frequency}), options_(options) {}

 private:
  [[nodiscard]] double first_rate(std::size_t, double base) const override { return base; }
  [[nodiscard]] double next_rate(std::size_t, double, double rate) const override { return rate * options_.gamma; }
  [[nodiscard]] State::Map attributes() const override { return {{"gamma", options_.gamma}}; }

  Options options_;
};

}  // namespace

void add_exponential_lr(Registrar& registrar) {
  registrar
      .add_with<Scheduler, ExponentialLROptions>("ExponentialLR", "Multiplies the rate by gamma every step.",
                                                 make_with_warmup<ExponentialLR>)
      .reference("torch.optim.lr_scheduler.ExponentialLR");
}

}  // namespace pipeline::scheduler::torch_schedulers
