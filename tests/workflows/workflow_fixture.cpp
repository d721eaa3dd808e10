#include "workflows/workflow_fixture.h"

#include <cmath>
#include <cstdio>

#include "pipeline/data/files.h"

const char* const small_training = R"(
[model]
type = "LSTMModel"
hidden_size = 8
num_layers = 1
[optimizer]
type = "Adam"
lr = 0.01
[trainer]
max_epochs = 2
[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
save_top_k = 1
filename = "LSTMModel-{epoch:02d}-{val_loss:.4f}"
[[loggers]]
type = "TensorBoardLogger"
[stages.train]
[stages.evaluate]
)";

WorkflowFixture::WorkflowFixture() {
  std::string csv = "time,load,heat\n";
  for (int row = 0; row < 400; ++row) {
    const double wave = std::sin(row * 2 * 3.14159265358979 / 24);
    char line[96];
    std::snprintf(line, sizeof(line), "2024-01-%02d %02d:00:00,%.4f,%.4f\n", 1 + row / 24, row % 24, 10 + 3 * wave + row % 7 * 0.1,
                  20 - wave);
    csv += line;
  }
  write("small.csv", csv);
}

void WorkflowFixture::workflow(const std::string& tables, const std::string& preprocess) const {
  write("workflow.toml", R"(name = "small"
threads = 1
[stages.preprocess]
source = "small.csv"
time_column = "time"
features = ["load", "heat"]
)" + preprocess + "\n[stages.slice_windows]\nwindow = 24\nhorizon = 3\n" +
                             tables);
}

Finished WorkflowFixture::run(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"run", "workflow.toml"});
  return pipeline(arguments);
}

void WorkflowFixture::write(const std::string& name, const std::string& text) const { pipeline::write_text(path() / name, text); }
std::string WorkflowFixture::read(const std::string& name) const { return pipeline::read_text(path() / name); }
pipeline::Value WorkflowFixture::json(const std::string& name) const { return pipeline::read_json(path() / name); }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
