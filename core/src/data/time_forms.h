#pragma once

#include <string>
#include <vector>

namespace pipeline {

/// The forms of times that new-workflow and the advice of a refusal try, as values of time_format; "" is ISO 8601. Of two forms that fit
/// equally well the earlier is taken: the day stands before the month.
[[nodiscard]] std::vector<std::string> time_forms();
/// Forms that are numbers and tell times only in a column that is named for them: counts since 1970, day numbers of Excel, years.
[[nodiscard]] std::vector<std::string> number_forms();
/// A form as text for people: ISO 8601, or the format in quotes.
[[nodiscard]] std::string form_text(const std::string& form);

}  // namespace pipeline
