#pragma once

#include <string>
#include <string_view>

#include "pipeline/value.h"

namespace pipeline::stage::visualize {

/// Fills a text template in the manner of Mustache:
///
///     {{name}}                 the value as text, escaped for HTML
///     {{{name}}}               the value as it is
///     {{#name}}...{{/name}}    left out for null, false, "" and an empty list; once for each item of a list (in which {{.}} is
///                              the item); once otherwise
///     {{^name}}...{{/name}}    only where {{#name}} would be left out
///
/// Names are looked up in the innermost map first. A section must not contain a section of its own name. Error (unexpected) for a section
/// that is not closed.
[[nodiscard]] std::string fill_template(std::string_view text, const Value& values);

}  // namespace pipeline::stage::visualize
