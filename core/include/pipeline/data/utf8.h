#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "pipeline/data/tier.h"
#include "pipeline/export.h"

namespace pipeline {

/// The bytes of the UTF-8 character at the start of the text, which is not empty; 0 if there is none.
[[nodiscard]] PIPELINE_EXPORT std::size_t character_length(std::string_view text);
/// The number of characters of a UTF-8 text.
[[nodiscard]] PIPELINE_EXPORT std::size_t character_count(std::string_view text);
/// The text with '?' for each byte that is not UTF-8: column names may come in any encoding.
[[nodiscard]] PIPELINE_EXPORT std::string valid_utf8(std::string_view text);
/// The same, escaped for HTML text and attributes.
[[nodiscard]] PIPELINE_EXPORT std::string escape_html(std::string_view text);

}  // namespace pipeline
