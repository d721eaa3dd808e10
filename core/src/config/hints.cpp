#include "config/hints.h"

#include <algorithm>
#include <array>

namespace pipeline {

namespace {

struct Hint {
  std::string_view where, word, cure;
};

constexpr std::string_view device = "write `device` at the top";
constexpr std::string_view precision = "write `precision` in [trainer], or `matmul_precision` at the top";
constexpr std::string_view log_dir = "write `log_dir` at the top";
constexpr std::string_view epochs = "write `max_epochs` in [trainer]";
constexpr std::string_view batch_size = "write `batch_size` in [loader]";
constexpr std::string_view learning_rate = "write `lr` in [optimizer]";
constexpr std::string_view loggers = "write [[loggers]] tables";
constexpr std::string_view callbacks = "write [[callbacks]] tables";
constexpr std::string_view follows = "it follows from the data, leave it out";
constexpr std::string_view series_column = "write `series_column` in [stages.preprocess]";
constexpr std::string_view window = "write `window` in [stages.slice_windows]";
constexpr std::string_view horizon = "write `horizon` in [stages.slice_windows]";
constexpr std::string_view summary = "write [[callbacks]] with type = \"ModelSummary\", or leave it out";
constexpr std::string_view checkpointing = "write [[callbacks]] with type = \"ModelCheckpoint\", or leave it out";
constexpr std::string_view early_stopping = "write it in [[callbacks]] with type = \"EarlyStopping\"";
constexpr std::string_view seed = "write `seed` at the top";
constexpr std::string_view season = "write `season_length` at the top";

constexpr auto hints = std::to_array<Hint>({
    {"top", "accelerator", device},
    {"top", "devices", device},
    {"top", "gpus", device},
    {"top", "precision", precision},
    {"top", "default_root_dir", log_dir},
    {"top", "epochs", epochs},
    {"top", "num_epochs", epochs},
    {"top", "max_epochs", epochs},
    {"top", "batch_size", batch_size},
    {"top", "num_workers", "write `num_workers` in [loader]"},
    {"top", "n_jobs", "write `workers` in the stage that searches"},
    {"top", "lr", learning_rate},
    {"top", "learning_rate", learning_rate},
    {"top", "logger", loggers},
    {"top", "callback", callbacks},
    {"top", "seed_everything", seed},
    {"top", "seasonality", season},
    {"top", "season", season},
    {"top", "window", window},
    {"top", "horizon", horizon},
    {"top", "data", "write `source` in [stages.preprocess]"},
    {"top", "dataloader", "write [loader]"},
    {"top", "criterion", "write [loss]"},
    {"trainer", "accelerator", device},
    {"trainer", "devices", device},
    {"trainer", "gpus", device},
    {"trainer", "strategy", "one process trains on one device, leave it out"},
    {"trainer", "default_root_dir", log_dir},
    {"trainer", "epochs", epochs},
    {"trainer", "num_epochs", epochs},
    {"trainer", "n_epochs", epochs},
    {"trainer", "logger", loggers},
    {"trainer", "callbacks", callbacks},
    {"trainer", "enable_model_summary", summary},
    {"trainer", "enable_checkpointing", checkpointing},
    {"trainer", "limit_test_batches", "write `splits` in [stages.evaluate]"},
    {"trainer", "batch_size", batch_size},
    {"trainer", "lr", learning_rate},
    {"trainer", "learning_rate", learning_rate},
    {"trainer", "patience", early_stopping},
    {"trainer", "seed", seed},
    {"model", "lr", learning_rate},
    {"model", "learning_rate", learning_rate},
    {"model", "weight_decay", "write `weight_decay` in [optimizer]"},
    {"model", "input_size", follows},
    {"model", "output_size", follows},
    {"model", "input_dim", follows},
    {"model", "output_dim", follows},
    {"model", "n_features", follows},
    {"model", "enc_in", follows},
    {"model", "c_out", follows},
    {"model", "window", window},
    {"model", "seq_len", window},
    {"model", "horizon", horizon},
    {"model", "pred_len", horizon},
    {"model", "batch_size", batch_size},
    {"model", "epochs", epochs},
    {"model", "max_epochs", epochs},
    {"model", "loss", "write [loss]"},
    {"loss", "q", "write type = \"PinballLoss\", the loss of one quantile; QuantileLoss takes `quantiles`"},
    {"model", "optimizer", "write [optimizer]"},
    {"optimizer", "learning_rate", "write `lr`"},
    {"optimizer", "epochs", epochs},
    {"loader", "persistent_workers", "workers live as long as the training, leave it out"},
    {"loader", "epochs", epochs},
    {"logger", "save_dir", log_dir},
    {"logger", "version", "each training takes the next free version, leave it out"},
    {"stage", "n_jobs", "write `workers`"},
    {"stage", "epochs", epochs},
    {"stage", "num_epochs", epochs},
    {"stage", "max_epochs", "write `trainer.max_epochs`"},
    {"stage", "batch_size", "write `loader.batch_size`"},
    {"stage", "lr", "write `optimizer.lr`"},
    {"stage", "accelerator", device},
    {"stage", "devices", device},
    {"stage", "device", device},
    {"stage", "precision", precision},
    {"stage", "seed", seed},
    {"stage", "threads", "write `threads` at the top"},
    {"stage", "matmul_precision", "write `matmul_precision` at the top"},
    {"stage", "run_dir", "write `run_dir` at the top"},
    {"stage", "log_dir", log_dir},
    {"stage", "split", "write `split` at the top"},
    {"stage", "seasonality", season},
    {"stage", "season_length", season},
    {"stage", "seq_len", window},
    {"stage", "pred_len", horizon},
    {"stage", "id_col", series_column},
    {"stage", "id_column", series_column},
    {"stage", "item_id", series_column},
    {"stage", "group_ids", series_column},
    {"stage", "retrain", "write `refit` in [stages.backtest]"},
    {"stage", "num_windows", "write `n_windows`"},
    {"stage", "local_scaler_type", "write `scaler`, and `scaler_scope = \"series\"`"},
    {"stage", "depends_on", "write `needs`"},
    {"stage", "deps", "write `needs`"},
    {"stage", "sep", "write `delimiter`"},
    {"stage", "skiprows", "write `skip_rows`, or `skip_after_header` for lines below the heading"},
});

}  // namespace

std::string hint_for(std::string_view where, std::string_view word) {
  const auto found = std::ranges::find_if(hints, [&](const Hint& h) { return h.where == where && h.word == word; });
  return found == hints.end() ? std::string() : std::string(word) + ": " + std::string(found->cure);
}

}  // namespace pipeline
