#include <csignal>
#include <cstdlib>
#include <string>

#include "pipeline/logger.h"
#include "pipeline/options.h"
#include "pipeline/plugin.h"
#include "pipeline/torch/callback.h"

namespace pipeline::test {

struct KillAtOptions {
  std::int64_t step = -1;
  std::string hook = "batch_end";
  std::int64_t signal = SIGKILL;
  std::int64_t rank = -1, attempt = -1;

  static constexpr auto options() {
    return option_list<KillAtOptions>(
        option("step", &KillAtOptions::step, "After so many optimizer steps; -1 never.").no_effect_on_result(),
        option("hook", &KillAtOptions::hook, "In which hook.")
            .choices({"batch_start", "after_backward", "batch_end", "validation", "epoch_end"})
            .no_effect_on_result(),
        option("signal", &KillAtOptions::signal, "What the process gets.").no_effect_on_result(),
        option("rank", &KillAtOptions::rank, "In which of several processes; -1 in all.").no_effect_on_result(),
        option("attempt", &KillAtOptions::attempt, "In which of torchrun's starts, counted from 0; -1 in all.").no_effect_on_result());
  }
};

/// Sends the process a signal at an exact moment of the training.
class KillAt final : public Callback {
 public:
  using Options = KillAtOptions;
  explicit KillAt(Options options) : options_(std::move(options)) {}

  Action on_train_batch_start(Trainer& trainer, std::int64_t) override { return at("batch_start", trainer); }
  void on_after_backward(Trainer& trainer) override { at("after_backward", trainer); }
  Action on_train_batch_end(Trainer& trainer, const BatchEnd&) override { return at("batch_end", trainer); }
  void on_validation_batch_end(Trainer& trainer, const ValidationBatchEnd&) override { at("validation", trainer); }
  Action on_train_epoch_end(Trainer& trainer) override { return at("epoch_end", trainer); }
  [[nodiscard]] std::string state_key() const override { return "KillAt"; }

 private:
  /// Acts at the first such hook after the given number of steps.
  Action at(const char* hook, const Trainer& trainer) {
    if (is(options_.rank, "RANK") && is(options_.attempt, "TORCHELASTIC_RESTART_COUNT") && options_.step >= 0 && options_.hook == hook &&
        trainer.global_step() >= options_.step)
      std::raise(static_cast<int>(options_.signal));
    return Action::proceed();
  }

  /// Whether an environment variable has the wanted number; a negative one means any.
  static bool is(std::int64_t wanted, const char* variable) {
    const char* const value = std::getenv(variable);
    return wanted < 0 || (value && std::to_string(wanted) == value);
  }

  Options options_;
};

struct KillAtResultOptions {
  std::string folder;

  static constexpr auto options() {
    return option_list<KillAtResultOptions>(option("folder", &KillAtResultOptions::folder, "The name of the folder; empty: never."));
  }
};

/// Kills the process when the result of a training is logged in the folder of a name.
class KillAtResult final : public Logger {
 public:
  using Options = KillAtResultOptions;
  KillAtResult(Options options, const LoggerContext& context) : kills_(context.version_dir.filename() == options.folder) {}

  void log_hyper_parameters(const Value&) override {}
  void log_scalars(Scalars, std::int64_t) override {}
  void log_final_metrics(Scalars, std::int64_t) override {
    if (kills_) std::raise(SIGKILL);
  }
  void flush() override {}
  void finish(bool) override {}

 private:
  bool kills_;
};

}  // namespace pipeline::test

PIPELINE_PLUGIN("kill_at", "1.0.0", "Apache-2.0", "Sends the process a signal at an exact moment.") {
  registrar.add<pipeline::Callback, pipeline::test::KillAt>("KillAt", "Sends the process a signal at an exact moment.");
  registrar.add<pipeline::Logger, pipeline::test::KillAtResult>("KillAtResult", "Kills the process when a result is logged.");
}
