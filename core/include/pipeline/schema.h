#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/value.h"

namespace pipeline {

enum class OptionType { boolean, integer, number, string, integers, numbers, strings, any };

/// What an option's value refers to, so that the host can check it before any work and hash the file it names. A search space is a table of
/// ranges by option ("model.hidden_size"); its stage has the options `search_order` and `enqueue` too, which are checked with it. A metric
/// is one that a training measures ("val_loss"), by which the component decides: another build of it is another result.
enum class OptionRole { plain, input_path, column, time_column, search_space, metric };

/// Range that a search may use when the workflow gives none.
struct SearchRange {
  double low = 0, high = 0, step = 0;
  bool log = false;
};

/// One option as data: what every front end (TOML check, describe, reference, hparams, search, keys) reads.
struct OptionInfo {
  std::string name;
  OptionType type = OptionType::any;
  Value default_value;
  std::string doc;
  std::string unit;
  std::optional<double> minimum, maximum;
  bool minimum_excluded = false, maximum_excluded = false;
  bool numeric = false;  ///< of type any, yet only an integer or a float (kept apart), or unset
  bool whole = false;    ///< numeric, and no float
  bool required = false;
  std::vector<std::string> choices;
  std::optional<SearchRange> search;
  bool affects_result = true;  ///< false: no part of a stage's key
  bool secret = false;         ///< never written to manifest, hparams, report or log
  OptionRole role = OptionRole::plain;
};

/// A rule across two options of one component.
struct OptionRule {
  enum class Kind { less_than, requires_other, excludes, divisible };
  Kind kind;
  std::string first, second;
};

/// All options of one component.
struct PIPELINE_EXPORT Schema {
  std::vector<OptionInfo> options;
  std::vector<OptionRule> rules;

  [[nodiscard]] const OptionInfo* find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const;
  /// The value with every option set: given ones over defaults.
  [[nodiscard]] Value with_defaults(const Value& given) const;
};

/// One mistake in a table of options: which option (empty: the table), and a sentence without the place.
struct OptionMistake {
  std::string option;
  bool about_key = false;  ///< points at the key rather than at the value
  std::string message;
};

/// Everything wrong with `given` (a map): unknown keys with the nearest name, types, ranges, choices, rules.
[[nodiscard]] PIPELINE_EXPORT std::vector<OptionMistake> check_options(const Schema& schema, const Value& given);
/// "an integer of at least 1", "one of min, max": what an option takes.
[[nodiscard]] PIPELINE_EXPORT std::string describe_range(const OptionInfo& option);
[[nodiscard]] PIPELINE_EXPORT std::string type_label(const OptionInfo& option);
/// The closest of `names` to a misspelt word by edit distance; empty when none is near.
[[nodiscard]] PIPELINE_EXPORT std::string nearest_name(std::string_view word, const std::vector<std::string>& names);

}  // namespace pipeline
