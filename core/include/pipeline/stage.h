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

class Collective;

/// The settings of the whole workflow, the same for every stage.
struct RunSettings {
  std::string name;  ///< names runs/<name>/
  std::int64_t seed = 3407;
  std::string matmul_precision = "medium";  ///< highest | high | medium
  std::string device = "auto";              ///< auto | cpu | cuda | cuda:N
  int threads = 1;                          ///< from CPU affinity and cgroup limits, unless the workflow sets them
  int ranks = 1;                            ///< processes that a launcher started together
  std::filesystem::path run_dir, log_dir;   ///< absolute
  std::filesystem::path workflow_file;      ///< absolute
  std::string workflow_text;                ///< the resolved workflow as TOML, secrets left out; for reports
  std::string command_line;                 ///< of this run
  Value split;                              ///< as written: three fractions, three counts, two times, or a table of val and test
  Value season_length = "infer";            ///< as written: "infer", rows, or rows by the words of frequency_column (data/season.h)
};

/// A component that the workflow chooses: its type and options (checked, defaults filled in).
struct ComponentSpec {
  std::string type;
  Value options{Value::Map{}};
};

/// Which stages use a table: those that prepare data, those that train, or only those that search as well.
enum class TableUse { data, training, search };

/// A table of the workflow that names components. It stands at the top of the file or in a stage.
struct TableRule {
  std::string name;            ///< "model", "callbacks"
  std::string kind;            ///< kind of the components that it names: "model", "callback"; "table" if it has options but no type
  bool many = false;           ///< written as [[callbacks]]
  std::string default_type{};  ///< the type if the workflow names none; empty: no default
  bool required = false;       ///< a stage that uses the table needs it
  bool searched = false;       ///< a search may change its options
  bool in_key = true;          ///< a change repeats the stage's work
  TableUse use = TableUse::training;

  /// Whether it names components by their type, unlike [trainer].
  [[nodiscard]] bool has_type() const { return kind != "table"; }
};
/// All tables, in the order in which the workflow writes them. Code that reads, checks, writes or compares tables loops over these.
[[nodiscard]] PIPELINE_EXPORT const std::vector<TableRule>& training_table_rules();
/// nullptr when no table has that name.
[[nodiscard]] PIPELINE_EXPORT const TableRule* find_table_rule(std::string_view name);
/// The argument for ComponentBuilder::uses(): the tables of data, those of a training, or those of a search, which trains too.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::string> table_names(TableUse use);

/// The tables of one stage, resolved (defaults < shared tables < own tables < --set), by name: "model", "trainer", "callbacks", ...
/// Error (unexpected) for a name that has no rule.
class PIPELINE_EXPORT TrainingTables {
 public:
  /// The component that a table names; its type is empty if the table names none.
  [[nodiscard]] const ComponentSpec& one(std::string_view table) const;
  [[nodiscard]] ComponentSpec& one(std::string_view table);
  /// The options of a table, such as [trainer]; an empty map if the workflow does not give it.
  [[nodiscard]] const Value& options(std::string_view table) const { return one(table).options; }
  [[nodiscard]] Value& options(std::string_view table) { return one(table).options; }
  /// All components that a table names, in the order of the file. A table without a type counts as one component of the table's name.
  [[nodiscard]] const std::vector<ComponentSpec>& many(std::string_view table) const;
  [[nodiscard]] std::vector<ComponentSpec>& many(std::string_view table);

 private:
  std::map<std::string, std::vector<ComponentSpec>, std::less<>> tables_;
};

/// The names of a list's entries in --set, searches and manifests: the type of each, or its index where a type occurs several times.
[[nodiscard]] PIPELINE_EXPORT std::vector<std::string> entry_names(const std::vector<std::string>& types);

/// The output of an earlier stage: its kind, the stage that made it and its folder.
struct Artifact {
  std::string kind, stage;
  std::filesystem::path folder;
};

/// How a worker ended.
struct WorkerEnd {
  std::string failure{};   ///< "by Killed", "with exit status 1"; empty: without a failure
  bool by_signal = false;  ///< it was killed or crashed
};

/// Another process of the program that works on the same stage. It ends when its owner is destroyed.
class PIPELINE_EXPORT StageWorker {
 public:
  virtual ~StageWorker();
  /// Waits for the worker's next message; nullopt once the worker has ended.
  [[nodiscard]] virtual std::optional<Value> next() = 0;
  /// Asks the worker to stop, as Ctrl-C does.
  virtual void interrupt() = 0;
  /// How the worker ended, once next() returned nullopt.
  [[nodiscard]] virtual WorkerEnd end() = 0;
};

/// All that a stage may use while it runs.
struct StageContext {
  std::string stage;             ///< its name in the workflow
  std::filesystem::path folder;  ///< empty at first; it replaces the stage's old folder as a whole when run() returns
  /// Folder for files that must outlive a killed run (resume points); it is kept from run to run. The stage creates it before use.
  std::filesystem::path lasting{};
  bool resume = false;  ///< continue from the files that an earlier run left in `lasting`
  /// The stage's key, field by field, with all that decides the result: "optimizer.lr", "input.preprocess", "build.LSTMModel", ...
  std::map<std::string, std::string> key{};
  const RunSettings& settings;
  const TrainingTables& tables;
  const Registry& registry;
  Log& log;
  const std::atomic<int>& cancel;  ///< the signal that asks to stop (SIGINT, SIGTERM), else 0
  /// The processes that run this stage together (ComponentBuilder::on_every_rank); nullptr: this one alone. Only rank 0 writes.
  Collective* collective = nullptr;
  std::vector<Artifact> inputs{};  ///< in the order of the workflow
  Value summary{Value::Map{}};     ///< set by the stage: headline results for manifest and history, e.g. {"val_loss": 0.1}
  /// Set by the stage: files outside `folder` that belong to the result (checkpoints). The stage runs again when one of them is gone.
  std::vector<std::filesystem::path> kept_elsewhere{};
  /// Starts a process that calls this stage's work() with `task` and uses `threads` threads. Empty where no worker can be started: inside
  /// a worker, or where the program is embedded.
  std::function<std::unique_ptr<StageWorker>(const Value& task, int threads)> start_worker{};
  /// In a worker: sends a message to the process that started it.
  std::function<void(const Value& message)> send{};
  /// Runs the stage of one of the inputs again, on that stage's own inputs and into `folder`, with the options in `changed` and without
  /// outputs beside its artifacts (Schema::without_outputs). Throws what that stage throws.
  std::function<void(const std::string& stage, const Value::Map& changed, const std::filesystem::path& folder, Log& log)> run_again{};

  [[nodiscard]] bool cancelled() const { return cancel.load(std::memory_order_relaxed) != 0; }
  /// All inputs of one kind, and the first of them; input() throws Error (usage) when there is none.
  [[nodiscard]] PIPELINE_EXPORT std::vector<Artifact> inputs_of(std::string_view kind) const;
  [[nodiscard]] PIPELINE_EXPORT const Artifact& input(std::string_view kind) const;
};

/// The differences between two keys, in words: "optimizer.lr changed from 0.001 to 0.01", "preprocess gives something else".
[[nodiscard]] PIPELINE_EXPORT std::vector<std::string> key_changes(const std::map<std::string, std::string>& before,
                                                                   const std::map<std::string, std::string>& now);

/// One step of a workflow. A stage is constructed with its options, runs once and is destroyed.
class PIPELINE_EXPORT Stage {
 public:
  virtual ~Stage();
  /// Reads the inputs and fills context.folder. Throws Error (data, training, ...) when the work cannot be done.
  virtual void run(StageContext& context) = 0;
  /// Does a part of the work in a process that run() started with context.start_worker. A stage that starts no worker need not override it.
  virtual void work(StageContext& context, const Value& task);
};

template <>
struct Kind<Stage> {
  static constexpr const char* name = "stage";
  using Factory = std::unique_ptr<Stage>(const Value& options);
};

}  // namespace pipeline
