#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "pipeline/value.h"
#include "workflows/workflow_fixture.h"

/// A search of two parameters, one trial a fraction of a second.
inline const std::string search = R"(
[model]
type = "LSTMModel"
hidden_size = 4
num_layers = 1
[optimizer]
type = "Adam"
lr = 0.01
[loader]
batch_size = 64
[trainer]
max_epochs = 2
[stages.train]
[stages.evaluate]
[stages.optimize]
n_trials = 4
trainer.max_epochs = 1
[stages.optimize.search]
"model.hidden_size" = { low = 2, high = 8, step = 2, name = "hidden_size" }
"optimizer.lr" = { low = 1e-3, high = 1e-1, log = true }
)";

/// The trials with a result, without numbers and times: these must repeat.
inline pipeline::Value::List outcomes(const pipeline::Value& study) {
  pipeline::Value::List found;
  for (const pipeline::Value& trial : study.at("trials").as_list()) {
    if (trial.at("value").is_null()) continue;
    pipeline::Value outcome(pipeline::Value::Map{});
    for (const char* part : {"value", "parameters", "reports"}) outcome[part] = trial.at(part);
    found.push_back(std::move(outcome));
  }
  return found;
}

inline pipeline::Value::List trials_in_state(const pipeline::Value& study, const std::string& state) {
  pipeline::Value::List found;
  std::ranges::copy_if(study.at("trials").as_list(), std::back_inserter(found),
                       [&](const pipeline::Value& t) { return t.at("state") == pipeline::Value(state); });
  return found;
}
