#pragma once

#include "data/cleaning.h"
#include "pipeline/log.h"
#include "pipeline/value.h"

namespace pipeline {

/// Leaves out rows at the beginning and at the end of each series: the options leave_out_first and leave_out_last, each a number, or a
/// table of numbers by the words of the frequency column. The rows stay in the table, and no segment holds them. A series may have no row
/// left. Error (usage) for a table that does not fit the words; Error (data) if no row is left at all.
void leave_out_rows(CleanTable& data, const Value& first, const Value& last, Log& log);

}  // namespace pipeline
