#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pipeline::callbacks::progress_bar {

/// The state of a training that one line shows.
struct Progress {
  const char* doing = "Epoch";
  std::int64_t epoch = 0, epochs = 0;  ///< epochs: the maximum; 0: unknown
  std::int64_t batch = 0, batches = 0;
  double batches_per_second = 0;
  std::optional<double> train_loss, val_loss;
  std::optional<double> seconds_left;  ///< of the whole training
};

/// "Epoch 2/80 [=====>    ] 120/240 51.2 it/s train_loss 0.1234 val_loss 0.2345 ETA 1:23", shortened to `width` columns: first the bar,
/// then the end of the line.
[[nodiscard]] std::string moving_line(const Progress& progress, int width);

/// "epoch 3/80: train_loss 0.1234, val_loss 0.2345, 51.2 it/s, 4.1 s": for logs that keep every line.
[[nodiscard]] std::string epoch_line(const Progress& progress, double seconds);

/// 83 as "1:23", 4000 as "1:06:40".
[[nodiscard]] std::string clock_text(double seconds);

}  // namespace pipeline::callbacks::progress_bar
