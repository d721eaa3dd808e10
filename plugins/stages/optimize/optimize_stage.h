#pragma once

#include <utility>

#include "optimize_options.h"
#include "pipeline/search/search_space.h"
#include "pipeline/stage.h"
#include "searcher.h"

namespace pipeline::stage::optimize {

/// Searches hyper-parameters of the workflow's training. Leaves the study, study.json, best.toml, trials.csv and the best checkpoints.
class OptimizeStage final : public Stage {
 public:
  using Options = OptimizeOptions;
  explicit OptimizeStage(Options options);
  void run(StageContext& context) override;
  void work(StageContext& context, const Value& task) override;

 private:
  /// Replaces "auto" by "minimize" or "maximize".
  void settle_direction(const Registry& registry);
  [[nodiscard]] StudyPlace open_place(const StageContext& context) const;
  [[nodiscard]] TrialFiles files_of(const StageContext& context, const std::string& study) const;
  void enqueue(Study& study) const;
  void search_here(StageContext& context, const StudyPlace& place) const;
  void search_with_workers(StageContext& context, const StudyPlace& place, int workers) const;
  void keep_results(const StageContext& context, const TrialRunner& runner, const StudyState& study, const StudyPlace& place) const;

  Options options_;
  SearchSpace space_;
};

}  // namespace pipeline::stage::optimize
