// Writes the logs of a training and its evaluation into the given version folder, for other programs to read.
#include <array>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "csv/csv_logger.h"
#include "pipeline/data/files.h"
#include "support/recording_log.h"
#include "tensorboard/tensorboard_logger.h"

using namespace pipeline;
using loggers::csv::CSVLogger;
using loggers::tensorboard::TensorBoardLogger;
using Pair = std::pair<std::string, double>;

namespace {

Value hyper_parameters() {
  Value value;
  value["hidden_size"] = 128;
  value["lr"] = 1e-5;
  value["model"] = "LSTMModel";
  value["bias"] = true;
  value["on"] = "off";
  value["third"] = 1.0 / 3;
  value["words"] = Value::List{"012", "1e5", "12:30:45", "two\nlines", "\xC3\xBCn\xC3\xAF", "it's", ""};
  value["none"] = Value();
  return value;
}

void train(Logger& logger, std::span<const unsigned char> png) {
  logger.log_hyper_parameters(hyper_parameters());
  for (int step = 0; step < 1000; ++step) logger.log_scalars(std::array{Pair("train_loss_step", 1.0 / (step + 1))}, step);
  logger.log_scalars(std::array{Pair("val_loss", 0.5), Pair("epoch", 0)}, 999);
  logger.log_image("attention", png, 1, 1, 999);
  std::vector<float> weights(1000);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i) / 500.0F - 1.0F;
  logger.log_histogram("weights", weights, 999);
  logger.finish(true);
}

void evaluate(Logger& logger) {
  logger.log_final_metrics(std::array{Pair("hp_metric", 0.25), Pair("test_mse", 0.25), Pair("test_mae", 0.125)}, 999);
  logger.finish(true);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return std::fputs("usage: write_logs FOLDER PNG\n", stderr), 2;
  const std::filesystem::path folder = arguments[1];
  const std::string bytes = read_text(arguments[2]);
  const std::span png{reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()};
  test::RecordingLog log;
  for (const bool later : {false, true}) {
    TensorBoardLogger tensorboard({}, {folder, later, {}, log});
    CSVLogger csv({}, {folder, later, {}, log});
    for (Logger* logger : std::initializer_list<Logger*>{&tensorboard, &csv}) later ? evaluate(*logger) : train(*logger, png);
  }
  return log.warnings().empty() ? 0 : 1;
}
