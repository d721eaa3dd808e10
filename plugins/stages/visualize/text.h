#pragma once

#include <string>
#include <string_view>

namespace pipeline::stage::visualize {

/// JSON inside a script element: '<' becomes \u003c, so that no text can end the element.
[[nodiscard]] std::string escape_json_for_script(std::string_view json);
/// JavaScript inside a script element: "</script" becomes "<\/script", the same within its strings.
[[nodiscard]] std::string escape_code_for_script(std::string_view code);
/// A name as part of a file name. ASCII letters and digits, '.', '_', '-' and all characters beyond ASCII stay; '_' replaces the others.
/// Long names are cut.
[[nodiscard]] std::string file_name_part(std::string_view name);

}  // namespace pipeline::stage::visualize
