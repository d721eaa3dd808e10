#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/options.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// What an epoch of training draws. windows: every window once. series: a series, each as likely as any other, then one of its windows.
enum class Sampling { windows, series };
template <>
struct Words<Sampling> {
  static constexpr std::array words{"windows", "series"};
};

/// [loader]: how windows become batches.
struct LoaderOptions {
  std::int64_t batch_size = 32;
  bool shuffle = true;
  bool drop_last = false;
  std::int64_t num_workers = 0;
  std::int64_t prefetch_factor = 2;
  bool pin_memory = true;
  Sampling sampling = Sampling::windows;
  std::int64_t max_windows_per_series = 0;
  std::int64_t steps_per_epoch = 0;

  static constexpr auto options() {
    return option_list<LoaderOptions>(
        option("batch_size", &LoaderOptions::batch_size, "Windows in a batch.").at_least(1).search(8, 256, 8),
        option("shuffle", &LoaderOptions::shuffle, "Draw the training windows in a new order every epoch, as PyTorch's DataLoader does."),
        option("drop_last", &LoaderOptions::drop_last, "Leave out the last training batch when it is not full."),
        option("num_workers", &LoaderOptions::num_workers, "Threads that prepare batches ahead; 0 prepares them in the training thread.")
            .between(0, 256)
            .no_effect_on_result(),
        option("prefetch_factor", &LoaderOptions::prefetch_factor, "Batches prepared ahead by each worker.")
            .between(1, 64)
            .no_effect_on_result(),
        option("pin_memory", &LoaderOptions::pin_memory, "Page-locked batches where there is CUDA.").no_effect_on_result(),
        option("sampling", &LoaderOptions::sampling,
               "What an epoch draws. windows: every training window once. series: a series, each as likely as any other, then one of its "
               "windows, so that long series do not outweigh short ones."),
        option("max_windows_per_series", &LoaderOptions::max_windows_per_series,
               "Train on the newest so many windows of each series; 0 takes all.")
            .at_least(0),
        option("steps_per_epoch", &LoaderOptions::steps_per_epoch,
               "With sampling = \"series\", batches of an epoch; 0 draws as many windows as there are.")
            .at_least(0));
  }
  static std::vector<OptionRule> rules() {
    return {{OptionRule::Kind::restricts,
             "sampling",
             "steps_per_epoch",
             "windows",
             {0},
             "takes every window once; write [trainer] limit_train_batches for less"}};
  }
};

/// How a model computes in training and validation, in Lightning's words. bf16_mixed: products of bfloat16 under torch's autocast; weights,
/// gradients, the optimizer's state and forecasts stay float.
enum class Precision { full, bf16_mixed };
template <>
struct Words<Precision> {
  static constexpr std::array words{"32-true", "bf16-mixed"};
};

/// How many processes train one model, in Lightning's words. automatic: as many as a launcher started; ddp: a launcher must have started
/// several.
enum class Strategy { automatic, ddp };
template <>
struct Words<Strategy> {
  static constexpr std::array words{"auto", "ddp"};
};

/// [trainer]: the options of Lightning's Trainer, with the same names and meanings.
struct TrainerOptions {
  std::int64_t max_epochs = 80;
  std::int64_t min_epochs = 1;
  std::int64_t max_steps = -1;
  std::string max_time;
  std::int64_t log_every_n_steps = 50;
  std::int64_t check_val_every_n_epoch = 1;
  Value val_check_interval = 1.0;
  std::int64_t num_sanity_val_steps = 2;
  Value limit_train_batches = 1.0;
  Value limit_val_batches = 1.0;
  Value overfit_batches = 0.0;
  Value fast_dev_run = false;
  std::int64_t accumulate_grad_batches = 1;
  double gradient_clip_val = 0;
  std::string gradient_clip_algorithm = "norm";
  Precision precision = Precision::full;
  Strategy strategy = Strategy::automatic;
  bool enable_progress_bar = true;
  bool deterministic = false;
  bool detect_anomaly = false;

  static constexpr auto options() {
    return option_list<TrainerOptions>(
        option("max_epochs", &TrainerOptions::max_epochs, "Epochs at most; -1 for no limit.").at_least(-1),
        option("min_epochs", &TrainerOptions::min_epochs, "Epochs before a callback may stop the training.").at_least(0),
        option("max_steps", &TrainerOptions::max_steps, "Optimizer steps at most; -1 for no limit.").at_least(-1),
        option("max_time", &TrainerOptions::max_time,
               "Training time at most, days:hours:minutes:seconds, e.g. \"00:02:30:00\"; empty for no limit. Adds a Timer.")
            .form(duration_form),
        option("log_every_n_steps", &TrainerOptions::log_every_n_steps, "Steps between two logged training losses.")
            .at_least(1)
            .no_effect_on_result(),
        option("check_val_every_n_epoch", &TrainerOptions::check_val_every_n_epoch, "Epochs between two validations.").at_least(1),
        option("val_check_interval", &TrainerOptions::val_check_interval,
               "Validate within epochs as well: an integer counts training batches, a float is a share of the epoch.")
            .share()
            .above(0),
        option("num_sanity_val_steps", &TrainerOptions::num_sanity_val_steps,
               "Validation batches tried before training; -1 for all, 0 for none.")
            .at_least(-1),
        option("limit_train_batches", &TrainerOptions::limit_train_batches,
               "Training batches of an epoch: an integer counts, a float is a share.")
            .share()
            .at_least(0),
        option("limit_val_batches", &TrainerOptions::limit_val_batches, "Validation batches: an integer counts, a float is a share.")
            .share()
            .at_least(0),
        option("overfit_batches", &TrainerOptions::overfit_batches,
               "Train and validate on so few batches, unshuffled, to see whether the model can learn them: an integer counts, a float is a "
               "share; 0 is off.")
            .share()
            .at_least(0),
        option("fast_dev_run", &TrainerOptions::fast_dev_run,
               "true or a number: that many batches of training and validation in one epoch, without loggers and checkpoints.")
            .flag()
            .whole_number()
            .at_least(0),
        option("accumulate_grad_batches", &TrainerOptions::accumulate_grad_batches, "Batches whose gradients are summed into one step.")
            .at_least(1),
        option("gradient_clip_val", &TrainerOptions::gradient_clip_val, "Gradients are clipped to this; 0 leaves them.").at_least(0),
        option("gradient_clip_algorithm", &TrainerOptions::gradient_clip_algorithm, "Clip the norm of all gradients, or each value.")
            .choices({"norm", "value"}),
        option("precision", &TrainerOptions::precision,
               "How the model computes: in float, or with products of bfloat16, which are faster on some processors and slower on others."),
        option(
            "strategy", &TrainerOptions::strategy,
            "auto: the processes that torchrun, Slurm or a PyTorchJob started train one model together (docs/scale.md); one process trains "
            "alone. ddp: the same, and a mistake where there is one process only.")
            .no_effect_on_result(),
        option("enable_progress_bar", &TrainerOptions::enable_progress_bar,
               "Show progress with a ProgressBar, where [[callbacks]] lists none: one line that moves on a terminal, a line an epoch "
               "elsewhere.")
            .no_effect_on_result(),
        option("deterministic", &TrainerOptions::deterministic, "Only deterministic algorithms; an operation that has none is an error."),
        option("detect_anomaly", &TrainerOptions::detect_anomaly, "Name the operation that made a NaN, at the price of speed.")
            .no_effect_on_result());
  }

  /// Whether every epoch has exactly one validation, at its end. Then callbacks decide once an epoch, else once a validation.
  [[nodiscard]] bool validates_at_epoch_ends() const {
    return check_val_every_n_epoch == 1 && val_check_interval.as_double() == 1.0;  // the integer 1 too, as in Lightning
  }
  [[nodiscard]] bool overfits() const { return overfit_batches.as_double() > 0; }
};

}  // namespace pipeline
