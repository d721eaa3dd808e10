#include "data/scaled_value.h"

#include <cmath>

#include "data/scaler.h"
#include "pipeline/data/format.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

/// Where a row of the table stood in the file. If rows were dropped, only the times of the others tell it, or their numbers.
std::string place_of(const CleanTable& data, std::int64_t row) {
  const Table& table = data.table;
  if (table.panel()) return table.place(row);
  if (!table.has_time()) return table.place(table.time()[static_cast<std::size_t>(row)]);
  return table.rows() == data.axis.rows ? table.place(row) : table.time_text(row);
}

}  // namespace

double scaled_value(const CleanTable& data, const ColumnTransform& column, double level, double previous, std::int64_t row) {
  const double value = column.forward(level, previous);
  if (std::abs(value) <= most_scaled || std::isnan(level) || std::isnan(previous)) return value;
  throw data_error(place_of(data, row) + ": column \"" + column.name + "\" is " + format_number(level) + ", which becomes " +
                   format_number(value) + " when it is transformed and scaled: float32 cannot be trained on numbers beyond 1e15; correct " +
                   "it, or if it means \"missing\", write na_values = [" + format_number(level) + "]");
}

}  // namespace pipeline
