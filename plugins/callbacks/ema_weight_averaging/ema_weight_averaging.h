#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pipeline/options.h"
#include "pipeline/torch/callback.h"

namespace pipeline::callbacks::ema_weight_averaging {

struct EMAWeightAveragingOptions {
  double decay = 0.999;
  std::int64_t update_every_n_steps = 1;
  Value update_starting_at_step;
  Value update_starting_at_epoch;
  bool use_buffers = true;

  static constexpr auto options() {
    return option_list<EMAWeightAveragingOptions>(
        option("decay", &EMAWeightAveragingOptions::decay, "Share of the average that stays at an update; the rest is the weights' now.")
            .between(0, 1)
            .search(0.9, 0.9999),
        option("update_every_n_steps", &EMAWeightAveragingOptions::update_every_n_steps,
               "Optimizer steps from update to update; 0: none by steps.")
            .at_least(0),
        option("update_starting_at_step", &EMAWeightAveragingOptions::update_starting_at_step,
               "The first step, counted from 0, that updates.")
            .whole_number()
            .at_least(0),
        option("update_starting_at_epoch", &EMAWeightAveragingOptions::update_starting_at_epoch,
               "From this epoch on, counted from 0, its end updates too; not set: no epoch's end does.")
            .whole_number()
            .at_least(0),
        option("use_buffers", &EMAWeightAveragingOptions::use_buffers,
               "Average the model's buffers too, as those of batch normalisation."));
  }
};

/// Keeps an exponential moving average of the trained weights. Validation uses the average. A checkpoint holds it as `state_dict` and the
/// trained weights as `current_model_state`. At the end of the training the model holds the average. Before the first update there is no
/// average, and validation, checkpoints and the trained model have the trained weights. Lightning's callback takes the weights that the
/// training began with there.
class EMAWeightAveraging final : public Callback {
 public:
  using Options = EMAWeightAveragingOptions;
  explicit EMAWeightAveraging(Options options) : options_(std::move(options)) {}

  void setup(Trainer& trainer) override;
  Action on_train_batch_end(Trainer& trainer, const BatchEnd& end) override;
  Action on_train_epoch_end(Trainer& trainer) override;
  void on_validation_epoch_start(Trainer& trainer) override { swap(trainer); }
  void on_validation_epoch_end(Trainer& trainer) override { swap(trainer); }
  void on_train_end(Trainer& trainer) override;
  void on_save_checkpoint(Trainer& trainer, State& content) override;
  void on_load_checkpoint(Trainer& trainer, const State& content) override;

  [[nodiscard]] std::string state_key() const override { return "EMAWeightAveraging"; }
  [[nodiscard]] State state_dict() const override;
  void load_state_dict(const State& state) override;

 private:
  using Named = std::vector<std::pair<std::string, torch::Tensor>>;

  [[nodiscard]] bool updates_at_step(std::int64_t step) const;
  [[nodiscard]] bool updates_at_epoch(std::int64_t epoch) const;
  void update(Trainer& trainer);
  void swap(Trainer& trainer);

  Options options_;
  Named average_;  ///< in the model's order: parameters, then buffers if they are averaged
  std::int64_t updates_ = 0;
  std::int64_t latest_update_step_ = 0;
};

}  // namespace pipeline::callbacks::ema_weight_averaging
