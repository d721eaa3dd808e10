#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/registry.h"
#include "pipeline/stage.h"
#include "pipeline/value.h"

/// Reads and checks a workflow file: gives the resolved stages in execution order, or every mistake with its place.
namespace pipeline {

/// A place in a file. Lines and columns count from 1; line 0 is the command line, `file` then holds "--set KEY":
/// the value may be a secret.
struct Place {
  std::string file;  ///< the path as the user wrote it; a base file's: beside the file that extends it
  int line = 0, column = 0;

  friend auto operator<=>(const Place&, const Place&) = default;
};
/// "workflow.toml:12:3", or "--set trainer.max_epochs".
[[nodiscard]] std::string to_string(const Place& place);

/// Where a value of a stage came from.
struct Origin {
  enum class Kind { component_default, shared_table, own_table, command_line, search };
  Kind kind = Kind::component_default;
  Place place{};        ///< of a value in a file
  std::string giver{};  ///< an own table's dotted name ("stages.train_cnn.model"), or the trial of a search ("optimize, trial 12")

  /// A value of the stage itself or of --set overrides the best value of a search.
  [[nodiscard]] bool goes_before_search() const { return kind == Kind::own_table || kind == Kind::command_line; }
};
/// As manifests show it: "default", "workflow.toml:12:3", "--set", "stages.train_cnn.optimizer at base.toml:3:1" or "optimize, trial 12".
[[nodiscard]] std::string to_string(const Origin& origin);

/// Something that the user has to correct.
struct Mistake {
  Place place;
  std::string message;
  std::string unknown_component{};  ///< the name of a component that no plugin gives; empty: the mistake is another

  friend auto operator<=>(const Mistake&, const Mistake&) = default;
};
/// "workflow.toml:12:3: unknown option ...": the text after "error: ".
[[nodiscard]] std::string to_string(const Mistake& mistake);

/// An input of a stage: the artifact's kind and the stage that gives it.
struct Source {
  std::string kind, stage;

  friend bool operator==(const Source&, const Source&) = default;
};

/// One [stages.x], resolved.
struct StagePlan {
  std::string name, type;
  std::vector<std::string> uses;                           ///< the shared tables its type uses
  Place place;                                             ///< of its name
  std::size_t written = 0;                                 ///< its index among the stages as the file lists them
  Value options{Value::Map{}};                             ///< the stage's own options, given ones over defaults
  TrainingTables tables;                                   ///< those that the stage's type uses; the others are empty
  std::map<std::string, std::vector<std::string>> inputs;  ///< as written: artifact kind -> stages
  std::vector<std::string> needs;                          ///< as written
  /// Where each value came from: "optimizer.lr", "callbacks.EarlyStopping.patience" (entries of lists as entry_names() names them). The
  /// stage's own options have no prefix.
  std::map<std::string, Origin> origins;
  std::vector<Source> sources;  ///< the graph, resolved: port by port, each in the order of the file
};

/// The kind of artifact that a training takes. The stage that gives it slices the series; a search may change its options.
inline constexpr const char* windows_kind = "windows";
/// The kind of artifact that is sliced.
inline constexpr const char* series_kind = "series";

/// A workflow without mistakes.
struct Workflow {
  std::filesystem::path file;  ///< absolute
  std::string name;
  RunSettings settings;                             ///< `threads` is 0 for "auto" and `command_line` is empty: the caller sets both
  std::vector<StagePlan> stages;                    ///< in execution order: topological, ties as in the file
  std::vector<std::filesystem::path> plugin_paths;  ///< absolute
  std::vector<std::filesystem::path> files;         ///< absolute: the file, then what it extends
  std::set<std::string> secrets;                    ///< values of secret options: not to be shown anywhere, command lines included
};

/// The stage that gives `stage` an artifact of a kind, the first of several; nullptr: none.
[[nodiscard]] const StagePlan* giver_of(const Workflow& workflow, const StagePlan& stage, std::string_view kind);

struct WorkflowRequest {
  std::filesystem::path file;     ///< relative to the current folder
  std::vector<std::string> sets;  ///< KEY=VALUE of every --set
};

/// A workflow as it is written: parsed, merged with its base files, `${env:...}` replaced and --set applied. It is not yet checked against
/// components, since these come from plugins that it may name.
class Document {
 public:
  struct Impl;
  explicit Document(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  /// [plugins].path, absolute; other values than texts are left out here and reported by check_workflow.
  [[nodiscard]] const std::vector<std::filesystem::path>& plugin_paths() const;
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  std::shared_ptr<const Impl> impl_;
};

/// Error (usage) with the place for a file that cannot be read or is no TOML; other mistakes are kept for check_workflow.
[[nodiscard]] Document read_workflow(const WorkflowRequest& request);

/// What the workflow is read for. `compute`: its device must be on this machine.
enum class WorkflowUse { compute, read };

struct CheckedWorkflow {
  Workflow workflow;              ///< complete only where there are no mistakes
  std::vector<Mistake> mistakes;  ///< all of them, sorted by file, line and column
};
/// Never throws for a user's mistake. Reads no data but the header line of source files, and counts as many of their lines as windows need.
[[nodiscard]] CheckedWorkflow check_workflow(const Document& document, const Registry& registry, WorkflowUse use = WorkflowUse::compute);

/// The resolved workflow as TOML without secrets: every option of every stage, shared tables written into the stages. Reading and checking
/// it in the same folder gives the same stages and settings.
[[nodiscard]] std::string to_toml_text(const Workflow& workflow);

}  // namespace pipeline
