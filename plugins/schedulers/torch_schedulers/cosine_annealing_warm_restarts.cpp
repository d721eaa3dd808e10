#include <cmath>
#include <numbers>

#include "schedule_options.h"
#include "schedulers.h"

namespace pipeline::scheduler::torch_schedulers {

namespace {

struct WarmRestartsOptions {
  std::int64_t T_0 = 10, T_mult = 1;
  double eta_min = 0;
  std::string interval = "epoch";
  std::int64_t frequency = 1, warmup_steps = 0;
  double warmup_start_factor = 0.01;

  static constexpr auto options() {
    using O = WarmRestartsOptions;
    return option_list<O>(option("T_0", &O::T_0, "Steps until the first restart.").at_least(1).required(),
                          option("T_mult", &O::T_mult, "Each run between restarts is so many times as long as the one before.").at_least(1),
                          option("eta_min", &O::eta_min, "The lowest rate.").at_least(0), interval_option<O>(), frequency_option<O>(),
                          warmup_steps_option<O>(), warmup_start_factor_option<O>());
  }
};

class CosineAnnealingWarmRestarts final : public TorchScheduler {
 public:
  using Options = WarmRestartsOptions;
  CosineAnnealingWarmRestarts(const Options& options, torch::optim::Optimizer& optimizer)
      : TorchScheduler(optimizer, {.interval = options.interval, .frequency = options.frequency}), options_(options), run_(options.T_0) {}

 private:
  void on_step(std::optional<double>) override {
    if (++since_restart_ < run_) return;
    since_restart_ = 0;
    run_ *= options_.T_mult;
  }
  [[nodiscard]] double first_rate(std::size_t, double base) const override { return rate_from(base); }
  [[nodiscard]] double next_rate(std::size_t, double base, double) const override { return rate_from(base); }
  [[nodiscard]] double rate_from(double base) const {
    const double angle = std::numbers::pi * static_cast<double>(since_restart_) / static_cast<double>(run_);
    return options_.eta_min + (base - options_.eta_min) * (1 + std::cos(angle)) / 2;
  }
  [[nodiscard]] State::Map attributes() const override {
    return {{"T_0", options_.T_0}, {"T_i", run_}, {"T_mult", options_.T_mult}, {"eta_min", options_.eta_min}, {"T_cur", since_restart_}};
  }
  void restore(const State& state) override {
    run_ = state.at("T_i").as_int();
    since_restart_ = state.at("T_cur").as_int();
  }

  Options options_;
  std::int64_t run_, since_restart_ = 0;  ///< steps of the current run between restarts, and the steps done of it
};

}  // namespace

void add_cosine_annealing_warm_restarts(Registrar& registrar) {
  registrar
      .add_with<Scheduler, WarmRestartsOptions>("CosineAnnealingWarmRestarts",
                                                "The rate falls along half a cosine, again and again from the highest.",
                                                make_with_warmup<CosineAnnealingWarmRestarts>)
      .reference("Loshchilov and Hutter, SGDR, 2017; torch.optim.lr_scheduler.CosineAnnealingWarmRestarts");
}

}  // namespace pipeline::scheduler::torch_schedulers
