#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/torch/state.h"

namespace pipeline::stage::train {

/// An interrupted or finished training that can be continued bit for bit.
struct ResumePoint {
  std::filesystem::path file, version_dir;
  std::map<std::string, std::string> key;  ///< what decided its result, as StageContext::key
  State content;                           ///< a checkpoint with the entry `resume`
};

/// What a resume point keeps for whoever continues it; `loggers`: their types.
[[nodiscard]] State resume_notes(const std::filesystem::path& version_dir, const std::map<std::string, std::string>& key,
                                 State::List loggers);

/// The resume points of a stage's trainings, one a version folder. A training's own stays until a newer training has succeeded.
class ResumePoints {
 public:
  explicit ResumePoints(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::filesystem::path file_of(const std::filesystem::path& version_dir) const;
  /// The one that was written last; nullopt where there is none. Error (training) when it is damaged.
  [[nodiscard]] std::optional<ResumePoint> newest() const;
  /// Removes all but one.
  void keep_only(const std::filesystem::path& file) const;

 private:
  [[nodiscard]] std::vector<std::filesystem::path> files() const;

  std::filesystem::path folder_;
};

/// Where the logger of that type stood (Logger::position); null for one that the training did not have.
[[nodiscard]] Value logger_position(const ResumePoint& point, const std::string& type);
/// The command that was given, so that it goes on.
[[nodiscard]] std::string continuing_command(std::string command_line);

/// A training that its time limit ended goes on under another one: whether that is over too, its Timer says.
void forget_other_time_limit(ResumePoint& point, const std::map<std::string, std::string>& key);

/// Error (usage) when it has gone beyond these limits (-1: none) already: what it gives would not be what they ask for.
void require_room(const ResumePoint& point, std::int64_t max_epochs, std::int64_t max_steps);
/// Error (usage) naming every change since the resume point that alters results; how long to train may change.
void require_same_training(const ResumePoint& point, const std::map<std::string, std::string>& key);

}  // namespace pipeline::stage::train
