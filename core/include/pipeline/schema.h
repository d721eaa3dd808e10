#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/value.h"

namespace pipeline {

enum class OptionType { boolean, integer, number, string, integers, numbers, strings, any };

/// The meaning of an option to the host.
enum class OptionRole {
  plain,
  input_path,     ///< a file that is read: it must exist, and its content is part of the key
  column,         ///< a column of the stage's source file
  target_column,  ///< the same, and forecast: it heads columns of predictions.csv
  time_column,    ///< the column that holds the time
  static_column,  ///< a column of the stage's source file, or of a second file with a row for each series
  series_column,  ///< the column that tells the series of a source file apart
  search_space,   ///< a table of ranges by option ("model.hidden_size"); its stage has the options `search_order` and `enqueue` too
  output_folder,  ///< a folder that is written to; the trials of a search leave it at its default
  extra_output,   ///< asks for files that no other stage reads; the trials of a search leave it at its default
  time_limit,     ///< of a callback: the longest time of a training, written as [trainer] max_time
  metric,         ///< a metric of the training ("val_loss") by which the component decides: another build of the metric, another result
  study_storage,  ///< the address of a study (pipeline/search/study.h)
  file_name,      ///< of a file that is written below a folder: it may name subfolders (a/b), and never leads out of the folder
  forecasters,    ///< components of kind local_forecaster: a list of their names, or a table of their options by name
};

/// The range of a search when the workflow gives none.
struct SearchRange {
  double low = 0, high = 0, step = 0;
  bool log = false;
};

/// The form of a text.
struct TextForm {
  std::string pattern;  ///< a regular expression (ECMAScript) that the whole text matches
  std::string words;    ///< what it says, for messages: "days:hours:minutes:seconds"
  std::string example;
};

/// One option as data. Every front end (TOML check, describe, reference, hparams, search, keys) reads it.
struct OptionInfo {
  std::string name;
  OptionType type = OptionType::any;
  Value default_value;
  std::string doc;
  std::string unit;
  std::optional<double> minimum, maximum;
  bool minimum_excluded = false, maximum_excluded = false;
  bool numeric = false;  ///< of type any, but only an integer, a float (the type matters) or unset
  bool whole = false;    ///< numeric, but no float
  bool share = false;    ///< numeric, and a float is a share of the whole: 1 at most
  bool flag = false;     ///< of type any, but only true, false or unset, beside what `numeric` and `choices` admit
  bool by_name = false;  ///< of type any, but only a table whose values are of `choices`; beside `whole` a table of such numbers too
  bool required = false;
  std::vector<std::string> choices;
  std::optional<TextForm> form;                 ///< of every text but the default
  std::size_t least_items = 0, most_items = 0;  ///< of a list; 0: no limit
  std::optional<SearchRange> search;
  bool searchable = false;     ///< of a slicing stage: a search may change it
  bool affects_result = true;  ///< false: a stage's key leaves it out
  bool secret = false;         ///< never written to manifest, hparams, report or log
  OptionRole role = OptionRole::plain;
};

/// A rule across two options of one component.
struct OptionRule {
  enum class Kind { less_than, requires_other, excludes, divisible, restricts };
  Kind kind;
  std::string first, second;
  /// restricts: where `first` is `value`, `second` takes the values in `allowed` alone; `why`, for the message, is what `value` does.
  Value value{};
  Value::List allowed{};
  std::string why{};
};

/// All options of one component.
struct PIPELINE_EXPORT Schema {
  std::vector<OptionInfo> options;
  std::vector<OptionRule> rules;

  [[nodiscard]] const OptionInfo* find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names() const;
  /// The options of `given`, and the defaults of all others.
  [[nodiscard]] Value with_defaults(const Value& given) const;
  /// `given` with the options of role output_folder and extra_output, which write files beside the result, at their defaults. The trials of
  /// a search run with it.
  [[nodiscard]] Value without_outputs(Value given) const;
};

/// One mistake in a table of options: the option (empty: the whole table), and a sentence without the place.
struct OptionMistake {
  std::string option;
  bool about_key = false;  ///< points at the key rather than at the value
  std::string message;
};

/// All mistakes in `given` (a map): unknown keys with the nearest name, types, ranges, choices, rules.
[[nodiscard]] PIPELINE_EXPORT std::vector<OptionMistake> check_options(const Schema& schema, const Value& given);
/// The values that an option takes: "an integer of at least 1", "one of min, max".
[[nodiscard]] PIPELINE_EXPORT std::string describe_range(const OptionInfo& option);
[[nodiscard]] PIPELINE_EXPORT std::string type_label(const OptionInfo& option);
/// The one of `names` that a misspelt word means: the closest by edit distance, case ignored; else one with the same letters in another
/// order; else the one closest in length that contains the word or that the word begins with ("LSTM": LSTMModel). Empty when none is near.
[[nodiscard]] PIPELINE_EXPORT std::string nearest_name(std::string_view word, const std::vector<std::string>& names);
/// The end of a sentence about an unknown word: `; did you mean "Y"?`. Empty when no name is near.
[[nodiscard]] PIPELINE_EXPORT std::string did_you_mean(std::string_view word, const std::vector<std::string>& names);
/// The same; when no name is near, all names if they are few: `; there are a, b and c`.
[[nodiscard]] PIPELINE_EXPORT std::string suggest(std::string_view word, const std::vector<std::string>& names);

/// The words for the values of an enumeration that counts from 0, in its order. Workflows, artifacts and checkpoints hold these words.
/// Specialise it beside the enumeration; an option of that type then takes these words:
///
///     enum class Rounding { down, up };
///     template <>
///     struct Words<Rounding> {
///       static constexpr std::array words{"down", "up"};
///     };
template <class E>
struct Words;
template <class E>
concept HasWords = std::is_enum_v<E> && requires {
  Words<E>::words.size();
};

template <HasWords E>
[[nodiscard]] constexpr const char* word_of(E value) {
  return Words<E>::words.at(static_cast<std::size_t>(value));
}
template <HasWords E>
[[nodiscard]] std::vector<std::string> words_of() {
  return {Words<E>::words.begin(), Words<E>::words.end()};
}
/// The index of `word` in `words`; Error (usage): `name takes one of down, up, got "dwn"; did you mean "down"?`.
[[nodiscard]] PIPELINE_EXPORT std::size_t index_of_word(std::string_view name, std::string_view word,
                                                        const std::vector<std::string>& words);
/// The value that the word stands for; Error (usage) as above.
template <HasWords E>
[[nodiscard]] E parse_word(std::string_view name, std::string_view word) {
  return static_cast<E>(index_of_word(name, word, words_of<E>()));
}

}  // namespace pipeline
