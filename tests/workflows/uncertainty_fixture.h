#pragma once

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "workflows/workflow_fixture.h"

/// A network that trains in a moment.
inline const std::string network = R"([model]
type = "LSTMModel"
hidden_size = 8
num_layers = 1
[trainer]
max_epochs = 2
[optimizer]
lr = 0.01
[stages.train]
)";

/// small.csv with another load.
inline std::string with_load(int rows, const auto& load) {
  std::string csv = "time,load,heat\n";
  for (int row = 0; row < rows; ++row) {
    char time[32];
    std::snprintf(time, sizeof(time), "2024-01-%02d %02d:00:00", 1 + row / 24, row % 24);
    csv += time + ("," + load(row)) + ",20\n";
  }
  return csv;
}

inline std::string loss(const std::string& table) { return "[loss]\n" + table + "\n"; }

inline void check_refused(const WorkflowFixture& fixture, const std::string& sentence) {
  const Finished done = fixture.pipeline({"validate", "workflow.toml"});
  CHECK(done.status == 2);
  CHECK_MESSAGE(contains(done.err, sentence), done.err);
}
