#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "pipeline/train/collective.h"

namespace pipeline {

using Environment = std::map<std::string, std::string, std::less<>>;

/// Reads the variables of torchrun, of Slurm's srun and of Kubeflow's PyTorchJob. nullopt where no launcher started several processes.
/// Error (usage) if a launcher's variables are incomplete or contradict each other.
[[nodiscard]] std::optional<Launch> read_launch(const Environment& environment);
/// This process's variables.
[[nodiscard]] Environment environment_variables();
/// "node03" of "node[03-05,9],other": the first host of Slurm's list.
[[nodiscard]] std::string first_host(const std::string& node_list);

}  // namespace pipeline
