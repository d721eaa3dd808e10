#include <algorithm>
#include <limits>

#include "pipeline/errors.h"
#include "pipeline/torch/callback.h"
#include "schedule_options.h"
#include "schedulers.h"

namespace pipeline::scheduler::torch_schedulers {

namespace {

struct PlateauOptions {
  std::string monitor = "val_loss", mode = "auto";
  double factor = 0.1;
  std::int64_t patience = 10;
  double threshold = 1e-4;
  std::string threshold_mode = "rel";
  std::int64_t cooldown = 0;
  double min_lr = 0, eps = 1e-8;
  std::string interval = "epoch";
  std::int64_t frequency = 1;
  bool strict = true;
  std::int64_t warmup_steps = 0;
  double warmup_start_factor = 0.01;

  static constexpr auto options() {
    using O = PlateauOptions;
    return option_list<O>(
        option("monitor", &O::monitor, "The metric that should improve.").role(OptionRole::metric),
        option("mode", &O::mode, "Whether lower or higher is better; auto: as the metric says of itself.").choices({"auto", "min", "max"}),
        option("factor", &O::factor, "The rate is multiplied by this.").above(0).below(1).search(0.1, 0.9),
        option("patience", &O::patience, "Steps without improvement that are let pass.").at_least(0).search(0, 20),
        option("threshold", &O::threshold, "A change smaller than this is no improvement.").at_least(0),
        option("threshold_mode", &O::threshold_mode, "Whether threshold is a share of the best value, or a difference.")
            .choices({"rel", "abs"}),
        option("cooldown", &O::cooldown, "Steps after a reduction in which nothing is counted.").at_least(0),
        option("min_lr", &O::min_lr, "The lowest rate.").at_least(0),
        option("eps", &O::eps, "A reduction smaller than this is left out.").at_least(0), interval_option<O>(), frequency_option<O>(),
        option("strict", &O::strict, "It is an error when the metric has not been measured yet; false: wait."), warmup_steps_option<O>(),
        warmup_start_factor_option<O>());
  }
};

class ReduceLROnPlateau final : public TorchScheduler {
 public:
  using Options = PlateauOptions;
  ReduceLROnPlateau(const Options& options, torch::optim::Optimizer& optimizer)
      : TorchScheduler(
            optimizer,
            {.interval = options.interval, .frequency = options.frequency, .monitor = options.monitor, .strict = options.strict}),
        options_(options),
        best_(worst()) {}

  void resolve(Trainer& trainer) override;
  [[nodiscard]] State state_dict() const override;
  void load_state_dict(const State& state) override;
  [[nodiscard]] State::Map group_entries(std::size_t) const override { return {}; }

 private:
  void on_step(std::optional<double> metric) override;
  [[nodiscard]] double first_rate(std::size_t, double base) const override { return base; }
  [[nodiscard]] double next_rate(std::size_t, double, double rate) const override {
    const double reduced = std::max(rate * options_.factor, options_.min_lr);
    return reduces_ && rate - reduced > options_.eps ? reduced : rate;
  }
  [[nodiscard]] State::Map attributes() const override;

  [[nodiscard]] double worst() const {
    return options_.mode == "max" ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] bool better(double value) const {
    const bool relative = options_.threshold_mode == "rel";
    if (options_.mode == "max") return value > (relative ? best_ * (options_.threshold + 1.0) : best_ + options_.threshold);
    return value < (relative ? best_ * (1.0 - options_.threshold) : best_ - options_.threshold);
  }

  Options options_;
  double best_;
  std::int64_t bad_steps_ = 0, cooldown_left_ = 0;
  bool reduces_ = false;  ///< in the current step
};

void ReduceLROnPlateau::resolve(Trainer& trainer) {
  if (options_.mode != "auto") return;
  options_.mode = trainer.larger_is_better(options_.monitor) ? "max" : "min";
  best_ = worst();
}

void ReduceLROnPlateau::on_step(std::optional<double> metric) {
  if (!metric) throw usage_error("ReduceLROnPlateau steps by a metric, and was given none");
  if (better(*metric)) {
    best_ = *metric;
    bad_steps_ = 0;
  } else {
    ++bad_steps_;
  }
  if (cooldown_left_ > 0) {
    --cooldown_left_;
    bad_steps_ = 0;
  }
  reduces_ = bad_steps_ > options_.patience;
  if (!reduces_) return;
  cooldown_left_ = options_.cooldown;
  bad_steps_ = 0;
}

State::Map ReduceLROnPlateau::attributes() const {
  return {{"factor", options_.factor},
          {"default_min_lr", options_.min_lr},
          {"min_lrs", number_list(std::vector<double>(base_rates().size(), options_.min_lr))},
          {"patience", options_.patience},
          {"cooldown", options_.cooldown},
          {"eps", options_.eps},
          {"mode", options_.mode},
          {"threshold", options_.threshold},
          {"threshold_mode", options_.threshold_mode},
          {"mode_worse", worst()},
          {"best", best_},
          {"cooldown_counter", cooldown_left_},
          {"num_bad_epochs", bad_steps_}};
}

State ReduceLROnPlateau::state_dict() const {
  State::Map state = attributes();
  state.emplace_back("last_epoch", std::max<std::int64_t>(last_epoch(), 0));
  state.emplace_back("_last_lr", number_list(last_rates()));
  return state;
}

void ReduceLROnPlateau::load_state_dict(const State& state) {
  set_last_epoch(state.at("last_epoch").as_int());
  if (const State* rates = state.find("_last_lr")) set_last_rates(numbers_of(*rates));
  best_ = state.at("best").as_double();
  cooldown_left_ = state.at("cooldown_counter").as_int();
  bad_steps_ = state.at("num_bad_epochs").as_int();
}

}  // namespace

void add_reduce_lr_on_plateau(Registrar& registrar) {
  registrar
      .add_with<Scheduler, PlateauOptions>("ReduceLROnPlateau", "Reduces the rate when a metric has stopped improving.",
                                           make_with_warmup<ReduceLROnPlateau>)
      .reference("torch.optim.lr_scheduler.ReduceLROnPlateau");
}

}  // namespace pipeline::scheduler::torch_schedulers
