#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/workflow.h"
#include "pipeline/registry.h"
#include "run/stage_key.h"

namespace pipeline {

/// A stage's last complete run: the content of its manifest.json.
class Manifest {
 public:
  /// Nothing if the stage has not run or its manifest cannot be read.
  [[nodiscard]] static std::optional<Manifest> read(const std::filesystem::path& stage_folder);
  /// Whether there is a manifest that cannot be read: no JSON, or of other types.
  [[nodiscard]] static bool is_damaged(const std::filesystem::path& stage_folder);
  explicit Manifest(Value content) : content_(std::move(content)) {}

  [[nodiscard]] const Value& content() const { return content_; }
  [[nodiscard]] std::map<std::string, std::string> fields() const;
  /// The hash of the stage's outputs and inputs: files may refer to an earlier stage's files, as windows refer to their series.
  [[nodiscard]] std::string result_hash() const;
  /// The first file of the result that is not there, as "<path> is gone"; empty if all are. Error (unexpected) if that cannot be seen.
  [[nodiscard]] std::string gone(const std::filesystem::path& stage_folder) const;
  /// The same, or what is wrong with a file by its size alone.
  [[nodiscard]] std::string wrong_size(const std::filesystem::path& stage_folder) const;
  /// The same by content, for a result that is about to be read; the sizes are right already. It reads every file.
  [[nodiscard]] std::string wrong_content(const std::filesystem::path& stage_folder) const;
  [[nodiscard]] const Value& summary() const { return content_.at("summary"); }

 private:
  Value content_;
};

struct ManifestInput {
  const StagePlan& stage;
  const RunSettings& settings;
  const Registry& registry;
  const StageKey& key;
  const StageContext& context;
  double seconds = 0;
};
/// Describes a stage that has just filled `folder`: hashes its files and collects what is needed to reproduce it.
[[nodiscard]] Value describe_run(const ManifestInput& input, const std::filesystem::path& folder);

}  // namespace pipeline
