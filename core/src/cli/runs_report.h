#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/runs_compared.h"

namespace pipeline {

/// What stands below the table of a comparison: which runs compare, by what they are ranked, and which are left out.
[[nodiscard]] std::vector<std::string> sentences(const RunComparison& all);

/// The comparison as a page that needs no network. `folder`: where it will lie; the last run of each workflow links to its own report from
/// there.
[[nodiscard]] std::string runs_page(const RunComparison& all, const std::filesystem::path& folder);

}  // namespace pipeline
