#include <algorithm>
#include <cctype>
#include <utility>

#include "data/column_facts.h"
#include "data/file_times.h"
#include "data/guess.h"
#include "data/guess_across.h"
#include "data/guess_numbers.h"
#include "data/guess_roles.h"
#include "data/guess_series.h"
#include "data/guess_windows.h"
#include "data/id_choices.h"
#include "data/series_ids.h"
#include "data/series_rows.h"
#include "data/split.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline {

namespace {

bool is_in(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

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
ColumnRoles take_roles(WorkflowGuess& guess, const CsvFile& file, const ColumnGuess& columns, std::vector<std::int64_t> order) {
  RoleQuestion question{
      .series_columns = guess.series_columns, .numbers = guess.features, .words = {}, .targets = guess.target, .order = std::move(order)};
  for (const ColumnFacts& column : columns.columns) {
    const bool is_other = is_in(guess.time.columns, column.name) || is_in(guess.series_columns, column.name) ||
                          column.name == guess.frequency_column || column.shares_name;
    if (!is_other && !column.name.empty() && column.numbers == 0 && column.words > 0) question.words.push_back(column.name);
  }
  ColumnRoles roles = guess_roles(file, question);
  for (const std::string& name : roles.fixed) {
    std::erase(guess.features, name);
    std::erase_if(guess.left_out, [&](const LeftOut& column) { return column.name == name; });
    guess.fixed.push_back(name);
    if (is_in(question.words, name)) guess.categories.push_back(name);
  }
  if (roles.known_future.empty()) {
    roles.ahead.clear();
    return roles;
  }
  guess.known_future = roles.known_future;
  guess.future_rows = roles.future_rows;
  guess.missing_cells -= roles.missing;
  return roles;
}

/// The place of each row of one series in the order of time; empty: the file's own order.
std::vector<std::int64_t> places_in_time(const TimeGuess& time, std::int64_t rows) {
  if (time.rows.empty()) return {};
  std::vector<std::int64_t> places(static_cast<std::size_t>(rows), RoleQuestion::no_place);
  for (std::size_t place = 0; place < time.rows.size(); ++place)
    places[static_cast<std::size_t>(time.rows[place])] = static_cast<std::int64_t>(place);
  return places;
}

/// The time of each row of a file of many series, or its place in its series where there is none.
std::vector<std::int64_t> times_of_rows(const WorkflowGuess& guess, const CsvFile& file) {
  if (!guess.time.columns.empty()) return FileTimes(file, guess.time.columns, guess.time.format, nullptr).of_series({});
  std::vector<std::size_t> columns;
  for (const std::string& name : guess.series_columns) columns.push_back(file.index_of(name));
  SeriesIds ids;
  std::vector<std::int64_t> times = series_of_rows(file, columns, ids);
  std::vector<std::int64_t> counts(static_cast<std::size_t>(ids.size()));
  for (std::int64_t& time : times) time = counts[static_cast<std::size_t>(time)]++;
  return times;
}

/// The roles of columns and the rows of a file of many series.
void take_rows_of_series(WorkflowGuess& guess, const CsvFile& file, const ColumnGuess& columns, std::int64_t usual_rows) {
  std::vector<std::int64_t> times = times_of_rows(guess, file);
  const ColumnRoles roles = take_roles(guess, file, columns, times);
  const std::vector<RowsOfSeries> series = rows_of_series(file, {.series_columns = guess.series_columns,
                                                                 .features = guess.features,
                                                                 .times = std::move(times),
                                                                 .left_out = roles.ahead,
                                                                 .frequency = guess.frequency_column.empty() ? guess.time.frequency : ""});
  choose_rows_of_series(guess, series, usual_rows);
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
  guess.missing_cells = across.missing_cells;
  guess.notes = across.notes;
  guess.series_columns = across.series_columns;
  guess.series = across.series;
  guess.target = guess.features = targets.empty() ? std::vector<std::string>{"y"} : targets;
  guess.target_reason = "a name for the values";
  choose_rows_of_series(guess, across.rows, across.times);
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
    if (many->is_numbered) guess.notes.push_back(time.columns.front() + ": whole numbers, read as seconds, so that a step of 1 is 1s");
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
    if (many && column.name == many->counter) {
      guess.left_out.push_back({column.name, "it counts the rows of each series"});
    } else if (std::string reason = reason_against(column, columns); !reason.empty()) {
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
    take_rows_of_series(guess, CsvFile(file, guess.format), columns, many->usual_rows);
    return guess;
  }
  for (;;) {
    WorkflowGuess tried = guess;
    take_features(tried, features);
    choose_target(tried, features, targets);
    take_roles(tried, CsvFile(file, tried.format), columns, places_in_time(time, columns.rows));
    std::vector<bool> complete = in_order_of_time(complete_rows(CsvFile(file, tried.format), tried, columns.rows), tried.time);
    complete.resize(complete.size() - static_cast<std::size_t>(tried.future_rows));
    tried.rows = std::ssize(complete);
    choose_rows(tried, complete);
    if (!drops_too_much(tried, complete) || !leave_out_incomplete(guess, features, targets)) return tried;
  }
}

}  // namespace pipeline
