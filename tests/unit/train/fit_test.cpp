#include "pipeline/train/fit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <functional>

#include <ATen/Parallel.h>

#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/train/checkpoint.h"
#include "pipeline/train/collective.h"
#include "unit/train/fit_fixture.h"

using namespace pipeline;
using namespace pipeline::test;

namespace {

/// Repeats the target's last value.
class RepeatModel final : public Model {
 public:
  Forecast forward(const Batch& batch) override {
    Forecast forecast;
    forecast.values = batch.target_history.select(1, 3).unsqueeze(1).expand({batch.x.size(0), 2, batch.target_history.size(2)});
    return forecast;
  }
  [[nodiscard]] Inputs inputs() const override { return {Input::past, Input::target_history}; }
};

class FailingModel final : public Model {
 public:
  FailingModel() { weight_ = register_parameter("weight", torch::ones({1})); }
  Forecast forward(const Batch& batch) override {
    Forecast forecast;
    forecast.values = torch::matmul(batch.x, torch::ones({99, 1})) * weight_;
    return forecast;
  }

 private:
  torch::Tensor weight_;
};

}  // namespace

TEST_CASE("the same training twice gives the same bytes, whatever the workers") {
  const WindowsFixture data;
  std::vector<std::string> files;
  for (const std::int64_t workers : {0, 0, 2}) {
    FitFixture fit(data.windows());
    fit.spec.loader.num_workers = workers;
    fit.spec.version_dir = data.folder() / ("run" + std::to_string(files.size()));
    files.push_back(read_text(fit.run().last_checkpoint));
  }
  CHECK(files[0] == files[1]);
  CHECK(files[0] == files[2]);
}

TEST_CASE("last.ckpt holds everything that Lightning resumes from") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.version_dir = data.folder() / "version_0";
  fit.spec.pipeline_info = Value::Map{{"window", 4}};
  const FitResult result = fit.run();
  CHECK(result.last_checkpoint == data.folder() / "version_0" / "checkpoints" / "last.ckpt");
  const State state = read_checkpoint(result.last_checkpoint);
  CHECK(state.at("epoch").as_int() == 3);
  CHECK(state.at("global_step").as_int() == 12);
  CHECK(state.at("pytorch-lightning_version").as_string() == "2.6.6");
  CHECK(state.at("state_dict").at("linear.weight").as_tensor().sizes() == std::vector<std::int64_t>{2, 4});
  CHECK(state.at("hyper_parameters").at("lr").as_double() == 0.1);
  CHECK(state.at("pipeline").at("window").as_int() == 4);
  const State& loop = state.at("loops").at("fit_loop");
  CHECK(loop.at("epoch_progress").at("current").at("completed").as_int() == 3);
  CHECK(loop.at("epoch_loop.automatic_optimization.optim_progress").at("optimizer").at("step").at("total").at("completed").as_int() == 12);
  CHECK(state.at("optimizer_states").as_list().front().at("param_groups").as_list().front().at("lr").as_double() == 0.1);
  CHECK(fit.record.finished == 1);
  CHECK(fit.record.hyper_parameters.at("input_size").as_int() == 1);
}

TEST_CASE("a signal ends training after the step and leaves its state") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.version_dir = data.folder();
  fit.spec.callbacks.push_back(std::make_unique<AtBatchEnd>([&](Trainer& trainer, const BatchEnd&) {
    if (trainer.global_step() == 6) fit.cancel = SIGINT;
    return Action::proceed();
  }));
  const FitResult result = fit.run();
  CHECK(result.interrupted);
  CHECK(result.stopped_by == "interrupted");
  CHECK(result.steps == 6);
  const State state = read_checkpoint(result.last_checkpoint);
  CHECK(state.at("epoch").as_int() == 1);
  CHECK(state.at("global_step").as_int() == 6);
  CHECK(fit.record.finished == 0);
}

TEST_CASE("a loss that is not finite names epoch, step and cures") {
  const WindowsFixture data;
  FitFixture fit(data.windows(), 1e30);
  CHECK_THROWS_WITH_AS(static_cast<void>(fit.run()),
                       "the training loss became infinite in epoch 0 at step 2: lower [optimizer] lr (it is 1e+30), set [trainer] "
                       "gradient_clip_val = 1.0, or scale the columns ([stages.preprocess] scaler = \"standard\")",
                       Error);
  CHECK(fit.record.finished == 0);
}

TEST_CASE("an error of LibTorch ends the fit without a stack trace") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  ComponentInfo info;
  info.kind = "model";
  info.name = "FailingModel";
  info.library = "/plugins/libfailing.so";
  fit.spec.model = Component<Model>(std::make_shared<FailingModel>(), &info);
  try {
    static_cast<void>(fit.run());
    FAIL("the model cannot multiply these shapes");
  } catch (const ComponentError& error) {
    const std::string what = error.what();
    CHECK(what.starts_with("model \"FailingModel\" (libfailing.so) failed in forward: LibTorch: "));
    CHECK(what.find("frame #") == std::string::npos);
  }
}

TEST_CASE("a model without parameters is validated once and kept") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.model = std::make_shared<RepeatModel>();
  fit.spec.optimizer.reset();
  fit.spec.version_dir = data.folder();
  const FitResult result = fit.run();
  CHECK(result.epochs == 0);
  CHECK(result.steps == 0);
  REQUIRE(result.history.size() == 1);
  double sum = 0;
  for (int window = 30; window < 42; ++window) {
    for (int step = 0; step < 2; ++step) {
      const double error = std::sin(0.3 * (window + 3)) - std::sin(0.3 * (window + 4 + step));
      sum += error * error;
    }
  }
  CHECK(result.history[0].val.at("val_loss") == doctest::Approx(sum / 24));
  CHECK(std::filesystem::exists(result.last_checkpoint));
}

TEST_CASE("filled targets count neither in the loss nor in the metrics") {
  const WindowsFixture whole(false, false), filled(false, true);
  const auto first_loss = [](const WindowsFixture& data, const torch::Tensor& weights) {
    FitFixture fit(data.windows());
    fit.spec.trainer.max_steps = 1;
    fit.spec.loader = {.batch_size = 30, .shuffle = false};
    const auto model = std::static_pointer_cast<LineModel>(fit.spec.model);
    std::vector<std::int64_t> all(30);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
    const Batch batch = gather_batch(data.windows(), Split::train, all, {}, torch::kCPU);
    const torch::Tensor errors = (model->forward(batch).values - batch.y).square() * weights;
    const double expected = (errors.sum() / weights.sum()).item<double>();
    CHECK(fit.run().history[0].train_loss == doctest::Approx(expected));
  };
  const torch::Tensor weights = torch::ones({30, 2, 1});
  first_loss(whole, weights);
  weights[6][0][0] = 0;  // row 10 is the first target of window 6 and the second of window 5
  weights[5][1][0] = 0;
  first_loss(filled, weights);
}

TEST_CASE("torch's settings are put back after a fit") {
  const WindowsFixture data;
  const int threads = at::get_num_threads();
  at::globalContext().setFloat32MatmulPrecision("highest");
  FitFixture fit(data.windows());
  fit.spec.trainer.deterministic = true;
  int inside = 0;
  bool deterministic = false;
  fit.spec.callbacks.push_back(std::make_unique<AtBatchEnd>([&](Trainer&, const BatchEnd&) {
    inside = at::get_num_threads();
    deterministic = at::globalContext().deterministicAlgorithms();
    CHECK(at::globalContext().float32MatmulPrecision() == at::Float32MatmulPrecision::MEDIUM);
    return Action::proceed();
  }));
  static_cast<void>(fit.run());
  CHECK(inside == 1);
  CHECK(deterministic);
  CHECK(at::get_num_threads() == threads);
  CHECK_FALSE(at::globalContext().deterministicAlgorithms());
  CHECK(at::globalContext().float32MatmulPrecision() == at::Float32MatmulPrecision::HIGHEST);
}

TEST_CASE("a step changes the weights for torch's counter too, where the optimizer's kernel does not count") {
  /// Writes into the weights as LibTorch's fused kernels do.
  class Uncounted final : public TorchOptimizer<torch::optim::SGD> {
   public:
    using TorchOptimizer::TorchOptimizer;
    torch::Tensor step(LossClosure) override {
      for (torch::Tensor& weight : param_groups().front().params()) weight.mutable_data_ptr<float>()[0] += 1;
      return {};
    }
  };
  const WindowsFixture data;
  FitFixture fit(data.windows());
  const std::vector<torch::Tensor> weights = fit.spec.model->parameters();
  fit.spec.optimizer = std::make_unique<Uncounted>(weights, torch::optim::SGDOptions(0.1));
  std::vector<std::int64_t> versions;
  fit.spec.callbacks.push_back(std::make_unique<AtBatchEnd>([&](Trainer&, const BatchEnd&) {
    versions.push_back(weights.front()._version());
    return Action::proceed();
  }));
  static_cast<void>(fit.run());
  REQUIRE(versions.size() == 12);
  CHECK(std::ranges::adjacent_find(versions, std::greater_equal<>()) == versions.end());
}

TEST_CASE("callbacks know which of the processes that train together runs them") {
  /// The second of two ranks, whose first one sends what the second has.
  class Second final : public Collective {
   public:
    int rank() const override { return 1; }
    int world() const override { return 2; }
    int local_rank() const override { return 1; }
    void broadcast(std::span<torch::Tensor>, int) override {}
    void all_reduce(std::span<torch::Tensor>) override {}
    void all_gather(const torch::Tensor& tensor, torch::Tensor& all) override { all.copy_(tensor.expand_as(all)); }
    std::vector<Value> all_gather(const Value& value) override { return {value, value}; }
    Value share(const Value& value) override { return value; }
    void barrier() override {}
  };
  const WindowsFixture data;
  std::vector<std::int64_t> seen;
  const auto note = [&](Trainer& trainer, const BatchEnd&) {
    seen = {trainer.global_rank(), trainer.world_size(), trainer.is_global_zero() ? 1 : 0};
    return Action::proceed();
  };
  FitFixture alone(data.windows());
  alone.spec.callbacks.push_back(std::make_unique<AtBatchEnd>(note));
  static_cast<void>(alone.run());
  CHECK(seen == std::vector<std::int64_t>{0, 1, 1});

  FitFixture second(data.windows());
  second.spec.callbacks.push_back(std::make_unique<AtBatchEnd>(note));
  Second ranks;
  static_cast<void>(fit(std::move(second.spec), data.windows(), {.collective = &ranks, .cancel = second.cancel, .log = second.log}));
  CHECK(seen == std::vector<std::int64_t>{1, 2, 0});
}

TEST_CASE("a batch larger than the split cannot be dropped") {
  const WindowsFixture data;
  FitFixture fit(data.windows());
  fit.spec.loader = {.batch_size = 64, .drop_last = true};
  CHECK_THROWS_WITH_AS(static_cast<void>(fit.run()),
                       "[loader] drop_last leaves no training batch: batch_size 64 is more than the 30 training windows", Error);
}
