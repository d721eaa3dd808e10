#include "summary.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace pipeline::stage::backtest {

namespace {

using Row = std::vector<std::string>;

/// Counts code points, so that columns with words beyond ASCII stay aligned.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::vector<std::string> aligned(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  }
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - width(row[c]), ' ');
      line += "  " + (c == 0 ? row[c] + padding : padding + row[c]);
    }
    lines.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
  }
  return lines;
}

}  // namespace

std::vector<std::string> summary_lines(const BacktestRecord& record) {
  std::vector<std::string> lines{headline_of(record) + (record.cutoffs.size() == 1 ? "" : "; mean ± deviation over cutoffs")};
  const std::vector<Measure> columns = shown_measures(record);
  std::vector<Row> rows{{"model"}};
  for (const Measure& column : columns) rows.front().push_back(column.label);
  for (const BacktestModel& model : record.models) {
    Row row{model.name};
    for (const Measure& column : columns) row.push_back(spread_text(model, column));
    rows.push_back(std::move(row));
  }
  std::ranges::move(aligned(rows), std::back_inserter(lines));
  for (const BacktestComparison& comparison : record.comparisons) lines.push_back(sentence_of(comparison, record));
  return lines;
}

Value summary_value(const BacktestRecord& record) {
  const BacktestModel& best = record.models.front();
  Value out = Value::Map{{"cutoffs", std::ssize(record.cutoffs)}, {"best", best.name}};
  for (const char* name : {"mae", "mase"}) {
    const auto found = best.mean.find(name);
    if (found != best.mean.end() && std::isfinite(found->second)) out[name] = found->second;
  }
  return out;
}

}  // namespace pipeline::stage::backtest
