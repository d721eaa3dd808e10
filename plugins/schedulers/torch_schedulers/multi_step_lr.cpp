#include <algorithm>
#include <cmath>

#include "schedule_options.h"
#include "schedulers.h"

namespace pipeline::scheduler::torch_schedulers {

namespace {

struct MultiStepLROptions {
  std::vector<std::int64_t> milestones;
  double gamma = 0.1;
  std::string interval = "epoch";
  std::int64_t frequency = 1, warmup_steps = 0;
  double warmup_start_factor = 0.01;

  static constexpr auto options() {
    using O = MultiStepLROptions;
    return option_list<O>(option("milestones", &O::milestones, "Steps at which the rate changes.").required(),
                          option("gamma", &O::gamma, "The rate is multiplied by this.").above(0).search(0.1, 0.9), interval_option<O>(),
                          frequency_option<O>(), warmup_steps_option<O>(), warmup_start_factor_option<O>());
  }
};

class MultiStepLR final : public TorchScheduler {
 public:
  using Options = MultiStepLROptions;
  MultiStepLR(const Options& options, torch::optim::Optimizer& optimizer)
      : TorchScheduler(optimizer, {.interval = options.interval, .frequency = options.frequency}), options_(options) {}

 private:
  [[nodiscard]] double first_rate(std::size_t, double base) const override { return changed(base, 0); }
  [[nodiscard]] double next_rate(std::size_t, double, double rate) const override { return changed(rate, last_epoch()); }
  /// A repeated milestone counts as often as it is given.
  [[nodiscard]] double changed(double rate, std::int64_t step) const {
    const auto times = std::ranges::count(options_.milestones, step);
    return times == 0 ? rate : rate * std::pow(options_.gamma, times);
  }
  [[nodiscard]] State::Map attributes() const override {
    State::IntMap counts;
    for (const std::int64_t milestone : options_.milestones) counts[milestone] = std::ranges::count(options_.milestones, milestone);
    return {{"milestones", std::move(counts)}, {"gamma", options_.gamma}};
  }

  Options options_;
};

}  // namespace

void add_multi_step_lr(Registrar& registrar) {
  registrar
      .add_with<Scheduler, MultiStepLROptions>("MultiStepLR", "Multiplies the rate by gamma at each milestone.",
                                               make_with_warmup<MultiStepLR>)
      .reference("torch.optim.lr_scheduler.MultiStepLR");
}

}  // namespace pipeline::scheduler::torch_schedulers
