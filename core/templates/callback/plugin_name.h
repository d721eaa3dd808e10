#pragma once

#include <algorithm>
#include <limits>
#include <string>

#include "pipeline/options.h"
#include "pipeline/torch/callback.h"

namespace plugin_name_plugin {

struct PluginNameOptions {
  std::string monitor = "val_loss";
  double threshold = 0.05;

  /// One line per option: name, member, meaning, range. If a member is not listed, the code does not compile.
  static constexpr auto options() {
    return pipeline::option_list<PluginNameOptions>(
        pipeline::option("monitor", &PluginNameOptions::monitor, "The metric that is watched."),
        pipeline::option("threshold", &PluginNameOptions::threshold, "Training stops once the metric is below this.").at_least(0));
  }
};

/// Stops the training once a metric is good enough.
class PluginName final : public pipeline::Callback {
 public:
  using Options = PluginNameOptions;
  explicit PluginName(Options options) : options_(std::move(options)) {}

  pipeline::Action on_validation_end(pipeline::Trainer& trainer) override {
    if (trainer.sanity_checking()) return pipeline::Action::proceed();
    const auto metric = trainer.callback_metrics().find(options_.monitor);
    if (metric == trainer.callback_metrics().end()) return pipeline::Action::proceed();
    best_ = std::min(best_, metric->second);
    if (metric->second >= options_.threshold) return pipeline::Action::proceed();
    return pipeline::Action::stop_training(options_.monitor + " is below the threshold");
  }

  [[nodiscard]] std::string monitor() const override { return options_.monitor; }
  [[nodiscard]] std::string state_key() const override { return "PluginName{'monitor': '" + options_.monitor + "'}"; }
  /// The state that a checkpoint keeps for a continued training.
  [[nodiscard]] pipeline::State state_dict() const override { return pipeline::State::Map{{"best", best_}}; }
  void load_state_dict(const pipeline::State& state) override { best_ = state.at("best").as_double(); }

  [[nodiscard]] double best() const { return best_; }

 private:
  Options options_;
  double best_ = std::numeric_limits<double>::infinity();
};

}  // namespace plugin_name_plugin
