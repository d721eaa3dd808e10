#include "schedule_options.h"
#include "schedulers.h"

namespace pipeline::scheduler::torch_schedulers {

namespace {

struct StepLROptions {
  std::int64_t step_size = 1;
  double gamma = 0.1;
  std::string interval = "epoch";
  std::int64_t frequency = 1, warmup_steps = 0;
  double warmup_start_factor = 0.01;

  static constexpr auto options() {
    using O = StepLROptions;
    return option_list<O>(option("step_size", &O::step_size, "Steps between two changes of the rate.").at_least(1).required(),
                          option("gamma", &O::gamma, "The rate is multiplied by this.").above(0).search(0.1, 0.9), interval_option<O>(),
                          frequency_option<O>(), warmup_steps_option<O>(), warmup_start_factor_option<O>());
  }
};

class StepLR final : public TorchScheduler {
 public:
  using Options = StepLROptions;
  StepLR(const Options& options, torch::optim::Optimizer& optimizer)
      : TorchScheduler(optimizer, {.interval = options.interval, .frequency = options.frequency}), options_(options) {}

 private:
  [[nodiscard]] double first_rate(std::size_t, double base) const override { return base; }
  [[nodiscard]] double next_rate(std::size_t, double, double rate) const override {
    return last_epoch() % options_.step_size == 0 ? rate * options_.gamma : rate;
  }
  [[nodiscard]] State::Map attributes() const override { return {{"step_size", options_.step_size}, {"gamma", options_.gamma}}; }

  Options options_;
};

}  // namespace

void add_step_lr(Registrar& registrar) {
  registrar.add_with<Scheduler, StepLROptions>("StepLR", "Multiplies the rate by gamma every step_size steps.", make_with_warmup<StepLR>)
      .reference("torch.optim.lr_scheduler.StepLR");
}

}  // namespace pipeline::scheduler::torch_schedulers
