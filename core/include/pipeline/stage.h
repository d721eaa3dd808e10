#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"
#include "pipeline/value.h"

namespace pipeline {

/// What the whole workflow says, the same for every stage.
struct RunSettings {
  std::string name;  ///< names runs/<name>/
  std::int64_t seed = 3407;
  std::string matmul_precision = "medium";  ///< highest | high | medium
  std::string device = "auto";              ///< auto | cpu | cuda | cuda:N
  int threads = 1;                          ///< resolved from affinity and cgroup limits
  std::filesystem::path run_dir, log_dir;   ///< absolute
  std::filesystem::path workflow_file;      ///< absolute
  std::string workflow_text;                ///< the resolved workflow as TOML, secrets left out; for reports
  std::string command_line;                 ///< of this run
  Value split;                              ///< as written: three fractions, three counts or two times
};

/// A component chosen by the workflow: its type and the options given (checked, defaults filled in).
struct ComponentSpec {
  std::string type;
  Value options{Value::Map{}};
};

/// Which stages use a table: those that train, or only those that search as well.
enum class TableUse { training, search };

/// A table of the workflow that says what is trained or searched. It stands at the top of the file or in a stage.
struct TableRule {
  std::string name;            ///< "model", "callbacks"
  std::string kind;            ///< of the components it names: "model", "callback"; "table" where it has options but no type
  bool many = false;           ///< written as [[callbacks]]
  std::string default_type{};  ///< where none is written; empty: there is none
  bool required = false;       ///< a stage that uses it cannot do without
  bool searched = false;       ///< a search may change its options
  bool in_key = true;          ///< a change repeats the stage's work
  TableUse use = TableUse::training;

  /// Whether it names components by their type, unlike [trainer].
  [[nodiscard]] bool has_type() const { return kind != "table"; }
};
/// All of them, in the order in which they are written. Whoever reads, checks, writes or compares tables goes over these.
[[nodiscard]] PIPELINE_EXPORT const std::vector<TableRule>& training_table_rules();
/// nullptr where no table has that name.
[[nodiscard]] PIPELINE_EXPORT const TableRule* find_table_rule(std::string_view name);
/// What a stage passes to ComponentBuilder::uses(): the tables of a training, or those of a search, which trains too.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::string> table_names(TableUse use);

/// The tables of one stage, resolved (defaults < shared tables < own tables < --set), by name: "model", "trainer", "callbacks", ...
/// Error (unexpected) for a name that has no rule.
class PIPELINE_EXPORT TrainingTables {
 public:
  /// The component that a table names; its type is empty where there is none.
  [[nodiscard]] const ComponentSpec& one(std::string_view table) const;
  [[nodiscard]] ComponentSpec& one(std::string_view table);
  /// The options of a table, such as [trainer]; an empty map where it is not given.
  [[nodiscard]] const Value& options(std::string_view table) const { return one(table).options; }
  [[nodiscard]] Value& options(std::string_view table) { return one(table).options; }
  /// All that a table names, in the order of the file. A table without a type counts as one component of the table's name.
  [[nodiscard]] const std::vector<ComponentSpec>& many(std::string_view table) const;
  [[nodiscard]] std::vector<ComponentSpec>& many(std::string_view table);

 private:
  std::map<std::string, std::vector<ComponentSpec>, std::less<>> tables_;
};

/// How the entries of a list are told apart in --set, searches and manifests: by their type, by their index where it stands several times.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::string> entry_names(const std::vector<std::string>& types);

/// What an earlier stage left: its kind, who made it and the folder it lies in.
struct Artifact {
  std::string kind, stage;
  std::filesystem::path folder;
};

/// Another process of the program that works on the same stage. It ends with its owner.
class PIPELINE_EXPORT StageWorker {
 public:
  virtual ~StageWorker();
  /// Waits for the next message it sends; nothing once it has ended.
  [[nodiscard]] virtual std::optional<Value> next() = 0;
  /// Asks it to stop, as Ctrl-C does.
  virtual void interrupt() = 0;
  /// How it ended, once next() gave nothing: "by Killed", "with exit status 1"; empty: well.
  [[nodiscard]] virtual std::string failure() = 0;
};

/// Everything a stage may use while it runs.
struct StageContext {
  std::string stage;             ///< its name in the workflow
  std::filesystem::path folder;  ///< empty; what is written here is swapped in whole when run() returns
  /// For what must outlive a killed run (resume points): kept as it is from run to run. Made by whoever writes into it.
  std::filesystem::path lasting{};
  bool resume = false;  ///< go on with what an earlier run left in `lasting`
  /// What decides the result, field by field: "optimizer.lr", "input.preprocess", "build.LSTMModel", ...
  std::map<std::string, std::string> key{};
  const RunSettings& settings;
  const TrainingTables& tables;
  const Registry& registry;
  Log& log;
  const std::atomic<int>& cancel;  ///< the signal that asks to stop (SIGINT, SIGTERM), else 0
  std::vector<Artifact> inputs{};  ///< in the order of the workflow
  Value summary{Value::Map{}};     ///< headline results: go into manifest and history, e.g. {"val_loss": 0.1}
  /// Files outside `folder` that belong to the result (checkpoints): the stage runs again when one of them is gone.
  std::vector<std::filesystem::path> kept_elsewhere{};
  /// Starts a process in which this stage's work() is given `task`, with so many threads. Empty where there can be none: inside a worker,
  /// or where the program is embedded.
  std::function<std::unique_ptr<StageWorker>(const Value& task, int threads)> start_worker{};
  /// In a worker: a message to whoever started it.
  std::function<void(const Value& message)> send{};
  /// Runs a stage that gave one of the inputs once more: on what it was given, with some of its options changed and no outputs beside its
  /// artifacts (Schema::without_outputs), into a folder. Throws what that stage throws.
  std::function<void(const std::string& stage, const Value::Map& changed, const std::filesystem::path& folder, Log& log)> run_again{};

  [[nodiscard]] bool cancelled() const { return cancel.load(std::memory_order_relaxed) != 0; }
  /// The inputs of one kind; the first of them. Error (usage) when there is none.
  [[nodiscard]] PIPELINE_EXPORT std::vector<Artifact> inputs_of(std::string_view kind) const;
  [[nodiscard]] PIPELINE_EXPORT const Artifact& input(std::string_view kind) const;
};

/// What differs between two keys, in words: "optimizer.lr changed from 0.001 to 0.01", "preprocess gives something else".
[[nodiscard]] PIPELINE_EXPORT std::vector<std::string> key_changes(const std::map<std::string, std::string>& before,
                                                                   const std::map<std::string, std::string>& now);

/// One step of a workflow. A stage is built with its options, run once and destroyed.
class PIPELINE_EXPORT Stage {
 public:
  virtual ~Stage();
  /// Reads the inputs and fills context.folder. Throws Error (data, training, ...) when the work cannot be done.
  virtual void run(StageContext& context) = 0;
  /// Does a part of the work in a process that run() started with context.start_worker. Stages that start none have no such part.
  virtual void work(StageContext& context, const Value& task);
};

template <>
struct Kind<Stage> {
  static constexpr const char* name = "stage";
  using Factory = std::unique_ptr<Stage>(const Value& options);
};

}  // namespace pipeline
