#include "pipeline/data/training_record.h"

#include <cmath>
#include <limits>

#include "data/json_parts.h"
#include "pipeline/data/files.h"

namespace pipeline {

namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Null for an empty path; relative to the stage's folder if the path lies in it or with `always`.
Value path_value(const std::filesystem::path& path, const std::filesystem::path& folder, bool always = false) {
  if (path.empty()) return {};
  const std::filesystem::path relative = path.is_absolute() ? path.lexically_relative(folder) : path;
  const bool outside = relative.empty() || *relative.begin() == "..";
  return (outside && !always ? path : relative).string();
}

std::filesystem::path path_in(const Value& table, std::string_view key, const std::filesystem::path& folder) {
  const std::string name = text_in(table, key);
  return name.empty() ? std::filesystem::path() : (folder / name).lexically_normal();
}

Value epoch_value(const EpochRecord& record) {
  Value value = Value::Map{{"epoch", record.epoch}, {"step", record.step}, {"seconds", record.seconds}};
  if (!std::isnan(record.train_loss)) value["train_loss"] = record.train_loss;
  if (!std::isnan(record.learning_rate)) value["learning_rate"] = record.learning_rate;
  value["val"] = Value::Map{};
  for (const auto& [name, number] : record.val) value["val"][name] = number;
  return value;
}

EpochRecord epoch_of(const Value& value, std::size_t index) {
  EpochRecord record{.epoch = integer_in(value, "epoch", static_cast<std::int64_t>(index)),
                     .step = integer_in(value, "step"),
                     .train_loss = number_in(value, "train_loss").value_or(unknown),
                     .learning_rate = number_in(value, "learning_rate").value_or(unknown),
                     .seconds = number_in(value, "seconds").value_or(unknown),
                     .val = {}};
  for (const auto& [name, number] : map_in(value, "val")) {
    if (number.is_number()) record.val[name] = number.as_double();
  }
  return record;
}

}  // namespace

void write_training(const std::filesystem::path& folder, const TrainingRecord& record) {
  Value::List history;
  for (const EpochRecord& epoch : record.history) history.push_back(epoch_value(epoch));
  const bool judged = !record.monitor.empty();
  write_json(folder / training_file_name, Value::Map{{"model", record.model_type},
                                                     {"version_dir", path_value(record.version_dir, folder)},
                                                     {"best", path_value(record.best, folder)},
                                                     {"last", path_value(record.last, folder)},
                                                     {"windows", path_value(record.windows, folder, true)},
                                                     {"monitor", judged ? Value(record.monitor) : Value()},
                                                     {"mode", judged ? Value(record.mode) : Value()},
                                                     {"score", record.score ? Value(*record.score) : Value()},
                                                     {"epochs", record.epochs},
                                                     {"steps", record.steps},
                                                     {"stopped_by", record.stopped_by},
                                                     {"loss", Value::Map{{"type", record.loss.type}, {"options", record.loss.options}}},
                                                     {"pipeline", record.pipeline},
                                                     {"hyper_parameters", record.hyper_parameters},
                                                     {"kernels", record.kernels.empty() ? Value() : Value(record.kernels)},
                                                     {"history", std::move(history)}});
}

TrainingRecord read_training(const Artifact& checkpoint) {
  const std::filesystem::path& folder = checkpoint.folder;
  const Value said = read_json(folder / training_file_name);
  TrainingRecord record{.stage = checkpoint.stage,
                        .model_type = text_in(said, "model"),
                        .version_dir = path_in(said, "version_dir", folder),
                        .best = path_in(said, "best", folder),
                        .last = path_in(said, "last", folder),
                        .windows = path_in(said, "windows", folder),
                        .monitor = text_in(said, "monitor"),
                        .mode = text_in(said, "mode"),
                        .score = number_in(said, "score"),
                        .epochs = integer_in(said, "epochs"),
                        .steps = integer_in(said, "steps"),
                        .stopped_by = text_in(said, "stopped_by"),
                        .loss = {},
                        .pipeline = value_in(said, "pipeline"),
                        .hyper_parameters = value_in(said, "hyper_parameters"),
                        .kernels = text_in(said, "kernels"),
                        .history = {}};
  if (const Value loss = value_in(said, "loss"); loss.is_map()) record.loss = {text_in(loss, "type"), map_in(loss, "options")};
  if (const Value history = value_in(said, "history"); history.is_list()) {
    for (const Value& epoch : history.as_list()) record.history.push_back(epoch_of(epoch, record.history.size()));
  }
  return record;
}

}  // namespace pipeline
