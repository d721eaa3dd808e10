#include <algorithm>
#include <iostream>
#include <optional>
#include <sstream>

#include "cli/overwriting.h"
#include "cli/shell_text.h"
#include "cli/verb.h"
#include "data/guess.h"
#include "data/time_axis.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()                                                                                                           //
      ("output", po::value<std::string>()->value_name("FILE"), "the workflow; DATA.toml in the current folder without it")        //
      ("no-header", "no line names the columns: they are called 1, 2, ...")                                                       //
      ("target", po::value<std::vector<std::string>>()->value_name("COLUMN")->composing(), "the column to forecast; repeatable")  //
      ("time-zone", po::value<std::string>()->value_name("ZONE"), "of times without an offset, e.g. Europe/Berlin")               //
      ("count-rows", "take no column for the time: the row number stands for it")                                                 //
      ("force", "overwrite the workflow");
}

std::string quoted_list(const std::vector<std::string>& names) { return to_toml(Value::List(names.begin(), names.end())); }

/// A text from the data on one line, short enough for a comment or a message.
std::string one_line(std::string text, std::size_t longest = 60) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 32 || c == 127; }, ' ');
  return text.size() <= longest ? text : text.substr(0, longest - 3) + "...";
}

constexpr std::size_t longest_note = 200;

std::string left_out_text(const LeftOut& column) {
  return (column.name.empty() ? "a column" : one_line(column.name)) + ", since " + one_line(column.reason);
}

/// A line "key = value  # comment".
void line(std::ostream& out, const std::string& assignment, const std::string& comment) {
  out << assignment << std::string(assignment.size() < 38 ? 38 - assignment.size() : 1, ' ') << " # " << comment << "\n";
}

std::string time_comment(const WorkflowGuess& guess) {
  const TimeGuess& time = guess.time;
  if (!guess.frequency_column.empty()) return "the series have several steps";
  if (time.frequency == "none") return "irregular";
  const std::string step = time.frequency == "business_day" ? "working days" : Frequency::parse(time.frequency).spoken();
  return step + ", " + format_count(guess.gap_count) + (guess.gap_count == 1 ? " gap" : " gaps");
}

/// The options of a file that is not written as most are.
void write_format(std::ostream& out, const CsvFormat& format) {
  const CsvFormat usual;
  const auto write = [&](const char* option, const auto& ours, const auto& others, const Value& value) {
    if (ours != others) out << option << " = " << to_toml(value) << "\n";
  };
  write("encoding", format.encoding, usual.encoding, format.encoding);
  write("delimiter", format.delimiter, usual.delimiter, delimiter_text(format.delimiter));
  write("comment", format.comment, usual.comment, format.comment);
  write("skip_rows", format.skip_rows, usual.skip_rows, format.skip_rows);
  write("header", format.header, usual.header, format.header);
  write("skip_after_header", format.skip_after_header, usual.skip_after_header, format.skip_after_header);
  const NumberFormat &numbers = format.numbers, plain;
  write("decimal", numbers.decimal, plain.decimal, std::string(1, numbers.decimal));
  write("thousands", numbers.thousands, plain.thousands, std::string(1, numbers.thousands));
  write("censored", numbers.censored, plain.censored, word_of(numbers.censored));
}

std::string short_series_text(const WorkflowGuess& guess) {
  return format_count(guess.short_series) + " of " + format_count(guess.series) + " series: too short for a window, or nothing to train on";
}

/// What was taken for the time, for the screen.
std::string time_text(const WorkflowGuess& guess) {
  const TimeGuess& time = guess.time;
  if (guess.dates_across) return "in the heading, " + time_comment(guess);
  if (time.columns.empty()) return "none, rows are counted";
  std::string text = join(time.columns, " ") + ", ";
  if (!time.format.empty()) text += "written as " + time.format + ", ";
  text += time_comment(guess);
  if (time.sort) text += ", not from old to new: sorted";
  if (time.repeats > 0)
    text += ", " + format_count(time.repeats) + (time.repeats == 1 ? " row repeats" : " rows repeat") + " a time: the first is kept";
  return text;
}

void write_gaps(std::ostream& out, const WorkflowGuess& guess) {
  if (guess.gaps.empty()) return;
  line(out, "gaps = " + to_toml(guess.gaps),
       guess.gaps == "split" ? "no window reaches across a gap" : "read on across gaps: there are too few rows between them for a window");
}

void write_preprocess(std::ostream& out, const WorkflowGuess& guess, const std::string& source) {
  out << "[stages.preprocess]\n";
  line(out, "source = " + to_toml(source), format_count(guess.rows) + " rows; relative to this file");
  if (guess.dates_across) line(out, "layout = \"dates_across\"", "a row a series; the names of the columns are times");
  if (!guess.series_columns.empty()) {
    const std::vector<std::string>& columns = guess.series_columns;
    line(out, "series_column = " + (columns.size() == 1 ? to_toml(columns[0]) : quoted_list(columns)),
         "tells " + format_count(guess.series) + " series apart; each is scaled by its own training rows");
    if (!guess.frequency_column.empty())
      line(out, "frequency_column = " + to_toml(guess.frequency_column), "tells the series of each step apart");
  }
  if (guess.short_series > 0) line(out, "short_series = \"drop\"", "leaves out " + short_series_text(guess));
  write_format(out, guess.format);
  if (guess.dates_across) {
    if (!guess.time.format.empty()) line(out, "time_format = " + to_toml(guess.time.format), time_comment(guess));
    if (guess.time.frequency == "none") out << "frequency = \"none\"\n";
    write_gaps(out, guess);
  } else if (guess.time.columns.empty()) {
    out << "# No column holds the time: the row number stands for it.\n";
  } else {
    const std::vector<std::string>& columns = guess.time.columns;
    line(out, "time_column = " + (columns.size() == 1 ? to_toml(columns[0]) : quoted_list(columns)), time_comment(guess));
    if (!guess.time.format.empty()) out << "time_format = " << to_toml(guess.time.format) << "\n";
    for (const std::string& other : guess.time.others) out << "# It might be " << one_line(other) << " too.\n";
    if (!guess.time_zone.empty()) out << "time_zone = " << to_toml(guess.time_zone) << "\n";
    if (guess.time.sort) line(out, "order = \"sort\"", "the file does not run from old to new");
    if (guess.time.repeats > 0) {
      line(out, "duplicates = \"first\"",
           format_count(guess.time.repeats) + (guess.time.repeats == 1 ? " row has" : " rows have") +
               " the time of a row before; or \"last\", \"mean\"");
    }
    if (guess.time.frequency == "none") out << "frequency = \"none\"\n";
    write_gaps(out, guess);
  }
  out << "features = " << quoted_list(guess.features) << "\n";
  line(out, "target = " + quoted_list(guess.target), guess.target_reason);
  if (!guess.known_future.empty())
    line(out, "known_future = " + quoted_list(guess.known_future),
         "known in " + format_count(guess.future_rows) + (guess.future_rows == 1 ? " row" : " rows") + " after the last target");
  if (!guess.fixed.empty()) line(out, "static = " + quoted_list(guess.fixed), "one value in each series");
  if (!guess.categories.empty()) line(out, "categories = " + quoted_list(guess.categories), "columns of words");
  const Value na_values = na_values_of(guess.format);
  if (na_values != Value(Value::List{})) line(out, "na_values = " + to_toml(na_values), "mean \"missing\"");
  if (guess.missing_cells > 0) {
    line(out, "missing = " + to_toml(guess.missing),
         format_count(guess.missing_cells) + " cells are missing; or " + (guess.missing == "drop" ? "\"forward_fill\"" : "\"drop\"") +
             ", \"interpolate\"");
  }
  for (const LeftOut& column : guess.left_out) out << "# Left out: " << left_out_text(column) << ".\n";
  for (const std::string& note : guess.notes) out << "# " << one_line(note, longest_note) << "\n";
  out << "\n";
}

void write_model(std::ostream& out, bool is_short) {
  out << "\n[model]\n";
  if (is_short) {
    line(out, "type = \"LinearModel\"", "few rows train no larger one");
  } else {
    out << "type = \"LSTMModel\"\nhidden_size = 32\nnum_layers = 1\n";
  }
  out << "\n[optimizer]\ntype = \"Adam\"\nlr = " << (is_short ? "0.01" : "0.001") << "\n\n[trainer]\nmax_epochs = " << (is_short ? 5 : 10)
      << "\n";
}

std::string workflow_text(const WorkflowGuess& guess, const std::string& name, const std::string& source) {
  std::ostringstream out;
  out << "# Forecasts " << one_line(guess.target.front()) << " from " << std::filesystem::path(source).filename().string()
      << ". Begun by `pipeline new-workflow`; all of it may be changed.\n";
  out << "# `pipeline validate` checks it, `pipeline describe preprocess` (or any other word here) tells all options.\n";
  out << "name = " << to_toml(name) << "\n";
  line(out, "threads = 1", "a model of this size trains no faster with more; \"auto\" takes every processor");
  line(out, "split = [0.7, 0.15, 0.15]", "train, validation and test, in the order of time");
  out << "\n";
  write_preprocess(out, guess, source);
  out << "[stages.slice_windows]\n";
  line(out, "window = " + std::to_string(guess.window), "rows that the model sees");
  line(out, "horizon = " + std::to_string(guess.horizon), "rows ahead that it forecasts");
  if (guess.stride > 1) line(out, "stride = " + std::to_string(guess.stride), "a window every so many rows: quicker; 1 uses all");
  line(out, "window_norm = \"last\"", "each window minus its last value; undone on the forecast");
  write_model(out, guess.is_short);
  out << R"(
[[callbacks]]
type = "EarlyStopping"
monitor = "val_loss"
patience = 3

[[callbacks]]
type = "ModelCheckpoint"
monitor = "val_loss"
save_top_k = 1

[[callbacks]]
type = "ProgressBar"

[[loggers]]
type = "TensorBoardLogger"

[stages.train]
[stages.evaluate]
[stages.visualize]
)";
  return out.str();
}

/// The file's name as a workflow's: characters that a folder's name cannot have become '_'.
std::string workflow_name(const std::filesystem::path& data) {
  std::string name = data.stem().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return c > 127 || (!std::isalnum(c) && c != '.' && c != '_' && c != '-'); }, '_');
  return name;
}

int new_workflow(const Invocation& invocation) {
  const std::filesystem::path data = invocation.text("input-argument");
  if (!std::filesystem::exists(data)) throw usage_error(data.string() + ": no such file");
  if (!std::filesystem::is_regular_file(data)) throw usage_error(data.string() + " is no file: name one CSV file");
  const std::string name = workflow_name(data);
  const std::filesystem::path output = invocation.arguments.count("output") ? invocation.text("output") : name + ".toml";
  if (std::filesystem::exists(output) && !invocation.arguments.count("force"))
    throw usage_error(output.string() + " is there already: choose another --output, or --force");
  require_other_file(output, {{data, "the data itself"}});
  const WorkflowGuess guess =
      guess_workflow(data, invocation.texts("target"),
                     {.header = invocation.arguments.count("no-header") > 0 ? std::optional(false) : std::nullopt,
                      .time = {.time_zone = invocation.arguments.count("time-zone") ? invocation.text("time-zone") : "",
                               .count_rows = invocation.arguments.count("count-rows") > 0}});
  const std::filesystem::path folder = std::filesystem::absolute(output).parent_path();
  if (!std::filesystem::is_directory(folder)) throw usage_error("--output " + output.string() + ": there is no folder " + folder.string());
  const std::string source = std::filesystem::relative(std::filesystem::absolute(data), folder).string();
  write_text(output, workflow_text(guess, name, source));

  std::cout << output.string() << ": forecasts " << guess.target.front() << " (" << guess.target_reason << ") " << guess.horizon
            << (guess.horizon == 1 ? " row" : " rows") << " ahead from " << guess.window << ", " << guess.features.size()
            << (guess.features.size() == 1 ? " feature" : " features") << "\n";
  if (!guess.series_columns.empty())
    std::cout << "  series: " << format_count(guess.series) << ", told apart by " << join_names(guess.series_columns)
              << (guess.dates_across ? "; a row each, and the names of the columns are times" : "")
              << (guess.frequency_column.empty() ? "" : "; " + guess.frequency_column + " tells those of each step apart") << "\n";
  if (guess.short_series > 0) std::cout << "  left out: " << short_series_text(guess) << "\n";
  std::cout << "  time: " << time_text(guess) << "\n";
  if (!guess.known_future.empty())
    std::cout << "  known ahead: " << join_names(guess.known_future) << ", in " << format_count(guess.future_rows)
              << (guess.future_rows == 1 ? " row" : " rows") << " after the last target\n";
  if (!guess.fixed.empty()) std::cout << "  fixed in a series: " << join_names(guess.fixed) << "\n";
  for (const std::string& other : guess.time.others) std::cout << "  it might be " << one_line(other) << " too\n";
  for (const LeftOut& column : guess.left_out) std::cout << "  left out: " << left_out_text(column) << "\n";
  for (const std::string& note : guess.notes) std::cout << "  " << one_line(note, longest_note) << "\n";
  if (guess.is_short)
    std::cout << "  warning: " << guess.rows
              << " rows are few: the windows are short, the model is small, and a split of so few rows measures it badly\n";
  std::cout << "Next: pipeline run " << shell_quoted(output.string()) << "\n";
  return 0;
}

}  // namespace

Verb new_workflow_verb() {
  return {"new-workflow", "DATA.csv", "guesses time, frequency and columns; writes a commented workflow that runs", &add_options,
          &new_workflow};
}

}  // namespace pipeline
