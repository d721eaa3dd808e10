#include "row_times.h"

namespace pipeline::stage::evaluate {

std::string series_column_of(const Windows& windows) {
  const Series* series = windows.series();
  return series && series->info().panel ? series->info().panel->series_column : std::string();
}

RowTimes::RowTimes(const Series* series) : series_(series) {
  if (series) text_.emplace(series->info(), series->time());
}

std::string RowTimes::at(std::int64_t row) const {
  return text_ ? (*text_)(series_->time()[static_cast<std::size_t>(row)]) : std::to_string(row);
}

}  // namespace pipeline::stage::evaluate
