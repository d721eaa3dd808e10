#include <algorithm>
#include <cctype>
#include <functional>
#include <optional>
#include <utility>

#include "data/guess.h"
#include "data/guess_across.h"
#include "data/guess_series.h"
#include "data/time_parser.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline {

namespace {

bool is_in(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

/// The reason why a column is no feature; empty: it is one.
std::string reason_against(const ColumnFacts& column, const ColumnGuess& all) {
  const auto same_name = [&](const ColumnFacts& other) { return other.name == column.name; };
  if (column.name.empty()) return "it has no name";
  if (std::ranges::count_if(all.columns, same_name) > 1) return "its name stands twice";
  if (column.numbers == 0) return column.words > 0 ? "it holds words (" + column.word + ", ...)" : "it is empty";
  if (column.words > 0 && !(column.one_word && column.words < all.rows / 2))
    return "it holds words beside numbers (" + column.word + ", ...)";
  if (column.constant) return "its numbers are all equal";
  if (column.counts_rows) return "it counts the rows";
  if (column.missing > all.rows / 2) return "more than half of it is missing";
  return {};
}

/// Chooses the feature that is likely to be forecast, with a reason.
void choose_target(WorkflowGuess& guess, const std::vector<std::string>& targets) {
  if (!targets.empty()) {
    for (const std::string& name : targets) {
      if (std::ranges::count(targets, name) > 1) throw usage_error("--target " + name + " is given twice");
      if (is_in(guess.time.columns, name)) throw usage_error("--target " + name + ": this column holds the time; name one of numbers");
      if (is_in(guess.features, name)) continue;
      const auto left_out = std::ranges::find(guess.left_out, name, &LeftOut::name);
      if (left_out != guess.left_out.end())
        throw data_error("--target " + name + ": this column cannot be forecast, since " + left_out->reason);
      throw usage_error("--target " + name + ": there is no such column" + suggest(name, guess.features));
    }
    guess.target = targets;
    guess.target_reason = "as you asked";
    return;
  }
  for (const char* word : {"target", "y", "value", "close", "load", "demand", "consumption", "sales", "price", "pm2.5"}) {
    for (const std::string& name : guess.features) {
      std::string small = name;
      std::ranges::transform(small, small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (small != word) continue;
      guess.target = {name};
      guess.target_reason = "for its name";
      return;
    }
  }
  guess.target = {guess.features.back()};
  guess.target_reason = guess.features.size() == 1 ? "the only column of numbers" : "the last column of numbers";
}

/// For each row, whether all its features are present.
std::vector<bool> complete_rows(const std::filesystem::path& file, const ColumnGuess& columns, const WorkflowGuess& guess) {
  std::vector<bool> complete(static_cast<std::size_t>(guess.rows), true);
  if (guess.missing_cells == 0) return complete;
  const CsvFile csv(file, columns.format);
  std::vector<std::size_t> indices;
  for (const std::string& name : guess.features) indices.push_back(csv.index_of(name));
  CsvReader rows(csv, {}, indices);
  for (std::size_t row = 0; row < complete.size() && rows.next(nullptr); ++row) {
    for (std::size_t i = 0; i < indices.size(); ++i) {
      const std::string cell(rows.text(i));
      if (is_missing_cell(cell) || is_in(guess.na_values, cell)) complete[row] = false;
    }
  }
  return complete;
}

/// The length L such that half of all complete rows lie in runs of at least L complete rows; windows must be shorter. `breaks`: rows that
/// begin a new run.
std::int64_t typical_run(const std::vector<bool>& complete, const std::vector<std::int64_t>& breaks) {
  std::vector<std::int64_t> runs{0};
  std::int64_t whole = 0;
  auto next_break = breaks.begin();
  for (std::size_t row = 0; row < complete.size(); ++row) {
    const bool breaks_here = next_break != breaks.end() && *next_break == static_cast<std::int64_t>(row);
    if (breaks_here) ++next_break;
    if ((breaks_here || !complete[row]) && runs.back() > 0) runs.push_back(0);
    if (complete[row]) ++runs.back(), ++whole;
  }
  std::ranges::sort(runs, std::greater());
  std::int64_t seen = 0;
  for (const std::int64_t run : runs) {
    seen += run;
    if (2 * seen >= whole) return run;
  }
  return whole;
}

/// Whether every block within which values are filled begins with a complete row: the file, the rows after each gap, and each split (0.7,
/// 0.15, 0.15; the first row of a split is only known to within one row).
bool can_be_filled(const std::vector<bool>& complete, const std::vector<std::int64_t>& breaks) {
  std::vector<std::int64_t> starts = breaks;
  starts.push_back(0);
  const auto rows = static_cast<double>(complete.size());
  for (const double share : {0.7, 0.85}) {
    for (const int beside : {-1, 0, 1}) starts.push_back(static_cast<std::int64_t>(share * rows) + beside);
  }
  return std::ranges::all_of(starts, [&](std::int64_t row) { return complete[static_cast<std::size_t>(row)]; });
}

/// Chooses horizon and window by the frequency: smaller if there are few rows, and together at most `longest`.
void choose_window(WorkflowGuess& guess, std::int64_t longest) {
  const auto take = [&](std::int64_t horizon, std::int64_t window) { guess.horizon = horizon, guess.window = window; };
  const TimeGuess& time = guess.time;
  if (time.step_ns > 0 && time.step_ns < nanoseconds_per_day) {
    const std::int64_t day = nanoseconds_per_day / time.step_ns;
    take(std::clamp<std::int64_t>(day, 6, 24), 4 * std::clamp<std::int64_t>(day, 6, 24));
  } else if (time.frequency == "business_day") {
    take(5, 60);
  } else if (time.step_ns == nanoseconds_per_day) {
    take(7, 56);
  } else if (time.step_ns > 0) {
    take(4, 52);
  } else if (time.frequency != "none") {
    take(3, 24);  // months
  } else {
    take(1, 32);
  }
  guess.horizon = std::max<std::int64_t>(1, std::min(guess.horizon, guess.rows / 40));
  guess.window = std::max<std::int64_t>(2, std::min(guess.window, guess.rows / 12));
  if (const std::int64_t both = guess.window + guess.horizon; both > longest) {
    guess.horizon = std::max<std::int64_t>(1, guess.horizon * longest / both);
    guess.window = std::max<std::int64_t>(2, guess.window * longest / both);
  }
  constexpr std::int64_t quick = 20'000;  // training windows in an epoch of a few seconds
  guess.stride = std::max<std::int64_t>(1, guess.rows * 7 / 10 / quick);
}

/// Chooses the treatment of gaps and missing cells, and windows that fit the remaining rows.
void choose_rows(WorkflowGuess& guess, const std::vector<bool>& complete) {
  const std::vector<bool> all(complete.size(), true);
  std::vector<std::int64_t> breaks = guess.time.gap_rows;
  choose_window(guess, guess.rows);
  if (!breaks.empty()) {  // no window fits between the gaps of trading hours
    const bool room = typical_run(all, breaks) >= 2 * (guess.window + guess.horizon);
    guess.gaps = room ? "split" : "allow";
    if (!room) breaks.clear();
  }
  if (guess.missing_cells > 0) guess.missing = can_be_filled(complete, breaks) ? "forward_fill" : "drop";
  choose_window(guess, typical_run(guess.missing == "drop" ? complete : all, breaks) / 2);
}

/// The same for many series, of which one has about `rows` rows.
void choose_rows_of_series(WorkflowGuess& guess, std::int64_t rows) {
  if (!guess.time.gap_rows.empty()) guess.gaps = "split";
  if (guess.missing_cells > 0) guess.missing = "drop";
  const std::int64_t all = std::exchange(guess.rows, rows);
  choose_window(guess, rows / 4);
  guess.rows = all;
  guess.stride = 1;
}

/// A table with a column for each time: its one value has no name there.
WorkflowGuess workflow_of(const AcrossGuess& across, const std::vector<std::string>& targets) {
  if (targets.size() > 1) throw usage_error("--target: a table whose columns are times has one value, so that one name is enough");
  WorkflowGuess guess;
  guess.delimiter = std::string(1, across.format.delimiter);
  guess.decimal = std::string(1, across.format.decimal);
  guess.rows = across.series;
  guess.time = across.time;
  guess.time.format = across.time_format;
  guess.dates_across = true;
  guess.series_columns = across.series_columns;
  guess.series = across.series;
  guess.target = guess.features = targets.empty() ? std::vector<std::string>{"y"} : targets;
  guess.target_reason = "a name for the values";
  choose_rows_of_series(guess, across.times);
  return guess;
}

}  // namespace

WorkflowGuess guess_workflow(const std::filesystem::path& file, const std::vector<std::string>& targets) {
  if (const auto across = guess_dates_across(file)) return workflow_of(*across, targets);
  const ColumnGuess columns = guess_columns(file);
  WorkflowGuess guess;
  guess.rows = columns.rows;
  guess.delimiter = std::string(1, columns.format.delimiter);
  guess.decimal = std::string(1, columns.format.decimal);
  const auto [time, many] = guess_time_and_series(file, columns);
  guess.time = time;
  if (many) guess.series_columns = many->ids.columns, guess.series = many->ids.series;
  for (const ColumnFacts& column : columns.columns) {
    if (is_in(guess.time.columns, column.name) || is_in(guess.series_columns, column.name)) continue;
    if (std::string reason = reason_against(column, columns); !reason.empty()) {
      guess.left_out.push_back({column.name, std::move(reason)});
      continue;
    }
    guess.features.push_back(column.name);
    if (column.words > 0 && !is_in(guess.na_values, column.word)) guess.na_values.push_back(column.word);
    guess.missing_cells += column.missing + column.words;
  }
  if (guess.features.empty()) {
    const std::string why = join(
        guess.left_out, [](const LeftOut& column) { return column.name + ": " + column.reason; }, "; ");
    throw data_error(file.string() + " has no column of numbers to forecast" + (why.empty() ? "" : ": " + why));
  }
  choose_target(guess, targets);
  if (many) {
    choose_rows_of_series(guess, many->usual_rows);
  } else {
    choose_rows(guess, complete_rows(file, columns, guess));
  }
  return guess;
}

}  // namespace pipeline
