#include <cmath>
#include <numbers>
#include <string_view>

#include "momentum.h"
#include "pipeline/errors.h"
#include "schedule_options.h"
#include "schedulers.h"

namespace pipeline::scheduler::torch_schedulers {

namespace {

struct OneCycleLROptions {
  double max_lr = 0.01;
  std::int64_t total_steps = 0;
  double pct_start = 0.3;
  std::string anneal_strategy = "cos";
  bool cycle_momentum = true;
  double base_momentum = 0.85, max_momentum = 0.95;
  double div_factor = 25, final_div_factor = 1e4;
  bool three_phase = false;
  std::string interval = "step";
  std::int64_t frequency = 1;

  static constexpr auto options() {
    using O = OneCycleLROptions;
    return option_list<O>(
        option("max_lr", &O::max_lr, "The highest rate; the optimizer's lr is not used.").above(0).required().search_log(1e-4, 1e-1),
        option("total_steps", &O::total_steps, "Steps of the cycle; 0: all of the training's.").at_least(0),
        option("pct_start", &O::pct_start, "Share of the cycle in which the rate rises.").between(0, 1).search(0.1, 0.5),
        option("anneal_strategy", &O::anneal_strategy, "The shape of rise and fall.").choices({"cos", "linear"}),
        option("cycle_momentum", &O::cycle_momentum, "Move the momentum, or Adam's first beta, against the rate."),
        option("base_momentum", &O::base_momentum, "The lowest momentum.").at_least(0).below(1),
        option("max_momentum", &O::max_momentum, "The highest momentum.").at_least(0).below(1),
        option("div_factor", &O::div_factor, "The first rate is max_lr over this.").above(0),
        option("final_div_factor", &O::final_div_factor, "The last rate is the first over this.").above(0),
        option("three_phase", &O::three_phase, "Fall to the first rate as long as it rose, then to the last."), interval_option<O>(),
        frequency_option<O>());
  }
};

/// The rate rises to max_lr and falls far below its start; momentum moves the other way.
class OneCycleLR final : public TorchScheduler {
 public:
  using Options = OneCycleLROptions;
  OneCycleLR(const Options& options, torch::optim::Optimizer& optimizer)
      : TorchScheduler(optimizer, {.interval = options.interval, .frequency = options.frequency}), options_(options) {}
  [[nodiscard]] State::Map group_entries(std::size_t group) const override;

 private:
  /// A part of the cycle, up to and including `end_step`, with PyTorch's names of the levels at its start and end.
  struct Phase {
    double end_step;
    const char *start_lr, *end_lr, *start_momentum, *end_momentum;
  };

  void on_prepare(const TrainingLength& length) override;
  void on_step(std::optional<double> metric) override;
  [[nodiscard]] double first_rate(std::size_t, double) const override { return cycled(&Phase::start_lr, &Phase::end_lr); }
  [[nodiscard]] double next_rate(std::size_t, double, double) const override { return cycled(&Phase::start_lr, &Phase::end_lr); }
  void after_rates() override;
  [[nodiscard]] State::Map attributes() const override;
  void restore(const State& state) override;

  void set_phases();
  /// The value at step last_epoch(), between the start and end levels of the phase.
  [[nodiscard]] double cycled(const char* Phase::*start, const char* Phase::*end) const;
  [[nodiscard]] double level(std::string_view name) const;

  Options options_;
  std::vector<Phase> phases_;
  Momentum momentum_ = Momentum::none;
};

void OneCycleLR::on_prepare(const TrainingLength& length) {
  if (options_.total_steps == 0) {
    options_.total_steps = schedule_length("OneCycleLR", "total_steps", timing(), length);
  } else if (length.steps > options_.total_steps) {
    throw usage_error("OneCycleLR: its cycle has total_steps = " + std::to_string(options_.total_steps) + ", the training has " +
                      std::to_string(length.steps) + ": leave total_steps out, or shorten [trainer] max_epochs");
  }
  momentum_ = momentum_kind(optimizer().param_groups().front().options());
  if (options_.cycle_momentum && momentum_ == Momentum::none) {
    throw usage_error("OneCycleLR: this optimizer has no momentum to move: set cycle_momentum = false");
  }
  set_phases();
  for (double& base : base_rates()) base = level("initial_lr");
}

void OneCycleLR::set_phases() {
  const auto steps = static_cast<double>(options_.total_steps);
  const double rise = options_.pct_start * steps;
  phases_ = {{rise - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum"}};
  if (options_.three_phase) {
    phases_.push_back({2 * options_.pct_start * steps - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"});
    phases_.push_back({steps - 1, "initial_lr", "min_lr", "max_momentum", "max_momentum"});
  } else {
    phases_.push_back({steps - 1, "max_lr", "min_lr", "base_momentum", "max_momentum"});
  }
  double before = 0;
  for (const Phase& phase : phases_) {
    const bool empty = phase.end_step == before;
    if (empty) {
      throw usage_error("OneCycleLR: " + std::to_string(options_.total_steps) +
                        " steps with that pct_start leave a part of the cycle no step: "
                        "train longer, or change pct_start");
    }
    before = phase.end_step;
  }
}

void OneCycleLR::on_step(std::optional<double>) {
  if (last_epoch() <= options_.total_steps) return;
  throw usage_error("OneCycleLR: the training goes on after the cycle's " + std::to_string(options_.total_steps) +
                    " steps: raise total_steps");
}

double OneCycleLR::level(std::string_view name) const {
  if (name == "max_lr") return options_.max_lr;
  if (name == "max_momentum") return options_.max_momentum;
  if (name == "base_momentum") return options_.base_momentum;
  const double initial = options_.max_lr / options_.div_factor;
  return name == "initial_lr" ? initial : initial / options_.final_div_factor;  // "min_lr"
}

double OneCycleLR::cycled(const char* Phase::*start, const char* Phase::*end) const {
  const auto step = static_cast<double>(last_epoch());
  std::size_t i = 0;
  double before = 0;
  while (step > phases_[i].end_step && i + 1 < phases_.size()) before = phases_[i++].end_step;
  const double share = (step - before) / (phases_[i].end_step - before);
  const double from = level(phases_[i].*start), to = level(phases_[i].*end);
  if (options_.anneal_strategy == "linear") return (to - from) * share + from;
  return to + (from - to) / 2.0 * (std::cos(std::numbers::pi * share) + 1);
}

void OneCycleLR::after_rates() {
  if (!options_.cycle_momentum) return;
  const double momentum = cycled(&Phase::start_momentum, &Phase::end_momentum);
  for (auto& group : optimizer().param_groups()) set_momentum(group.options(), momentum);
}

State::Map OneCycleLR::attributes() const {
  State::List phases;
  for (const Phase& p : phases_) {
    phases.push_back(State::Map{{"end_step", p.end_step},
                                {"start_lr", p.start_lr},
                                {"end_lr", p.end_lr},
                                {"start_momentum", p.start_momentum},
                                {"end_momentum", p.end_momentum}});
  }
  State::Map attributes{{"total_steps", options_.total_steps},
                        {"_schedule_phases", std::move(phases)},
                        {"_anneal_func_type", options_.anneal_strategy},
                        {"cycle_momentum", options_.cycle_momentum}};
  if (options_.cycle_momentum) attributes.emplace_back("use_beta1", momentum_ == Momentum::first_beta);
  return attributes;
}

void OneCycleLR::restore(const State& state) {
  options_.total_steps = state.at("total_steps").as_int();
  set_phases();
}

State::Map OneCycleLR::group_entries(std::size_t) const {
  State::Map entries;
  for (const char* name : {"initial_lr", "max_lr", "min_lr"}) entries.emplace_back(name, level(name));
  if (!options_.cycle_momentum) return entries;
  for (const char* name : {"max_momentum", "base_momentum"}) entries.emplace_back(name, level(name));
  return entries;
}

std::unique_ptr<Scheduler> make_one_cycle_lr(const Value& given, torch::optim::Optimizer& optimizer) {
  return std::make_unique<OneCycleLR>(bind_options<OneCycleLROptions>(given), optimizer);
}

}  // namespace

void add_one_cycle_lr(Registrar& registrar) {
  registrar
      .add_with<Scheduler, OneCycleLROptions>("OneCycleLR", "The rate rises once and falls far below where it began.", make_one_cycle_lr)
      .reference("Smith and Topin, Super-Convergence, 2019; torch.optim.lr_scheduler.OneCycleLR");
}

}  // namespace pipeline::scheduler::torch_schedulers
