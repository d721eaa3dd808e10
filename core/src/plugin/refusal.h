#pragma once

#include <string>

#include "pipeline/export.h"

namespace pipeline {

/// Why a library cannot be used; each has an entry in docs/troubleshooting.md.
enum class RefusalCode {
  none,
  unreadable,           ///< the file cannot be read
  not_a_plugin,         ///< no library, or one without plugin facts
  other_api,            ///< built for another plugin API
  other_abi,            ///< built by another compiler or in another language mode
  other_libtorch,       ///< built for another LibTorch
  missing_library,      ///< a shared library it needs is not found
  undefined_symbol,     ///< it needs a function that no library gives
  not_loadable,         ///< the dynamic linker refuses it for another reason
  no_entry_point,       ///< facts, but no pipeline_plugin_v1
  bad_descriptor,       ///< its descriptor is not of this host, or its facts differ from the file's
  load_throws,          ///< an initialiser of the library throws
  registration_throws,  ///< register_components throws
  bad_schema,           ///< the options of a component contradict each other
  name_clash,           ///< another library gives a component of that kind and name
  crashed,              ///< a signal ended the process that loaded it
  hangs                 ///< loading it does not end
};

/// "other-libtorch": what users see and look up.
[[nodiscard]] PIPELINE_EXPORT std::string code_name(RefusalCode code);

/// What is wrong, as a sentence that ends with its cure.
struct Refusal {
  RefusalCode code = RefusalCode::none;
  std::string reason;
};

/// Whether the refusal depends on the file and the host alone: it then holds until one of them changes.
[[nodiscard]] constexpr bool is_permanent(RefusalCode code) {
  return code == RefusalCode::not_a_plugin || code == RefusalCode::other_api || code == RefusalCode::other_abi ||
         code == RefusalCode::other_libtorch;
}

}  // namespace pipeline
