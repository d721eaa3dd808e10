#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "data/guess.h"
#include "data/guess_across.h"
#include "data/guess_numbers.h"
#include "data/guess_roles.h"
#include "data/guess_series.h"
#include "data/split.h"
#include "data/time_parser.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline {

namespace {

bool is_in(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

/// Whether the words of a column mean "missing": one word, which holds no digit.
bool is_missing_word(const ColumnFacts& column, std::int64_t rows) {
  const bool has_digit = std::ranges::any_of(column.word, [](unsigned char c) { return std::isdigit(c) != 0; });
  return column.one_word && column.words < rows / 2 && !has_digit;
}

/// The reason why a column is no feature; empty: it is one.
std::string reason_against(const ColumnFacts& column, const ColumnGuess& all) {
  if (column.name.empty()) return "it has no name";
  if (column.shares_name) return "its name stands twice";
  if (column.numbers == 0) return column.words > 0 ? "it holds words (" + column.word + ", ...)" : "it is empty";
  if (column.words > 0 && !is_missing_word(column, all.rows)) return "it holds words beside numbers (" + column.word + ", ...)";
  if (column.constant) return "its numbers are all equal";
  if (column.counts_rows) return "it counts the rows";
  if (column.missing > all.rows / 2) return "more than half of it is missing";
  return {};
}

/// Leaves out features that begin so late that they would cost many rows of the others; a column that the user wants to forecast stays.
void leave_out_late(WorkflowGuess& guess, std::vector<const ColumnFacts*>& features, const std::vector<std::string>& targets) {
  if (features.empty()) return;
  const std::int64_t first = (*std::ranges::min_element(features, {}, [](const ColumnFacts* c) { return c->first_row; }))->first_row;
  std::erase_if(features, [&](const ColumnFacts* column) {
    const std::int64_t cost = column->first_row - first;
    if (10 * cost <= guess.rows || is_in(targets, column->name)) return false;
    guess.left_out.push_back({column->name, "it begins in row " + format_count(column->first_row + 1) + " and would cost " +
                                                format_count(cost) + " of " + format_count(guess.rows) + " rows"});
    return true;
  });
}

std::string cells_text(std::int64_t count) { return format_count(count) + (count == 1 ? " cell" : " cells"); }

/// The number of marks for missing values among the numbers.
std::int64_t sentinels_of(const ColumnFacts& column) {
  if (!column.sentinel) return 0;
  return *column.sentinel == column.largest.value ? column.largest.count : column.smallest.count;
}

std::int64_t missing_of(const ColumnFacts& column) { return column.missing + column.words + sentinels_of(column); }

/// Takes the features, what means "missing" in them, and what is worth a word about them.
void take_features(WorkflowGuess& guess, const std::vector<const ColumnFacts*>& features) {
  for (const ColumnFacts* column : features) {
    guess.features.push_back(column->name);
    guess.missing_cells += missing_of(*column);
    if (column->words > 0) {
      if (!guess.format.missing.has_word(column->word)) guess.format.missing.words.push_back(column->word);
      guess.notes.push_back("missing: \"" + column->word + "\" of " + column->name + ", in " + cells_text(column->words));
    }
    if (column->sentinel) {
      guess.format.missing_in[column->name].numbers.push_back(*column->sentinel);
      guess.notes.push_back("missing: " + plain_text(*column->sentinel) + " of " + column->name + ", in " +
                            cells_text(sentinels_of(*column)) +
                            ", far outside the other numbers; if it was measured, remove it from na_values");
    }
    if (!column->marked.empty())
      guess.notes.push_back(column->name + ": \"" + column->marked + "\" is " +
                            plain_text(number_in_cell(column->marked, guess.format.numbers)->value));
  }
}

/// Why a feature is a poor target; empty: it is none.
std::string reason_against_target(const ColumnFacts& column) {
  if (column.is_flag()) return "has two values";
  if (column.is_nearly_constant()) return "hardly changes";
  return 10 * missing_of(column) > column.numbers ? "has many missing values" : "";
}

/// Chooses the feature that is likely to be forecast, with a reason: by its name, else the last one. Flags and the like only if there is
/// nothing else.
void choose_target(WorkflowGuess& guess, const std::vector<const ColumnFacts*>& features, const std::vector<std::string>& targets) {
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
  const auto is_good = [](const ColumnFacts* column) { return reason_against_target(*column).empty(); };
  for (const char* word : {"target", "y", "value", "close", "load", "demand", "consumption", "sales", "price", "pm2.5"}) {
    for (const ColumnFacts* column : features) {
      std::string small = column->name;
      std::ranges::transform(small, small.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (small != word || !is_good(column)) continue;
      guess.target = {column->name};
      guess.target_reason = "for its name";
      return;
    }
  }
  const auto last_good = std::find_if(features.rbegin(), features.rend(), is_good);
  const ColumnFacts& chosen = last_good == features.rend() ? *features.back() : **last_good;
  guess.target = {chosen.name};
  guess.target_reason = features.size() == 1 ? "the only column of numbers" : "the last column of numbers";
  if (&chosen != features.back()) guess.target_reason += ", as " + features.back()->name + " " + reason_against_target(*features.back());
}

/// Takes the columns that are fixed in a series and those that are known ahead; the latter's rows after the last target are no missing
/// ones.
void take_roles(WorkflowGuess& guess, const std::filesystem::path& file, const ColumnGuess& columns) {
  if (guess.time.sort || guess.time.repeats > 0) return;
  RoleQuestion question{.series_columns = guess.series_columns, .numbers = guess.features, .words = {}, .targets = guess.target};
  for (const ColumnFacts& column : columns.columns) {
    const bool is_other = is_in(guess.time.columns, column.name) || is_in(guess.series_columns, column.name) ||
                          column.name == guess.frequency_column || column.shares_name;
    if (!is_other && !column.name.empty() && column.numbers == 0 && column.words > 0) question.words.push_back(column.name);
  }
  const ColumnRoles roles = guess_roles(CsvFile(file, guess.format), question);
  for (const std::string& name : roles.fixed) {
    std::erase(guess.features, name);
    std::erase_if(guess.left_out, [&](const LeftOut& column) { return column.name == name; });
    guess.fixed.push_back(name);
    if (is_in(question.words, name)) guess.categories.push_back(name);
  }
  if (roles.known_future.empty()) return;
  guess.known_future = roles.known_future;
  guess.future_rows = roles.future_rows;
  guess.missing_cells -= roles.missing;
}

/// For each row, whether all its features are present. Error (data) for cells that `run` would refuse.
std::vector<bool> complete_rows(const std::filesystem::path& file, const ColumnGuess& columns, const WorkflowGuess& guess) {
  std::vector<bool> complete(static_cast<std::size_t>(columns.rows), true);
  const CsvFile csv(file, guess.format);
  std::vector<std::size_t> indices;
  for (const std::string& name : guess.features) indices.push_back(csv.index_of(name));
  CsvReader rows(csv, indices, {});
  std::vector<double> numbers(indices.size());
  for (std::size_t row = 0; row < complete.size() && rows.next(numbers.data()); ++row) {
    complete[row] = std::ranges::none_of(numbers, [](double number) { return std::isnan(number); });
  }
  return complete;
}

/// A mark for each row, in the order of time and without rows that repeat a time.
std::vector<bool> in_order_of_time(const std::vector<bool>& marks, const TimeGuess& time) {
  if (time.rows.empty()) return marks;
  std::vector<bool> out;
  for (const std::int64_t row : time.rows) out.push_back(marks[static_cast<std::size_t>(row)]);
  return out;
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
  if (guess.gap_count > 0) guess.gaps = "split";
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
  guess.format = across.format;
  guess.rows = across.series;
  guess.time = across.time;
  guess.time.format = across.time_format;
  guess.dates_across = true;
  guess.gap_count = std::ssize(across.time.gap_rows);
  guess.series_columns = across.series_columns;
  guess.series = across.series;
  guess.target = guess.features = targets.empty() ? std::vector<std::string>{"y"} : targets;
  guess.target_reason = "a name for the values";
  choose_rows_of_series(guess, across.times);
  return guess;
}

/// Leaves out the features with many missing cells if dropping their rows leaves too little; false if there are none. Columns that the user
/// wants to forecast stay.
bool leave_out_incomplete(WorkflowGuess& guess, std::vector<const ColumnFacts*>& features, const std::vector<std::string>& targets) {
  const auto is_costly = [&](const ColumnFacts* column) { return 10 * missing_of(*column) > guess.rows && !is_in(targets, column->name); };
  if (std::ranges::all_of(features, is_costly)) return false;
  return std::erase_if(features, [&](const ColumnFacts* column) {
           if (!is_costly(column)) return false;
           guess.left_out.push_back(
               {column->name, "dropping its " + cells_text(missing_of(*column)) + " without a value leaves too few rows"});
           return true;
         }) > 0;
}

/// Whether dropping incomplete rows leaves less than half of them, or pieces that are too short for a window.
bool drops_too_much(const WorkflowGuess& guess, const std::vector<bool>& complete) {
  constexpr std::int64_t short_piece = 10;
  return guess.missing == "drop" &&
         (2 * std::ranges::count(complete, true) < guess.rows || typical_run(complete, guess.time.gap_rows) < short_piece);
}

constexpr std::int64_t few_rows = 60;  ///< fewer train no network with memory
constexpr const char* split_text = "0.7, 0.15 and 0.15";

/// Whether the least window, two rows and one ahead, fits into each part of the split.
bool has_room(std::int64_t rows) {
  try {
    return SplitRule::parse(Value::List{0.7, 0.15, 0.15}).ends(rows, nullptr, "rows").front() >= 3;
  } catch (const Error&) {
    return false;  // a part of the split would have no row
  }
}

void require_room(const std::filesystem::path& file, std::int64_t rows) {
  if (has_room(rows)) return;
  std::int64_t least = rows;
  while (!has_room(least)) ++least;
  throw data_error(file.string() + " has " + format_count(rows) + (rows == 1 ? " row" : " rows") +
                   "; a window of 2 rows and a horizon of 1 need " + std::to_string(least) + " rows to fit into a split of " + split_text);
}

}  // namespace

WorkflowGuess guess_workflow(const std::filesystem::path& file, const std::vector<std::string>& targets, const GuessWishes& wishes) {
  if (const auto across = guess_dates_across(file)) return workflow_of(*across, targets);
  ColumnGuess columns = guess_columns(file, wishes.header);
  require_room(file, columns.rows);
  const auto [time, many] = guess_time_and_series(file, columns, wishes.time);
  WorkflowGuess guess;
  guess.rows = columns.rows;
  guess.is_short = columns.rows < few_rows;
  guess.format = columns.format;
  guess.notes = columns.notes;
  guess.time = time;
  guess.time_zone = wishes.time.time_zone;
  if (many) {
    guess.series_columns = many->ids.columns, guess.series = many->ids.series;
    guess.frequency_column = many->frequency_column;
    guess.gap_count = many->gaps;
    if (!many->steps.empty())
      guess.notes.push_back("the series have several steps (" + join(many->steps, ", ") +
                            "), and no column tells which: rows are counted; better give the series of each step a file of their own");
  } else {
    guess.gap_count = std::ssize(time.gap_rows);
    if (!time.rows.empty()) guess.rows = std::ssize(time.rows);
  }
  std::vector<const ColumnFacts*> features;
  for (const ColumnFacts& column : columns.columns) {
    if (is_in(guess.time.columns, column.name) || is_in(guess.series_columns, column.name) || column.name == guess.frequency_column)
      continue;
    if (std::string reason = reason_against(column, columns); !reason.empty()) {
      guess.left_out.push_back({column.name, std::move(reason)});
    } else {
      features.push_back(&column);
    }
  }
  leave_out_late(guess, features, targets);
  if (features.empty()) {
    const std::string why = join(
        guess.left_out, [](const LeftOut& column) { return column.name + ": " + column.reason; }, "; ");
    throw data_error(file.string() + " has no column of numbers to forecast" + (why.empty() ? "" : ": " + why));
  }
  if (many) {
    take_features(guess, features);
    choose_target(guess, features, targets);
    take_roles(guess, file, columns);
    choose_rows_of_series(guess, many->usual_rows);
    return guess;
  }
  for (;;) {
    WorkflowGuess tried = guess;
    take_features(tried, features);
    choose_target(tried, features, targets);
    take_roles(tried, file, columns);
    std::vector<bool> complete = in_order_of_time(complete_rows(file, columns, tried), tried.time);
    complete.resize(complete.size() - static_cast<std::size_t>(tried.future_rows));
    tried.rows = std::ssize(complete);
    choose_rows(tried, complete);
    if (!drops_too_much(tried, complete) || !leave_out_incomplete(guess, features, targets)) return tried;
  }
}

}  // namespace pipeline
