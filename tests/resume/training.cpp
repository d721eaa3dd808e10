#include "resume/training.h"

#include <cstdint>
#include <cstring>

#include "pipeline/value.h"

namespace {

const char* const tables = R"(
[model]
type = "LSTMModel"
hidden_size = 8
num_layers = 2
dropout = 0.3
[optimizer]
type = "Adam"
lr = 0.01
[scheduler]
type = "CosineAnnealingWarmRestarts"
interval = "step"
T_0 = 7
[loader]
batch_size = 16
num_workers = 2
[trainer]
max_epochs = 5
log_every_n_steps = 3
gradient_clip_val = 1.0
[[callbacks]]
type = "EarlyStopping"
monitor = "val_loss"
patience = 4
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
save_top_k = 2
save_last = true
filename = "{epoch}-{step}-{val_loss:.4f}"
[[callbacks]]
type = "EMAWeightAveraging"
decay = 0.9
[[callbacks]]
type = "KillAt"
[[loggers]]
type = "CSVLogger"
[[loggers]]
type = "TensorBoardLogger"
[stages.train]
)";

const char* const version = "lightning_logs/LSTMModel/version_0";

/// TFRecords: length, checksum, event, checksum. An event begins with its wall time: a tag byte and eight more.
std::vector<std::string> events_of(const std::string& bytes) {
  std::vector<std::string> events;
  for (std::size_t at = 0; at + 12 <= bytes.size();) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, sizeof(length));
    const std::string event = bytes.substr(at + 12, length);
    if (event.find("_hparams_") == std::string::npos) events.push_back(event.substr(9));
    at += 12 + length + 4;
  }
  return events;
}

void drop_seconds(pipeline::Value& report) {
  for (pipeline::Value& epoch : report["history"].as_list()) epoch["seconds"] = 0;
}

}  // namespace

Training::Training() {
  workflow(tables);
  write("workflow.toml", "plugins = { path = \"" KILL_AT_FOLDER "\" }\n" + read("workflow.toml"));
}

Finished Training::train(std::vector<std::string> more) const {
  more.insert(more.begin(), {"--until", "train"});
  return run(std::move(more));
}

Finished Training::train_until(int step, const std::string& hook, std::vector<std::string> more, int signal) const {
  for (const std::string& set : {"step=" + std::to_string(step), "hook=" + hook, "signal=" + std::to_string(signal)}) {
    more.insert(more.end(), {"--set", "callbacks.KillAt." + set});
  }
  return train(std::move(more));
}

Trained Training::result() const {
  Trained out;
  for (const auto& entry : std::filesystem::directory_iterator(path() / version / "checkpoints")) {
    out.checkpoints[entry.path().filename()] = read(std::filesystem::relative(entry.path(), path()));
  }
  out.metrics_csv = read(std::string(version) + "/metrics.csv");
  for (const auto& entry : std::filesystem::directory_iterator(path() / version)) {
    if (!entry.path().filename().string().starts_with("events.out")) continue;
    for (std::string& event : events_of(read(std::filesystem::relative(entry.path(), path())))) out.events.push_back(std::move(event));
  }
  pipeline::Value report = json("runs/small/train/train.json");
  drop_seconds(report);
  out.train_json = pipeline::to_json(report);
  return out;
}

void Training::forget() const {
  std::filesystem::remove_all(path() / "lightning_logs");
  std::filesystem::remove_all(path() / "runs/small/train");
  std::filesystem::remove_all(path() / "runs/small/.train.lasting");
}
