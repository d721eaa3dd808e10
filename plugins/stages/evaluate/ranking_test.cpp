#include "ranking.h"

#include <doctest/doctest.h>

namespace pipeline::stage::evaluate {
namespace {

TrainingRecord training(const char* monitor, const char* loss, double delta = 1, std::optional<double> score = 0.5) {
  TrainingRecord out;
  out.monitor = monitor, out.mode = "min", out.score = score;
  out.loss = {loss, Value::Map{{"delta", delta}}};
  return out;
}

TEST_CASE("scores of unlike losses do not compare, those of one metric do") {
  CHECK(are_comparable({training("val_loss", "HuberLoss"), training("val_loss", "HuberLoss")}));
  CHECK_FALSE(are_comparable({training("val_loss", "MSELoss"), training("val_loss", "L1Loss")}));
  CHECK_FALSE(are_comparable({training("val_loss", "HuberLoss"), training("val_loss", "HuberLoss", 0.1)}));
  CHECK_FALSE(are_comparable({training("train_loss_epoch", "MSELoss"), training("train_loss_epoch", "L1Loss")}));
  CHECK(are_comparable({training("val_mae", "MSELoss"), training("val_mae", "L1Loss")}));
  CHECK_FALSE(are_comparable({training("val_mae", "MSELoss"), training("val_mse", "MSELoss")}));
  CHECK(are_comparable({training("val_loss", "MSELoss", 1, {}), training("val_loss", "L1Loss")}));  // it has no score
  CHECK(are_comparable({}));
}

}  // namespace
}  // namespace pipeline::stage::evaluate
