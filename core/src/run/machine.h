#pragma once

#include <filesystem>
#include <string>

namespace pipeline {

/// Processors this process may use: its affinity, cut down by a cgroup's CPU quota; at least 1.
[[nodiscard]] int available_threads();
/// The processor's name as the kernel gives it.
[[nodiscard]] std::string processor_name();
/// The commit checked out in the git repository that holds `folder`; empty when there is none. Reads files only, never runs git.
[[nodiscard]] std::string git_commit(const std::filesystem::path& folder);
[[nodiscard]] std::string host_name();
/// "2024-05-01 08:30:00Z"
[[nodiscard]] std::string utc_now();
/// Identifies the build of this program's own code: of the library (or program) that holds this function, and of libpipeline_torch.so
/// beside it.
[[nodiscard]] const std::string& host_build();

}  // namespace pipeline
