#include "data/cleaning.h"

#include <algorithm>
#include <cmath>

#include "pipeline/data/format.h"
#include "pipeline/data/series.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

constexpr std::size_t no_split = splits_in_time.size(), undivided = no_split + 1;

/// Rows within which values may be filled.
struct Block {
  std::int64_t first, last;
  std::size_t split;     // its place among splits_in_time; no_split: rows that no split uses; undivided: a series without splits
  bool begins_a_series;  // no row of its series comes before it
};

std::vector<Block> make_blocks(const CleanTable& data, const SplitEnds& ends) {
  std::vector<Block> blocks;
  std::int64_t at = 0;  // series row of the segment's first row
  for (const TableSegment& s : data.segments) {
    const std::int64_t end = at + s.count - data.lead;
    const std::span<const std::int64_t> borders = ends.empty() ? std::span<const std::int64_t>() : ends[static_cast<std::size_t>(s.series)];
    std::int64_t first = s.first;
    std::size_t split = static_cast<std::size_t>(std::ranges::upper_bound(borders, at) - borders.begin());
    bool begins = blocks.empty() || data.segments_of(s.series).front().first == s.first;
    for (; split < borders.size() && borders[split] < end; ++split) {
      const std::int64_t border = s.first + data.lead + borders[split] - at;
      blocks.push_back({first, border, split, begins});
      first = border;
      begins = false;
    }
    blocks.push_back({first, s.first + s.count, borders.empty() ? undivided : split, begins});
    at = end;
  }
  return blocks;
}

Error leading_gap(const CleanTable& data, const Block& block, std::size_t column, std::int64_t good) {
  const Table& table = data.table;
  const bool file_start = block.first == 0 && data.ids.empty();
  std::string text = table.place(block.first) + ": column \"" + data.names[column] + "\" has no value ";
  if (file_start) {
    text += "in the first " + format_count(good - block.first) + " rows";
  } else {
    text += std::string("at the start of ") +
            (block.split < no_split ? std::string("the ") + name_of(splits_in_time[block.split]) + " split" : "a segment") + " (" +
            table.time_text(block.first) + "), and filling never crosses a border";
  }
  if (good < block.last) {
    text += "; its first good row is " + table.place(good) + " (" + table.time_text(good) + ")";
  } else {
    text += "; it has none there at all";
  }
  return data_error(
      text + (file_start ? ": let the file begin there, or write missing = \"drop\"" : ": move the split, or write missing = \"drop\""));
}

void fill_column(CleanTable& data, const Block& block, std::size_t column, bool interpolate) {
  const auto cell = [&](std::int64_t row) -> double& { return data.table.row(row)[column]; };
  for (std::int64_t row = block.first; row < block.last; ++row) {
    if (!std::isnan(cell(row))) continue;
    std::int64_t good = row;
    while (good < block.last && std::isnan(cell(good))) ++good;
    if (row == block.first && (block.split != no_split || block.begins_a_series)) throw leading_gap(data, block, column, good);
    const double before = cell(row - 1);
    const double slope = interpolate && good < block.last ? (cell(good) - before) / static_cast<double>(good - row + 1) : 0;
    for (std::int64_t r = row; r < good; ++r) {
      cell(r) = before + slope * static_cast<double>(r - row + 1);
      data.observed->data()[static_cast<std::size_t>(r) * data.table.columns() + column] = 0;
    }
    row = good;
  }
}

}  // namespace

std::int64_t CleanTable::rows() const {
  std::int64_t n = 0;
  for (const Segment& s : segments) n += s.count - lead;
  return n;
}

std::vector<Segment> CleanTable::series_segments() const {
  std::vector<Segment> out;
  std::int64_t at = 0;
  for (const Segment& s : segments) {
    out.push_back({at, s.count - lead});
    at += s.count - lead;
  }
  return out;
}

std::vector<std::int64_t> CleanTable::series_start() const {
  std::vector<std::int64_t> start(static_cast<std::size_t>(series_count()) + 1);
  for (const TableSegment& s : segments) start[static_cast<std::size_t>(s.series) + 1] += s.count - lead;
  for (std::size_t i = 1; i < start.size(); ++i) start[i] += start[i - 1];
  return start;
}

std::span<const TableSegment> CleanTable::segments_of(std::int64_t series) const {
  const auto found = std::ranges::equal_range(segments, series, {}, &TableSegment::series);
  return {found.begin(), found.end()};
}

std::vector<TableSegment> CleanTable::training_rows(const SplitEnds& ends) const {
  std::vector<TableSegment> out;
  std::int64_t at = 0;
  for (const TableSegment& s : segments) {
    const std::int64_t count = s.count - lead, training = std::min(count, ends[static_cast<std::size_t>(s.series)][0] - at);
    if (training > 0) out.push_back({{s.first + lead, training}, s.series});
    at += count;
  }
  return out;
}

std::int64_t CleanTable::rows_before(std::int64_t time, std::int64_t series) const {
  std::int64_t n = 0;
  for (const Segment& s : segments_of(series)) {
    const auto times = table.time().subspan(static_cast<std::size_t>(s.first + lead), static_cast<std::size_t>(s.count - lead));
    n += std::ranges::lower_bound(times, time) - times.begin();
  }
  return n;
}

void CleanTable::take_columns(std::span<const std::size_t> from, const std::filesystem::path& scratch) {
  const std::size_t before = table.columns(), after = from.size();
  if (observed) {
    ScratchArray<std::uint8_t> marks(scratch);
    marks.reserve(static_cast<std::size_t>(table.rows()) * after);
    std::uint8_t* to = marks.data();
    for (std::int64_t row = 0; row < table.rows(); ++row) {
      const std::uint8_t* const old = observed->data() + static_cast<std::size_t>(row) * before;
      for (const std::size_t column : from) *to++ = column == Table::no_column ? std::uint8_t{1} : old[column];
    }
    observed = std::move(marks);
  }
  table.take_columns(from, scratch);
  std::vector<std::string> new_names(after);
  std::vector<std::int64_t> new_missing(after);
  for (std::size_t i = 0; i < after; ++i) {
    if (from[i] == Table::no_column) continue;
    new_names[i] = names[from[i]];
    if (!missing.empty()) new_missing[i] = missing[from[i]];
  }
  names = std::move(new_names);
  missing = std::move(new_missing);
}

void CleanTable::take_rows(std::span<const std::int64_t> from, std::span<const std::int64_t> times, const std::filesystem::path& scratch) {
  if (observed) {
    const std::size_t columns = table.columns();
    ScratchArray<std::uint8_t> marks(scratch);
    marks.reserve(from.size() * columns);
    for (std::size_t i = 0; i < from.size(); ++i) {
      std::uint8_t* const to = marks.data() + i * columns;
      from[i] < 0 ? std::fill_n(to, columns, std::uint8_t{1})
                  : std::copy_n(observed->data() + static_cast<std::size_t>(from[i]) * columns, columns, to);
    }
    observed = std::move(marks);
  }
  table.take_rows(from, times, scratch);
}

void drop_missing(CleanTable& data, const std::string& missing) {
  Table& table = data.table;
  data.missing.assign(table.columns(), 0);
  std::int64_t to = 0;
  std::vector<TableSegment> kept;
  for (const TableSegment& s : data.segments) {
    TableSegment run{{to, 0}, s.series};
    for (std::int64_t row = s.first; row < s.first + s.count; ++row) {
      const double* const cells = table.row(row);
      bool complete = true;
      for (std::size_t c = 0; c < data.required; ++c) {
        if (!std::isnan(cells[c])) continue;
        if (missing == "error") {
          throw data_error(table.place(row) + ": column \"" + data.names[c] +
                           "\" has no value; write missing = \"drop\", \"forward_fill\" or \"interpolate\"");
        }
        ++data.missing[c];
        complete = false;
      }
      if (complete || missing != "drop") {
        table.move_row(row, to++);
        ++run.count;
      } else {
        if (run.count > 0) kept.push_back(run);
        run = {{to, 0}, s.series};
      }
    }
    if (run.count > 0) kept.push_back(run);
  }
  table.truncate(to);
  // A segment of lead rows only has no row of the series.
  std::erase_if(kept, [&](const Segment& s) { return s.count <= data.lead; });
  data.segments = std::move(kept);
}

void fill_missing(CleanTable& data, const std::string& missing, const SplitEnds& ends, const std::filesystem::path& scratch) {
  if (missing != "forward_fill" && missing != "interpolate") return;
  if (std::ranges::all_of(data.missing, [](std::int64_t n) { return n == 0; })) return;
  const std::size_t cells = static_cast<std::size_t>(data.table.rows()) * data.table.columns();
  data.observed.emplace(scratch).reserve(cells);
  std::fill_n(data.observed->data(), cells, std::uint8_t{1});
  for (const Block& block : make_blocks(data, ends)) {
    for (std::size_t c = 0; c < data.required; ++c) {
      const bool has_numbers = data.table.words(c) == nullptr;  // there is no word between two words
      if (data.missing[c] > 0) fill_column(data, block, c, missing == "interpolate" && has_numbers);
    }
  }
}

}  // namespace pipeline
