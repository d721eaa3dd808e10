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

/// What an option means to the host.
enum class OptionRole {
  plain,
  input_path,     ///< a file that is read: it must exist, and its content is part of the key
  column,         ///< a column of the stage's source file
  time_column,    ///< the column that holds the time
  search_space,   ///< a table of ranges by option ("model.hidden_size"); its stage has the options `search_order` and `enqueue` too
  output_folder,  ///< a folder that is written to; the trials of a search leave it at its default
  extra_output,   ///< asks for files that no other stage reads; the trials of a search leave it at its default
  time_limit,     ///< a callback's: how long a training may take, as [trainer] max_time is written
  metric,         ///< one that a training measures ("val_loss"), by which the component decides: another build of it is another result
};

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
  bool searchable = false;     ///< a search may change it, where not all options of its component may be searched: a slicing stage's
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
  /// The value with every option at its default that says where or whether files are written beside the result (output_folder and
  /// extra_output): what a search's trials run with.
  [[nodiscard]] Value without_outputs(Value given) const;
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
/// The one of `names` that a misspelt word means: the closest by edit distance, whatever its case; else one of the same letters; else the
/// one closest in length that contains the word or begins it ("LSTM": LSTMModel). Empty when none is near.
[[nodiscard]] PIPELINE_EXPORT std::string nearest_name(std::string_view word, const std::vector<std::string>& names);
/// The end of a sentence about an unknown word: `; did you mean "Y"?`; empty when no name is near.
[[nodiscard]] PIPELINE_EXPORT std::string did_you_mean(std::string_view word, const std::vector<std::string>& names);
/// The same; where no name is near, all of them if they are few: `; there are a, b and c`.
[[nodiscard]] PIPELINE_EXPORT std::string suggest(std::string_view word, const std::vector<std::string>& names);

/// The words for the values of an enumeration that counts from 0, in its order: how workflows, artifacts and checkpoints write them.
/// Specialised beside the enumeration, which is then the type of an option that takes these words:
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
/// The value that a word stands for; Error (usage) as above.
template <HasWords E>
[[nodiscard]] E parse_word(std::string_view name, std::string_view word) {
  return static_cast<E>(index_of_word(name, word, words_of<E>()));
}

}  // namespace pipeline
