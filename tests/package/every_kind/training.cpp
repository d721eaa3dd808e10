#include <fstream>

#include <ATen/Functions.h>
#include <torch/nn/modules/linear.h>

#include "every_kind.h"
#include "pipeline/logger.h"
#include "pipeline/torch/callback.h"
#include "pipeline/torch/loss.h"
#include "pipeline/torch/model.h"
#include "pipeline/train/metric.h"
#include "pipeline/train/optimizer.h"
#include "pipeline/train/scheduler.h"

namespace every_kind {

namespace {

struct ModelOptions {
  std::int64_t hidden_size = 8;

  static constexpr auto options() {
    return pipeline::option_list<ModelOptions>(
        pipeline::option("hidden_size", &ModelOptions::hidden_size, "Units.").at_least(1).search(4, 16, 4));
  }
};

/// A hidden layer over the window and the targets' past, and the SDK's head.
class OutsideModel final : public pipeline::Model {
 public:
  using Options = ModelOptions;
  OutsideModel(const Options& options, const pipeline::ModelShape& shape)
      : hidden_(register_module("hidden", torch::nn::Linear(shape.window * (shape.features + shape.targets), options.hidden_size))),
        head_(*this, "head", options.hidden_size, shape) {}

  pipeline::Forecast forward(const pipeline::Batch& batch) override {
    const torch::Tensor all = torch::cat({batch.x.flatten(1), batch.target_history.flatten(1)}, 1);
    return head_(hidden_(all).relu());
  }
  [[nodiscard]] pipeline::Inputs inputs() const override { return {pipeline::Input::past, pipeline::Input::target_history}; }
  [[nodiscard]] pipeline::OutputSpec output() const override { return head_.output(); }

 private:
  torch::nn::Linear hidden_;
  pipeline::ForecastHead head_;
};

/// The SDK's head, with columns known ahead and the words of a series.
class FutureModel final : public pipeline::Model {
 public:
  using Options = pipeline::NoOptions;
  FutureModel(Options, const pipeline::ModelShape& shape)
      : head_(*this, "head", shape.window * shape.features, shape, {pipeline::Input::future, pipeline::Input::static_codes}) {}
  pipeline::Forecast forward(const pipeline::Batch& batch) override { return head_(batch.x.flatten(1), batch); }
  [[nodiscard]] pipeline::Inputs inputs() const override { return pipeline::Inputs{pipeline::Input::past} | head_.inputs(); }
  [[nodiscard]] pipeline::OutputSpec output() const override { return head_.output(); }

 private:
  pipeline::ForecastHead head_;
};

/// Squared error.
class OutsideLoss final : public pipeline::Loss {
 public:
  using Options = pipeline::NoOptions;
  explicit OutsideLoss(Options) {}
  torch::Tensor elementwise(const pipeline::Forecast& forecast, const torch::Tensor& y) const override {
    return (forecast.values - y).square();
  }
};

/// The pinball loss of three quantiles.
class QuantilesLoss final : public pipeline::Loss {
 public:
  using Options = pipeline::NoOptions;
  explicit QuantilesLoss(Options) {}
  [[nodiscard]] pipeline::OutputSpec output() const override {
    return {.kind = pipeline::OutputSpec::Kind::quantiles, .levels = {0.1, 0.5, 0.9}, .family = {}, .parameters = {}};
  }
  torch::Tensor elementwise(const pipeline::Forecast& forecast, const torch::Tensor& y) const override {
    const torch::Tensor levels = torch::tensor(forecast.levels, forecast.quantiles.options());
    const torch::Tensor too_low = y.unsqueeze(3) - forecast.quantiles;
    return at::maximum(levels * too_low, (levels - 1) * too_low).mean(3);
  }
};

/// The optimizer's state for a weight.
struct Velocity final : torch::optim::OptimizerCloneableParamState<Velocity> {
  torch::Tensor velocity;
};

struct GroupOptions final : torch::optim::OptimizerCloneableOptions<GroupOptions> {
  explicit GroupOptions(double rate = 0.01) : lr(rate) {}
  double lr;
  [[nodiscard]] double get_lr() const override { return lr; }
  void set_lr(double rate) override { lr = rate; }
};

struct OptimizerOptions {
  double lr = 0.01;

  static constexpr auto options() {
    return pipeline::option_list<OptimizerOptions>(pipeline::option("lr", &OptimizerOptions::lr, "Step.").above(0).search_log(1e-3, 1e-1));
  }
};

/// Heavy-ball momentum, with classes of its own for settings and state.
class OutsideOptimizer final : public pipeline::TorchOptimizer<> {
 public:
  using Options = OptimizerOptions;
  OutsideOptimizer(const Options& options, std::vector<torch::Tensor> parameters)
      : TorchOptimizer(std::move(parameters), std::make_unique<GroupOptions>(options.lr)) {}

  torch::Tensor step(LossClosure closure) override {
    torch::Tensor loss;
    if (closure) loss = closure();
    const torch::NoGradGuard no_grad;
    for (torch::optim::OptimizerParamGroup& group : param_groups()) {
      for (torch::Tensor& parameter : group.params()) {
        if (!parameter.grad().defined()) continue;
        auto& kept = state()[parameter.unsafeGetTensorImpl()];
        if (!kept) {
          auto made = std::make_unique<Velocity>();
          made->velocity = torch::zeros_like(parameter);
          kept = std::move(made);
        }
        torch::Tensor& velocity = static_cast<Velocity&>(*kept).velocity;
        velocity.mul_(0.9).add_(parameter.grad());
        parameter.sub_(velocity, group.options().get_lr());
      }
    }
    return loss;
  }

 protected:
  void weight_entries(pipeline::WeightEntries& entries) override { entries.moment("velocity", entries.kept<Velocity>().velocity); }
};

/// Halves the learning rate after every epoch.
class OutsideScheduler final : public pipeline::Scheduler {
 public:
  using Options = pipeline::NoOptions;
  OutsideScheduler(Options, torch::optim::Optimizer& optimizer) : optimizer_(optimizer) {}
  const pipeline::SchedulerTiming& timing() const override { return timing_; }
  void start(const pipeline::TrainingLength&) override {}
  void step(std::optional<double>) override {
    ++epoch_;
    for (auto& group : optimizer_.param_groups()) group.options().set_lr(group.options().get_lr() / 2);
  }
  pipeline::State state_dict() const override { return pipeline::State::Map{{"last_epoch", epoch_}}; }
  void load_state_dict(const pipeline::State& state) override { epoch_ = state.at("last_epoch").as_int(); }

 private:
  torch::optim::Optimizer& optimizer_;
  pipeline::SchedulerTiming timing_;
  std::int64_t epoch_ = 0;
};

/// The largest error.
class OutsideMetric final : public pipeline::Metric {
 public:
  using Options = pipeline::NoOptions;
  explicit OutsideMetric(Options) { info_.name = "largest"; }
  const pipeline::MetricInfo& info() const override { return info_; }
  void count(const pipeline::MetricBatch& batch, const pipeline::MetricSums& sums) const override {
    pipeline::for_each_value(batch, sums, [](double* largest, const pipeline::MetricValue& value) {
      *largest = std::max(*largest, std::abs(value.forecast - value.truth));
    });
  }
  void merge(std::span<double> sums, std::span<const double> others) const override { sums[0] = std::max(sums[0], others[0]); }
  std::optional<double> finish(std::span<const double> sums, double) const override { return sums[0]; }

 private:
  pipeline::MetricInfo info_;
};

/// Counts batches, and remembers how many.
class OutsideCallback final : public pipeline::Callback {
 public:
  using Options = pipeline::NoOptions;
  explicit OutsideCallback(Options) {}
  void on_after_backward(pipeline::Trainer&) override { ++batches_; }
  [[nodiscard]] bool needs_gradients() const override { return true; }
  void on_fit_end(pipeline::Trainer& trainer) override {
    trainer.log().info("OutsideCallback saw " + std::to_string(batches_) + " batches");
  }
  [[nodiscard]] std::string state_key() const override { return "OutsideCallback"; }
  [[nodiscard]] pipeline::State state_dict() const override { return pipeline::State::Map{{"batches", batches_}}; }
  void load_state_dict(const pipeline::State& state) override { batches_ = state.at("batches").as_int(); }

 private:
  std::int64_t batches_ = 0;
};

/// A line for each scalar.
class OutsideLogger final : public pipeline::Logger {
 public:
  using Options = pipeline::NoOptions;
  OutsideLogger(Options, const pipeline::LoggerContext& context)
      : out_(context.version_dir / "outside.txt", context.append ? std::ios::app : std::ios::out) {}
  void log_hyper_parameters(const pipeline::Value&) override {}
  void log_scalars(pipeline::Scalars scalars, std::int64_t step) override {
    for (const auto& [name, value] : scalars) out_ << step << ' ' << name << ' ' << value << '\n';
  }
  void log_final_metrics(pipeline::Scalars metrics, std::int64_t step) override { log_scalars(metrics, step); }
  void flush() override { out_.flush(); }
  void finish(bool) override { out_.flush(); }

 private:
  std::ofstream out_;
};

}  // namespace

void add_training(pipeline::Registrar& registrar) {
  registrar.add<pipeline::Model, OutsideModel>("OutsideModel", "A hidden layer and the SDK's head.");
  registrar.add<pipeline::Model, FutureModel>("FutureModel", "Reads columns known ahead.");
  registrar.add<pipeline::Loss, OutsideLoss>("OutsideLoss", "Squared error.");
  registrar.add<pipeline::Loss, QuantilesLoss>("QuantilesLoss", "Three quantiles.");
  registrar.add<pipeline::Optimizer, OutsideOptimizer>("OutsideOptimizer", "Momentum.");
  registrar.add<pipeline::Scheduler, OutsideScheduler>("OutsideScheduler", "Halves the rate.");
  registrar.add<pipeline::Metric, OutsideMetric>("largest", "The largest error.");
  registrar.add<pipeline::Callback, OutsideCallback>("OutsideCallback", "Counts batches.");
  registrar.add<pipeline::Logger, OutsideLogger>("OutsideLogger", "A line for each scalar.");
}

}  // namespace every_kind
