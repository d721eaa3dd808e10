#include "report.h"

#include <cmath>

namespace pipeline::stage::train {

namespace {

Value path_value(const std::filesystem::path& path) { return path.empty() ? Value() : Value(path.string()); }

Value epoch_value(const EpochRecord& record) {
  Value value = Value::Map{{"epoch", record.epoch}, {"step", record.step}, {"seconds", record.seconds}};
  if (!std::isnan(record.train_loss)) value["train_loss"] = record.train_loss;
  if (!std::isnan(record.learning_rate)) value["learning_rate"] = record.learning_rate;
  value["val"] = Value::Map{};
  for (const auto& [name, number] : record.val) value["val"][name] = number;
  return value;
}

}  // namespace

std::map<std::string, double> headline_metrics(const FitResult& result) {
  std::map<std::string, double> all = result.best_metrics;
  for (const EpochRecord& record : result.history) {
    if (result.best_metrics.empty() && !record.val.empty()) all = record.val;
  }
  std::erase_if(all, [](const auto& metric) { return metric.first.starts_with("train_loss"); });
  return all;
}

Value TrainingReport::to_value(const FitResult& result) const {
  Value value = Value::Map{{"model", model_type},
                           {"version_dir", path_value(version_dir)},
                           {"best", path_value(best)},
                           {"last", path_value(last)},
                           {"epochs", result.epochs},
                           {"steps", result.steps},
                           {"stopped_by", result.stopped_by},
                           {"windows", windows},
                           {"hyper_parameters", hyper_parameters},
                           {"loss", Value::Map{{"type", loss.type}, {"options", loss.options}}},
                           {"pipeline", pipeline},
                           {"monitor", Value()},
                           {"mode", Value()},
                           {"score", Value()}};
  if (result.checkpoints) {
    value["monitor"] = result.checkpoints->monitor;
    value["mode"] = result.checkpoints->mode;
    if (result.checkpoints->best_score) value["score"] = *result.checkpoints->best_score;
  }
  Value::List history;
  for (const EpochRecord& record : result.history) history.push_back(epoch_value(record));
  value["history"] = std::move(history);
  return value;
}

}  // namespace pipeline::stage::train
