#include "metrics_file.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <limits>
#include <map>
#include <set>

#include "pipeline/data/csv.h"
#include "pipeline/data/format.h"
#include "pipeline/data/new_file.h"
#include "pipeline/errors.h"

namespace pipeline::loggers::csv {

namespace {

constexpr std::size_t rewrite_chunk = std::size_t{1} << 20U;
constexpr std::int64_t all_rows = std::numeric_limits<std::int64_t>::max();

template <class Cells>
std::string join(const Cells& cells) {
  std::string line;
  for (bool first = true; const std::string& cell : cells) {
    if (!std::exchange(first, false)) line += ',';
    line += csv_field(cell);
  }
  return line + "\n";
}

void write_through(std::ofstream& out, const std::string& text, const std::filesystem::path& path) {
  errno = 0;
  if (!out.write(text.data(), static_cast<std::streamsize>(text.size())).flush()) throw system_failure("cannot write", path, errno);
}

std::ofstream open_to_write(const std::filesystem::path& path, std::ios::openmode mode) {
  errno = 0;
  std::ofstream out(path, mode | std::ios::binary);
  if (!out) throw system_failure("cannot write", path, errno);
  return out;
}

}  // namespace

std::vector<std::string> split_line(std::string_view line) {
  std::vector<std::string> cells(1);
  bool in_quotes = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && in_quotes && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += line[++i];
    } else if (c == '"') {
      in_quotes = !in_quotes;
    } else if (c == ',' && !in_quotes) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

Value Extent::to_value() const { return Value::Map{{"rows", rows}, {"columns", Value::List(columns.begin(), columns.end())}}; }

Extent Extent::from_value(const Value& value) {
  Extent extent{.rows = value.at("rows").as_int(), .columns = {}};
  for (const Value& column : value.at("columns").as_list()) extent.columns.push_back(column.as_string());
  return extent;
}

void MetricsFile::append(std::span<const Row> rows) {
  if (!std::exchange(started_, true)) adopt_existing();
  std::set<std::string> names(columns_.begin(), columns_.end());
  names.insert("step");
  for (const Row& row : rows) {
    for (const auto& [name, value] : row.scalars) names.insert(name);
  }
  std::string text;
  if (names.size() != columns_.size()) {
    const std::vector<std::string> columns(names.begin(), names.end());
    columns_.empty() ? void(text = join(columns)) : rewrite(columns, all_rows);
    columns_ = columns;
  }
  if (std::exchange(torn_, false)) text += '\n';
  for (const Row& row : rows) text += line_of(row);
  std::ofstream out = open_to_write(path_, std::ios::app);
  write_through(out, text, path_);
  rows_ += std::ssize(rows);
}

std::int64_t MetricsFile::cut(const Extent& extent) {
  started_ = true;
  if (extent.columns.empty()) {
    std::filesystem::remove(path_);
    return 0;
  }
  adopt_existing();
  if (columns_.empty()) return extent.rows;  // the file is gone
  rewrite(extent.columns, std::min(extent.rows, rows_ - (torn_ ? 1 : 0)));
  columns_ = extent.columns;
  return extent.rows - rows_;
}

bool MetricsFile::ends_with(const Row& row) {
  if (!std::exchange(started_, true)) adopt_existing();
  std::vector<std::size_t> places;  // of its columns
  for (const auto& [name, value] : row.scalars) {
    const auto column = std::ranges::find(columns_, name);
    if (column == columns_.end()) return false;
    places.push_back(static_cast<std::size_t>(column - columns_.begin()));
  }
  std::ifstream in(path_, std::ios::binary);
  std::string last, line;
  std::getline(in, line);  // the header
  while (std::getline(in, line)) {
    const std::vector<std::string> cells = split_line(line);
    if (std::ranges::all_of(places, [&](std::size_t place) { return place < cells.size() && !cells[place].empty(); })) last = line;
  }
  return last + "\n" == line_of(row);
}

void MetricsFile::adopt_existing() {
  std::ifstream in(path_, std::ios::binary);
  std::string header;
  if (!std::getline(in, header) || header.empty()) return;
  columns_ = split_line(header);
  for (std::string line; std::getline(in, line);) ++rows_;
  in.clear();
  in.seekg(-1, std::ios::end);
  torn_ = in.get() != '\n';
}

void MetricsFile::rewrite(const std::vector<std::string>& columns, std::int64_t rows) {
  std::ifstream in(path_, std::ios::binary);
  NewFile out(path_);
  std::string line, text = join(columns);
  std::getline(in, line);
  rows_ = 0;
  while (rows_ < rows && std::getline(in, line)) {
    ++rows_;
    const std::vector<std::string> cells = split_line(line);
    std::map<std::string_view, std::string_view> by_name;
    for (std::size_t i = 0; i < std::min(cells.size(), columns_.size()); ++i) by_name[columns_[i]] = cells[i];
    std::vector<std::string> moved;
    for (const std::string& column : columns) moved.emplace_back(by_name[column]);
    text += join(moved);
    if (text.size() > rewrite_chunk) out.write(std::exchange(text, {}));
  }
  out.write(text);
  out.commit();
  torn_ = false;
}

std::string MetricsFile::line_of(const Row& row) const {
  std::map<std::string_view, std::string> cells;
  for (const auto& [name, value] : row.scalars) cells[name] = format_number(value);
  cells["step"] = std::to_string(row.step);
  std::vector<std::string> line;
  for (const std::string& column : columns_) {
    const auto cell = cells.find(column);
    line.push_back(cell == cells.end() ? "" : cell->second);
  }
  return join(line);
}

}  // namespace pipeline::loggers::csv
