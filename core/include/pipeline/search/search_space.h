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
  std::string name;  ///< name in the study; the path by default
  Distribution distribution;
  /// The parameter is searched only if each of these paths has one of its values.
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
  /// `order`: paths in the order in which they are drawn; all other paths follow, sorted. A parameter is drawn after those that its `when`
  /// names. Error (usage) for a table that is no search space.
  [[nodiscard]] static SearchSpace from_value(const Value& table, const std::vector<std::string>& order = {});

  [[nodiscard]] const std::vector<SearchParameter>& parameters() const { return parameters_; }
  [[nodiscard]] const SearchParameter* find(std::string_view path_or_name) const;
  /// The distributions of all parameters by name, for SamplerContext::space.
  [[nodiscard]] std::vector<std::pair<std::string, Distribution>> distributions() const;
  /// Asks the sampler for every parameter whose condition holds, and writes the value into the trial.
  void suggest(Sampler& sampler, const StudyState& study, Trial& trial) const;
  /// The trial's values as option values, by path. Parameters that this space does not have are left out.
  [[nodiscard]] Value::Map values_of(const Trial& trial) const;

 private:
  std::vector<SearchParameter> parameters_;
};

/// The tables with these values, by path, set. A table whose type changes takes the new type's defaults, but for options that the first
/// type has too and that are not at that one's default: the lr of Adam is that of SGD. Values of a stage's options are ignored. Error
/// (usage) for an entry of a list that does not exist.
[[nodiscard]] PIPELINE_EXPORT TrainingTables with_values(TrainingTables tables, const Value::Map& values, const Registry& registry);
/// The values of a slicing stage's own options, by option: those with a path below "<stage>.". Empty for a stage with the name of a table,
/// as the table takes such paths.
[[nodiscard]] PIPELINE_EXPORT Value::Map values_of_stage(const Value::Map& values, std::string_view stage);

}  // namespace pipeline
