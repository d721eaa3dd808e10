#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/torch/state.h"

namespace pipeline::stage::train {

/// An interrupted or finished training that can be continued bit for bit.
struct ResumePoint {
  std::filesystem::path file, version_dir;
  std::filesystem::path written_in{};      ///< the folder of `file` when it was written: another one now, if the project was moved
  std::map<std::string, std::string> key;  ///< decides its result, as StageContext::key does
  State content;                           ///< a checkpoint with the entry `resume`
};

/// Lets a training continue below another log_dir if its project was moved or copied there: its version folder, and every path in its
/// states that lies in it, are the new ones.
void follow_move(ResumePoint& point, const std::filesystem::path& log_dir);

/// The notes in a resume point for the training that continues it; `loggers`: their types.
[[nodiscard]] State resume_notes(const std::filesystem::path& version_dir, const std::filesystem::path& lasting,
                                 const std::map<std::string, std::string>& key, State::List loggers);

/// The resume points of a stage's trainings, one a version folder. A training's resume point stays until a newer training has succeeded.
class ResumePoints {
 public:
  explicit ResumePoints(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::filesystem::path file_of(const std::filesystem::path& version_dir) const;
  /// The latest resume point of a training with this key, but for what may change; nullopt if there is no resume point at all. Error
  /// (usage) if none fits, with what has changed since the latest; Error (training) if one is damaged.
  [[nodiscard]] std::optional<ResumePoint> newest_of(const std::map<std::string, std::string>& key) const;
  /// Removes all resume points except `file`.
  void keep_only(const std::filesystem::path& file) const;

 private:
  /// The latest first.
  [[nodiscard]] std::vector<std::filesystem::path> files() const;

  std::filesystem::path folder_;
};

/// The position of the logger of that type (Logger::position); null if the training had no such logger.
[[nodiscard]] Value logger_position(const ResumePoint& point, const std::string& type);
/// The given command line, changed so that it continues the training.
[[nodiscard]] std::string continuing_command(std::string command_line);

/// Lets a training that its time limit ended continue under another limit; the callback that stopped it decides whether that limit is over
/// too. `limiters`: the state keys of the callbacks that take a time limit.
void forget_other_time_limit(ResumePoint& point, const std::map<std::string, std::string>& key, std::span<const std::string> limiters);

/// Error (usage) if the training is already beyond these limits (-1: none): its result would not be the one they ask for.
void require_room(const ResumePoint& point, std::int64_t max_epochs, std::int64_t max_steps);
/// The version and instruction set of the program's kernels that a key holds, "1, avx512"; empty if it holds none.
[[nodiscard]] std::string kernels_of(const std::map<std::string, std::string>& key);
/// A sentence for the user if the training was begun with other kernels, on another processor; else empty.
[[nodiscard]] std::string kernels_warning(const ResumePoint& point, const std::map<std::string, std::string>& key);
/// Error (usage) naming every change since the resume point that alters results; how long to train, and the kernels, may change.
void require_same_training(const ResumePoint& point, const std::map<std::string, std::string>& key);

}  // namespace pipeline::stage::train
