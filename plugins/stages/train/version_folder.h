#pragma once

#include <filesystem>

namespace pipeline::stage::train {

/// Makes <parent>/version_<N> with N one above the highest existing number. A single mkdir takes it, so that parallel runs get different
/// numbers. Error (unexpected) if the folder cannot be made.
[[nodiscard]] std::filesystem::path take_version_folder(const std::filesystem::path& parent);

}  // namespace pipeline::stage::train
