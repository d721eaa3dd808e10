#pragma once

#include <array>
#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/data/series.h"
#include "pipeline/data/tier.h"
#include "pipeline/export.h"
#include "pipeline/log.h"
#include "pipeline/options.h"

namespace pipeline {

/// Brings columns to one scale, fitted on training rows: not at all, by mean and population deviation, to the range 0 to 1, or by median
/// and quartiles.
enum class Scaler { none, standard, minmax, robust };
template <>
struct Words<Scaler> {
  static constexpr std::array words{"none", "standard", "minmax", "robust"};
};

/// [stages.preprocess]: the file, how to read it, and how to prepare it.
struct PrepareOptions {
  std::string source;
  std::string delimiter = ",";
  std::string decimal = ".";
  std::vector<std::string> time_column;
  std::string time_format;
  std::string time_zone;
  std::string ambiguous = "infer";
  std::string nonexistent = "error";
  std::string order = "error";
  std::string duplicates = "error";
  Value resample;
  std::string frequency = "infer";
  std::string gaps = "error";
  std::vector<std::string> features;
  std::vector<std::string> target;
  Value na_values = Value::List{};
  std::string missing = "error";
  Value transform = Value::Map{};
  Scaler scaler = Scaler::standard;

  static constexpr auto options() {
    return option_list<PrepareOptions>(
        option("source", &PrepareOptions::source, "The CSV file: a header line, then a row for each time. Relative to the workflow.")
            .role(OptionRole::input_path)
            .required(),
        option("delimiter", &PrepareOptions::delimiter, "The character between cells; \"\\\\t\" for a tab.")
            .form({R"([^"\n]|\\t)", "one character", ";"}),
        option("decimal", &PrepareOptions::decimal, "The decimal sign: \".\" or \",\".").choices({".", ","}),
        option("time_column", &PrepareOptions::time_column,
               "Column of the time, or several, which are joined by spaces. None: the row number is the time.")
            .role(OptionRole::time_column),
        option("time_format", &PrepareOptions::time_format,
               "How times are written, as strptime takes it, e.g. \"%d.%m.%Y %H:%M\", and %f for a fraction of a second, %q for a quarter; "
               "\"epoch\" or \"epoch_ms\" for counts since 1970, \"excel\" for day numbers. Empty: ISO 8601 or epoch seconds."),
        option("time_zone", &PrepareOptions::time_zone,
               "The zone of times without an offset, e.g. \"Europe/Berlin\": they become UTC, and outputs are local with the offset. Hour "
               "25 ends "
               "the day on which clocks go back."),
        option("ambiguous", &PrepareOptions::ambiguous,
               "The hour that clocks of time_zone repeat: told apart by the order of the rows, taken for the first, or an error.")
            .choices({"infer", "first", "error"}),
        option("nonexistent", &PrepareOptions::nonexistent,
               "The hour that clocks of time_zone leave out: stop, read it as an hour later, or leave out its rows.")
            .choices({"error", "shift", "drop"}),
        option("order", &PrepareOptions::order,
               "Rows that are older than a row before: stop, or sort the rows by time. A file that runs from new to old is turned round "
               "first.")
            .choices({"error", "sort"}),
        option("duplicates", &PrepareOptions::duplicates,
               "Rows with the time of a row before: stop, or keep the first, the last or the mean of each column.")
            .choices({"error", "first", "last", "mean"}),
        option(
            "resample", &PrepareOptions::resample,
            "One row for each bucket of time, e.g. { every = \"1h\", how = { y = \"sum\", temperature = \"mean\" } }: mean, sum, min, max, "
            "first or "
            "last of the values; every target must be named, other columns have the mean. Days and longer are those of time_zone. closed = "
            "\"right\" for times that end their interval; min_share = 1.0 is the share of values that a bucket needs. Buckets that the "
            "file "
            "begins or ends within are left out."),
        option("frequency", &PrepareOptions::frequency,
               "The step of the time: \"infer\", \"15min\", \"1h\", \"1d\", \"1w\", \"1mo\", \"business_day\" (weekdays that are missing "
               "are holidays), a day of the months (\"month_end\", \"business_month_start\", \"business_month_end\", and the same of "
               "quarter and year), or \"none\" for irregular times.")
            .form({"infer|none|business_day|([1-9][0-9]{0,8})?(ns|us|ms|s|min|h|d|w|mo|y)|"
                   "([1-9][0-9]{0,3})?(business_)?(month|quarter|year)_end|([1-9][0-9]{0,3})?business_(month|quarter|year)_start",
                   "infer, none, business_day, a step or a day of the months", "15min"}),
        option("gaps", &PrepareOptions::gaps,
               "Where the time jumps: stop, begin a new segment (no window reaches across), or read on as if nothing were missing.")
            .choices({"error", "split", "allow"}),
        option("features", &PrepareOptions::features, "Columns a model sees.").role(OptionRole::column).items(1).required(),
        option("target", &PrepareOptions::target, "Columns to forecast. Their past is an input only where they are listed in features too.")
            .role(OptionRole::target_column)
            .items(1)
            .required(),
        option("na_values", &PrepareOptions::na_values, "Numbers or words that mean \"missing\", beside empty cells, NA and NaN."),
        option("missing", &PrepareOptions::missing,
               "Missing values: stop, drop the row (no window reaches across), repeat the value before, or draw a line between the values "
               "around it, which looks ahead. Filled targets count neither in the loss nor in metrics.")
            .choices({"error", "drop", "forward_fill", "interpolate"}),
        option("transform", &PrepareOptions::transform,
               "For each column named: \"log\", \"diff\" (minus the value before) or \"log_return\" (logarithm of the ratio to the value "
               "before).")
            .role(OptionRole::column)
            .choices_by_name({"none", "log", "diff", "log_return"}),
        option(
            "scaler", &PrepareOptions::scaler,
            "Brings columns to one scale, fitted on training rows: mean and population deviation, range 0 to 1, or median and quartiles."));
  }
  static std::vector<OptionRule> rules() {
    constexpr const char* why = "cannot be the decimal sign too";
    return {{OptionRule::Kind::restricts, "delimiter", "decimal", ",", {"."}, why},
            {OptionRule::Kind::restricts, "delimiter", "decimal", ".", {","}, why}};
  }
};

/// Reads a CSV file, checks and cleans it, splits it by rows, fits the scaler on the training rows and writes an artifact of kind "series"
/// into `folder`. `split`: three fractions, three counts or two times. Logs its findings to `log`. The table is never held in anonymous
/// memory: it lies in nameless files in `folder`.
/// Error (data) for a mistake in the file, with file and line; Error (usage) for options that do not fit the file; Error (interrupted) soon
/// after `cancel` becomes nonzero.
PIPELINE_EXPORT SeriesInfo prepare_series(const PrepareOptions& options, const Value& split, const std::filesystem::path& folder, Log& log,
                                          const std::atomic<int>* cancel = nullptr);

}  // namespace pipeline
