#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/workflow.h"
#include "pipeline/registry.h"
#include "pipeline/value.h"

namespace pipeline {

/// The fields that decide whether a stage has to run again: "options.window", "optimizer.lr", "input.preprocess", "build.LSTMModel",
/// ... Options that cannot change results are left out.
struct StageKey {
  std::map<std::string, std::string> fields;
  Value files{Value::Map{}};  ///< option -> {path, size, modified, changed, read, sha256} of each input file
  [[nodiscard]] std::string hash() const;
};

/// `input_hashes`: the result hash of each stage that gives an input. `previous` is the manifest of the last run (or null): a
/// file whose size and time did not change since then is not read again.
[[nodiscard]] StageKey make_stage_key(const StagePlan& stage, const RunSettings& settings, const Registry& registry,
                                      const std::map<std::string, std::string>& input_hashes, const Value& previous);

/// Whether a field tells what the workflow asks for; the others tell where a stage ran: builds, device, threads, processor, ranks.
[[nodiscard]] bool is_asked_for(std::string_view field);

/// Options with the secret ones replaced by "***".
[[nodiscard]] Value without_secrets(const Value& options, const Schema& schema);

}  // namespace pipeline
