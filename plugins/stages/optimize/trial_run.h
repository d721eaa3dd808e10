#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "optimize_options.h"
#include "pipeline/data/windows.h"
#include "pipeline/search/pruner.h"
#include "pipeline/search/search_space.h"
#include "pipeline/search/study.h"
#include "pipeline/stage.h"
#include "trial_callbacks.h"
#include "trial_files.h"
#include "view.h"

namespace pipeline::stage::optimize {

/// Trains trials: the workflow's training with other values, from the workflow's seed.
class TrialRunner {
 public:
  /// `context`, `options` and `space` must outlive the runner. Maps the windows once for all trials.
  TrialRunner(StageContext& context, const OptimizeOptions& options, const SearchSpace& space, TrialFiles files);

  /// Builds the workflow's training without writing anything. Error (usage, data) for mistakes that every trial would have, such as a
  /// monitor that is not measured.
  void check_training() const;

  struct Outcome {
    std::filesystem::path checkpoint;  ///< the trial's best one, else its last; in the trial's folder
    bool interrupted = false;
  };
  /// Trains with the trial's values, and sets its state and value. If the training diverges, cannot be built or is too large for the
  /// machine, the trial fails, with the reason in trial.reason. Error (unexpected) for problems unrelated to the trial, such as a full
  /// disk.
  Outcome run(Study& study, const Component<Pruner>& pruner, Trial& trial, View& view,
              const std::function<void(const Trial&)>& reported) const;

  /// Whether the values change the slicing of the windows.
  [[nodiscard]] bool slices(const Value::Map& values) const;
  /// The windows for the trial's values: the stage's own if slicing is not searched; otherwise the slicing stage makes them in `folder`.
  [[nodiscard]] std::shared_ptr<const Windows> windows_of(const Value::Map& values, const std::filesystem::path& folder) const;
  [[nodiscard]] const Windows& windows() const { return *windows_; }
  /// The workflow's tables with these values, without callbacks that only watch. No callback writes outside the trial's folder.
  [[nodiscard]] TrainingTables tables_of(const Value::Map& values) const;

 private:
  Outcome train(Study& study, const Component<Pruner>& pruner, Trial& trial, View& view,
                const std::function<void(const Trial&)>& reported) const;
  void set_value(Trial& trial, bool pruned) const;

  StageContext& context_;
  const OptimizeOptions& options_;
  const SearchSpace& space_;
  TrialFiles files_;
  std::shared_ptr<const Windows> windows_;
};

}  // namespace pipeline::stage::optimize
