#pragma once

#include <filesystem>

namespace pipeline::stage::train {

/// Makes <parent>/version_<N>, N one above the highest there is. Taking it is one mkdir, so that runs beside each other get different ones.
/// Error (unexpected) where the folder cannot be made.
[[nodiscard]] std::filesystem::path take_version_folder(const std::filesystem::path& parent);

}  // namespace pipeline::stage::train
