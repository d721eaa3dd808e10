#include <torch/nn/modules/linear.h>
#include <torch/optim/sgd.h>

#include "pipeline/testing/fake_trainer.h"
#include "pipeline/train/checkpoint.h"
#include "pipeline/train/torch_settings.h"
#include "torch_tests.h"

namespace pipeline::component_tests {

namespace {

/// One linear layer.
class Line final : public Model {
 public:
  Line() { layer_ = register_module("layer", torch::nn::Linear(3, 1)); }
  Forecast forward(const Batch& batch) override { return {.values = layer_(batch.x)}; }

 private:
  torch::nn::Linear layer_{nullptr};
};

/// Two epochs of two batches, every hook in Lightning's order; val_loss goes from 1 to 0.5.
void go_through(Callback& callback, testing::FakeTrainer& trainer) {
  const Batch batch;
  const torch::Tensor loss = torch::tensor(0.5F);
  callback.resolve(trainer);
  callback.setup(trainer);
  callback.on_fit_start(trainer);
  trainer.sanity = true;
  callback.on_sanity_check_start(trainer);
  callback.on_sanity_check_end(trainer);
  trainer.sanity = false;
  callback.on_train_start(trainer);
  for (trainer.epoch = 0; trainer.epoch < 2; ++trainer.epoch) {
    callback.on_train_epoch_start(trainer);
    for (std::int64_t index = 0; index < 2; ++index) {
      static_cast<void>(callback.on_train_batch_start(trainer, index));
      callback.on_before_backward(trainer, loss);
      callback.on_after_backward(trainer);
      callback.on_before_optimizer_step(trainer, *trainer.optim);
      ++trainer.step;
      static_cast<void>(callback.on_train_batch_end(trainer, {batch, index, loss}));
    }
    callback.on_validation_start(trainer);
    callback.on_validation_epoch_start(trainer);
    callback.on_validation_batch_end(trainer, {.batch = {}, .batch_index = 0, .forecast = {}});
    callback.on_validation_epoch_end(trainer);
    trainer.metrics = {
        {"train_loss", 0.5}, {"train_loss_step", 0.5}, {"train_loss_epoch", 0.5}, {"val_loss", trainer.epoch == 0 ? 1.0 : 0.5}, {"x", 0.5}};
    static_cast<void>(callback.on_validation_end(trainer));
    static_cast<void>(callback.on_train_epoch_end(trainer));
  }
  callback.on_train_end(trainer);
  callback.on_fit_end(trainer);
  callback.teardown(trainer);
}

class CallbackChecks {
 public:
  explicit CallbackChecks(const ComponentTestContext& test) : test_(test), options_(test.options) {
    if (options_.find("monitor") && options_.at("monitor").is_string()) options_["monitor"] = "val_loss";
    trainer_.optim = std::make_unique<torch::optim::SGD>(trainer_.model().parameters(), torch::optim::SGDOptions(0.1));
    trainer_.train_batches = 2;
    trainer_.val_batches = 1;
  }

  [[nodiscard]] Component<Callback> make() const { return test_.registry.make<Callback>(test_.component.name, options_); }

  [[nodiscard]] std::string hooks() {
    go_through(*make(), trainer_);
    return {};
  }

  [[nodiscard]] std::string state() {
    const auto before = make(), after = make();
    go_through(*before, trainer_);
    if (before->state_key().empty()) return "its state_key() is empty: checkpoints could not tell it from others";
    const auto file = test_.folder / "state.ckpt";
    write_checkpoint(file, before->state_dict());
    after->resolve(trainer_);
    after->setup(trainer_);  // as Lightning does before it loads a callback's state
    after->load_state_dict(read_checkpoint(file));
    write_checkpoint(test_.folder / "again.ckpt", after->state_dict());
    const Value first = read_checkpoint(file).to_value(), second = read_checkpoint(test_.folder / "again.ckpt").to_value();
    return first == second ? "" : "its state is " + to_json(first) + " when saved and " + to_json(second) + " after it was loaded";
  }

  [[nodiscard]] std::string exception() {
    const auto callback = make();
    callback->resolve(trainer_);
    callback->setup(trainer_);
    callback->on_fit_start(trainer_);
    callback->on_exception(trainer_, "a step failed");
    callback->teardown(trainer_);
    return {};
  }

 private:
  const ComponentTestContext& test_;
  Value options_;
  testing::FakeTrainer trainer_{std::make_shared<Line>()};
};

}  // namespace

std::vector<Check> CallbackTest::run(const ComponentTestContext& context) {
  const TorchSettings settings({.threads = 1});  // tensors are tiny
  CheckList list;
  list.add("hooks", [&] { return CallbackChecks(context).hooks(); });
  list.add("state", [&] { return CallbackChecks(context).state(); });
  list.add("exception", [&] { return CallbackChecks(context).exception(); });
  return list.take();
}

}  // namespace pipeline::component_tests
