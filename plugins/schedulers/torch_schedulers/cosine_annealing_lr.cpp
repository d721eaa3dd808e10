#include <cmath>
#include <numbers>

#include "schedule_options.h"
#include "schedulers.h"

namespace pipeline::scheduler::torch_schedulers {

namespace {

struct CosineAnnealingLROptions {
  std::int64_t T_max = 0;
  double eta_min = 0;
  std::string interval = "epoch";
  std::int64_t frequency = 1, warmup_steps = 0;
  double warmup_start_factor = 0.01;

  static constexpr auto options() {
    using O = CosineAnnealingLROptions;
    return option_list<O>(option("T_max", &O::T_max, "Steps from the highest rate to the lowest; 0: all of the training's.").at_least(0),
                          option("eta_min", &O::eta_min, "The lowest rate.").at_least(0), interval_option<O>(), frequency_option<O>(),
                          warmup_steps_option<O>(), warmup_start_factor_option<O>());
  }
};

class CosineAnnealingLR final : public TorchScheduler {
 public:
  using Options = CosineAnnealingLROptions;
  CosineAnnealingLR(const Options& options, torch::optim::Optimizer& optimizer)
      : TorchScheduler(optimizer, {.interval = options.interval, .frequency = options.frequency}), options_(options) {}

 private:
  void on_prepare(const TrainingLength& length) override {
    if (options_.T_max == 0) options_.T_max = schedule_length("CosineAnnealingLR", "T_max", timing(), length);
  }
  [[nodiscard]] double first_rate(std::size_t, double base) const override { return base; }
  [[nodiscard]] double next_rate(std::size_t, double base, double rate) const override {
    const double low = options_.eta_min, steps = static_cast<double>(options_.T_max);
    if ((last_epoch() - 1 - options_.T_max) % (2 * options_.T_max) == 0) {  // the step after the lowest rate, where the ratio is 0 / 0
      return rate + (base - low) * (1 - std::cos(std::numbers::pi / steps)) / 2;
    }
    return (1 + cosine(last_epoch())) / (1 + cosine(last_epoch() - 1)) * (rate - low) + low;
  }
  [[nodiscard]] double cosine(std::int64_t step) const {
    return std::cos(std::numbers::pi * static_cast<double>(step) / static_cast<double>(options_.T_max));
  }
  [[nodiscard]] State::Map attributes() const override { return {{"T_max", options_.T_max}, {"eta_min", options_.eta_min}}; }
  void restore(const State& state) override { options_.T_max = state.at("T_max").as_int(); }

  Options options_;
};

}  // namespace

void add_cosine_annealing_lr(Registrar& registrar) {
  registrar
      .add_with<Scheduler, CosineAnnealingLROptions>("CosineAnnealingLR", "The rate falls along half a cosine, and rises again after it.",
                                                     make_with_warmup<CosineAnnealingLR>)
      .reference("Loshchilov and Hutter, SGDR, 2017; torch.optim.lr_scheduler.CosineAnnealingLR");
}

}  // namespace pipeline::scheduler::torch_schedulers
