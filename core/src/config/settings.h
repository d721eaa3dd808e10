#pragma once

#include "config/check.h"
#include "pipeline/options.h"
#include "pipeline/stage.h"

namespace pipeline {

/// The scalars at the top of a workflow.
struct WorkflowOptions {
  std::string name;
  std::int64_t seed = 3407;
  std::string matmul_precision = "medium";
  std::string device = "auto";
  Value threads = "auto";
  std::string run_dir = "runs";
  std::string log_dir = "lightning_logs";
  Value split = Value::List{0.7, 0.15, 0.15};
  Value season_length = "infer";

  static constexpr auto options() {
    return option_list<WorkflowOptions>(
        option("name", &WorkflowOptions::name, "Names runs/<name>/; the file's name where it is left out."),
        option("seed", &WorkflowOptions::seed, "Seeds every stage at its entry.").between(0, 9e18),
        option("matmul_precision", &WorkflowOptions::matmul_precision, "How exact float32 matrix products are.")
            .choices({"highest", "high", "medium"}),
        option("device", &WorkflowOptions::device, "auto, cpu, cuda or cuda:N."),
        option("threads", &WorkflowOptions::threads, "\"auto\" respects affinity and cgroup limits; or a number."),
        option("run_dir", &WorkflowOptions::run_dir, "Folder of the stages' artifacts, relative to the current folder."),
        option("log_dir", &WorkflowOptions::log_dir, "Folder of the trainings' logs, relative to the current folder."),
        option("split", &WorkflowOptions::split,
               "Train, val and test as three fractions, three counts, or the times at which val and test begin."),
        option(
            "season_length", &WorkflowOptions::season_length,
            "Rows of one season, for metrics and local models: \"infer\" from the step of the time, a number, or a table by the words of "
            "frequency_column."));
  }
};

/// The top of the workflow, checked. `threads` is 0 for "auto"; `workflow_text` and `command_line` are left empty.
[[nodiscard]] RunSettings check_settings(CheckContext& context);
/// Whether a text can name a folder: letters, digits, '.', '_' and '-', not only dots.
[[nodiscard]] bool is_folder_name(std::string_view name);

}  // namespace pipeline
