#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/document.h"
#include "config/node.h"
#include "config/workflow.h"
#include "pipeline/registry.h"

namespace pipeline {

/// The inputs of every check, with the mistakes and secrets that it finds.
struct CheckContext {
  const Document::Impl& document;
  const Registry& registry;
  WorkflowUse use = WorkflowUse::compute;
  std::vector<Mistake> mistakes;
  std::set<std::string> secrets;

  void mistake(const Place& place, std::string message) { mistakes.push_back({place, std::move(message)}); }
  /// Reports a component type that no plugin gives.
  void unknown_component(const Place& place, const std::string& type, std::string message) {
    mistakes.push_back({place, std::move(message), type});
  }
};

/// A table of options after its check.
struct CheckedOptions {
  Value options{Value::Map{}};            ///< given ones over defaults, paths absolute
  std::map<std::string, Origin> origins;  ///< by option, without a prefix
};

/// A stage by its name and table.
struct NamedStage {
  std::string name;
  const Node* node = nullptr;  ///< nullptr: there is none
};

/// The owner of a table of options, for messages and hints.
struct OptionsOwner {
  std::string name;                ///< "EarlyStopping"
  std::string kind;                ///< "callback", "stage", "trainer", ...: selects the hints
  std::set<std::string> reserved;  ///< members that are no options: "type", a stage's tables
  Place place;                     ///< where mistakes about missing options point
};

/// Checks a table's members against a schema: names, types, ranges, rules across options, and that the files it names exist. `table` is
/// nullptr where nothing is written.
[[nodiscard]] CheckedOptions check_table(CheckContext& context, const Schema& schema, const Node* table, const OptionsOwner& owner);

/// Checks what the role of an option says of its value: that the address of a study is understood, that a monitored metric is
/// measured, and that targets have headings of their own in files of predictions.
void check_role(CheckContext& context, const OptionInfo& option, const Node& value, const OptionsOwner& owner);

/// The CSV files that a stage's options name as its source; empty if there are none.
[[nodiscard]] std::vector<std::filesystem::path> source_files(const ComponentInfo& stage, const Value& options);

/// Checks the column names in a stage's options against the heading of its source file, and the headings of several files against each
/// other.
void check_columns(CheckContext& context, const ComponentInfo& stage, const Node& table, const Value& options);

[[nodiscard]] inline std::string in_quotes(const std::string& text) { return "\"" + text + "\""; }
/// "a stage", "an optimizer".
[[nodiscard]] std::string with_article(const std::string& noun);

}  // namespace pipeline
