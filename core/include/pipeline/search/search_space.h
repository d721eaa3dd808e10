#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/search/sampler.h"
#include "pipeline/search/search.h"
#include "pipeline/search/tier.h"
#include "pipeline/stage.h"
#include "pipeline/value.h"

namespace pipeline {

/// One searched option of the workflow.
struct SearchParameter {
  std::string path;  ///< "model.hidden_size", "callbacks.EarlyStopping.patience", "model.type", "slice_windows.window"
  std::string name;  ///< what the study calls it; the path where none is given
  Distribution distribution;
  /// Searched only where each of these paths has one of the values.
  std::map<std::string, Value::List> when;
};

/// The table [stages.optimize.search], checked and complete:
///
///     "model.hidden_size" = { low = 32, high = 128, step = 16 }   # integers where both bounds are
///     "optimizer.lr" = { low = 1e-5, high = 1e-3, log = true }
///     "model.type" = { choices = ["LSTMModel", "GRUModel"] }
///     "model.kernel_size" = { low = 2, high = 8, when = { "model.type" = ["CNNModel"] } }
class PIPELINE_EXPORT SearchSpace {
 public:
  /// `order`: paths in the order in which they are drawn; those it does not name come behind, sorted. A parameter is drawn after those that
  /// its `when` names. Error (usage) for a table that is no search space.
  [[nodiscard]] static SearchSpace from_value(const Value& table, const std::vector<std::string>& order = {});

  [[nodiscard]] const std::vector<SearchParameter>& parameters() const { return parameters_; }
  [[nodiscard]] const SearchParameter* find(std::string_view path_or_name) const;
  /// All of them by name, as samplers take them.
  [[nodiscard]] std::vector<std::pair<std::string, Distribution>> distributions() const;
  /// Asks the sampler for every parameter whose condition holds, and writes it into the trial.
  void suggest(Sampler& sampler, const StudyState& study, Trial& trial) const;
  /// What a trial drew, by path, as options take it. Parameters of the study that this space does not know are left out.
  [[nodiscard]] Value::Map values_of(const Trial& trial) const;

 private:
  std::vector<SearchParameter> parameters_;
};

/// The tables with values by path in place; another type takes that type's defaults. Values of a stage are left out. Error (usage) for an
/// entry of a list that is not there.
[[nodiscard]] PIPELINE_EXPORT TrainingTables with_values(TrainingTables tables, const Value::Map& values, const Registry& registry);
/// The values of a stage's own options, by option: those that stand below "<stage>." in a search of how it slices. None for a stage that is
/// named as a table, which goes first.
[[nodiscard]] PIPELINE_EXPORT Value::Map values_of_stage(const Value::Map& values, std::string_view stage);

}  // namespace pipeline
