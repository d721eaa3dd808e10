#pragma once

namespace pipeline {

/// Key within a checkpoint's entry `pipeline`: the file name of the library that gave the model. It names the plugin to those who lack it.
inline constexpr const char* model_library_key = "library";

}  // namespace pipeline
