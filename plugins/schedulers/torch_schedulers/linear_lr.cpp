#include "linear_lr.h"

#include "schedule_options.h"
#include "schedulers.h"

namespace pipeline::scheduler::torch_schedulers {

double LinearLR::first_rate(std::size_t, double base) const { return base * options_.start_factor; }

double LinearLR::next_rate(std::size_t, double, double rate) const {
  if (last_epoch() > options_.total_iters) return rate;
  const double rise = options_.end_factor - options_.start_factor;
  const double iterations = static_cast<double>(options_.total_iters), before = static_cast<double>(last_epoch() - 1);
  return rate * (1.0 + rise / (iterations * options_.start_factor + before * rise));
}

State::Map LinearLR::attributes() const {
  return {{"start_factor", options_.start_factor}, {"end_factor", options_.end_factor}, {"total_iters", options_.total_iters}};
}

namespace {

struct LinearLROptions {
  double start_factor = 1.0 / 3;
  double end_factor = 1;
  std::int64_t total_iters = 5;
  std::string interval = "epoch";
  std::int64_t frequency = 1;

  static constexpr auto options() {
    using O = LinearLROptions;
    return option_list<O>(option("start_factor", &O::start_factor, "The first rate, as a share of the optimizer's.").above(0).at_most(1),
                          option("end_factor", &O::end_factor, "The last rate, as a share of the optimizer's.").between(0, 1),
                          option("total_iters", &O::total_iters, "Steps until the last rate.").at_least(1), interval_option<O>(),
                          frequency_option<O>());
  }
};

std::unique_ptr<Scheduler> make_linear_lr(const Value& given, torch::optim::Optimizer& optimizer) {
  const auto o = bind_options<LinearLROptions>(given);
  return std::make_unique<LinearLR>(
      LinearLR::Options{.start_factor = o.start_factor, .end_factor = o.end_factor, .total_iters = o.total_iters}, optimizer,
      SchedulerTiming{.interval = o.interval, .frequency = o.frequency});
}

}  // namespace

void add_linear_lr(Registrar& registrar) {
  registrar
      .add_with<Scheduler, LinearLROptions>("LinearLR", "The rate goes linearly from one share of the optimizer's to another.",
                                            make_linear_lr)
      .reference("torch.optim.lr_scheduler.LinearLR");
}

}  // namespace pipeline::scheduler::torch_schedulers
