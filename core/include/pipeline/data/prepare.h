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
#include "pipeline/stage.h"

namespace pipeline {

/// Brings columns to one scale, fitted on training rows: not at all, by mean and population deviation, to the range 0 to 1, or by median
/// and quartiles.
enum class Scaler { none, standard, minmax, robust };
template <>
struct Words<Scaler> {
  static constexpr std::array words{"none", "standard", "minmax", "robust"};
};

/// Where the series of a file stand. columns: there is one, with a column for each of its values. long: one under the other, told apart by
/// an id. wide: a column each. dates_across: a row each, with a column for each time.
enum class Layout { columns, long_rows, wide, dates_across };
template <>
struct Words<Layout> {
  static constexpr std::array words{"columns", "long", "wide", "dates_across"};
};

/// Whether each series of a panel is scaled by its own training rows, or all by all of them.
enum class ScalerScope { series, global };
template <>
struct Words<ScalerScope> {
  static constexpr std::array words{"series", "global"};
};

/// How a part of the calendar becomes numbers. centered: index / (size - 1) - 0.5, as in GluonTS. cyclic: sine and cosine of index / size
/// of a turn. index: the number itself, from 0.
enum class CalendarEncoding { centered, cyclic, index };
template <>
struct Words<CalendarEncoding> {
  static constexpr std::array words{"centered", "cyclic", "index"};
};

/// How a column of words becomes numbers: a code for each word, or a column of 0 and 1 for each word.
enum class CategoryEncoding { codes, one_hot };
template <>
struct Words<CategoryEncoding> {
  static constexpr std::array words{"codes", "one_hot"};
};

/// [stages.preprocess]: the files, how to read them, and how to prepare them. docs/data.md tells the forms that are read.
struct PrepareOptions {
  std::vector<std::string> source;
  std::string encoding = "utf-8";
  std::string delimiter = ",";
  std::string comment;
  std::int64_t skip_rows = 0;
  bool header = true;
  std::int64_t skip_after_header = 0;
  std::string decimal = ".";
  std::string thousands;
  std::string censored = "error";
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
  std::vector<std::string> known_future;
  std::vector<std::string> fixed;
  std::string static_source;
  std::vector<std::string> categories;
  CategoryEncoding category_encoding = CategoryEncoding::codes;
  std::vector<std::string> calendar;
  CalendarEncoding calendar_encoding = CalendarEncoding::centered;
  Value holidays;
  std::string holidays_file;
  Value na_values = Value::List{};
  std::string missing = "error";
  Value transform = Value::Map{};
  Scaler scaler = Scaler::standard;
  Layout layout = Layout::columns;
  std::vector<std::string> series_column;
  std::string frequency_column;
  ScalerScope scaler_scope = ScalerScope::series;
  std::string short_series = "error";
  Value leave_out_first = 0;
  Value leave_out_last = 0;

  static constexpr auto options() {
    return option_list<PrepareOptions>(
        option("source", &PrepareOptions::source,
               "The CSV file: a header line, then a row for each time. Several files, as a list or as a pattern (\"part-*.csv\", in the "
               "order of names), are read one after the other as one table; their headings must agree. Relative to the workflow.")
            .role(OptionRole::input_path)
            .items(1)
            .required(),
        option("encoding", &PrepareOptions::encoding,
               "How the file's text is encoded: \"utf-8\", \"utf-16\", \"latin-1\", \"windows-1252\" and other code pages.")
            .form({"[Uu][Tt][Ff]-?(8|16|32)|[Ll]atin-?[1-9]|([Ii][Ss][Oo]-?8859-|[Ww]indows-?|[Cc][Pp])[0-9]{1,4}|[Kk][Oo][Ii]8-[RrUu]|"
                   "[Ss]hift_[Jj][Ii][Ss]|[Ee][Uu][Cc]-([Jj][Pp]|[Kk][Rr])|[Bb]ig5|[Gg][Bb](2312|K|k|18030)",
                   "an encoding", "windows-1252"}),
        option("delimiter", &PrepareOptions::delimiter,
               "The character between cells; \"\\\\t\" for a tab; \" \" for runs of blanks and tabs.")
            .form({R"([^"\n]|\\t)", "one character", ";"}),
        option("comment", &PrepareOptions::comment, "Lines that begin with this text hold no data.")
            .form({R"([^"\n\r\t ][^"\n\r]{0,15})", "a short text", "#"}),
        option("skip_rows", &PrepareOptions::skip_rows, "Lines of the file before the heading: a title, notes.").at_least(0),
        option("header", &PrepareOptions::header, "Whether a line names the columns. false: they are named \"1\", \"2\", ..."),
        option("skip_after_header", &PrepareOptions::skip_after_header,
               "Lines between the heading and the data that hold none, such as units.")
            .at_least(0),
        option("decimal", &PrepareOptions::decimal, "The decimal sign: \".\" or \",\".").choices({".", ","}),
        option("thousands", &PrepareOptions::thousands,
               "The sign that parts thousands, each followed by three digits: \",\", \".\", \"'\" or \" \" (also non-breaking).")
            .form({"[,.' ]", "one of , . ' or a blank", ","}),
        option("censored", &PrepareOptions::censored,
               "What \"<1\" stands for: stop, the limit (1), half of it, zero, or a missing value. \">\" and \"~\" stand for their number.")
            .choices({"error", "limit", "half", "zero", "missing"}),
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
        option("known_future", &PrepareOptions::known_future,
               "Columns whose values over the horizon are known when a forecast is made, such as prices and plans. Their past is an input "
               "only where they are listed in features too. Rows after the last target that hold them are kept for forecasts.")
            .role(OptionRole::column),
        option("static", &PrepareOptions::fixed,
               "Columns that have one value in each series, such as a size or a region; an input of models that can use it.")
            .role(OptionRole::static_column),
        option("static_source", &PrepareOptions::static_source,
               "A second CSV file that holds the static columns: a row for each series, told apart by series_column.")
            .role(OptionRole::input_path),
        option("categories", &PrepareOptions::categories,
               "Columns that hold words, of those in features, known_future and static. A word that no training row holds has the code 0.")
            .role(OptionRole::static_column),
        option("category_encoding", &PrepareOptions::category_encoding,
               "How words become numbers: codes, of which a model learns an embedding, or a column of 0 and 1 for each word, which every "
               "model can read."),
        option("calendar", &PrepareOptions::calendar,
               "Parts of the local time as inputs, for the past and over the horizon: minute_of_hour, hour_of_day, day_of_week, "
               "day_of_month, day_of_year, week_of_year, month_of_year.")
            .choices({"minute_of_hour", "hour_of_day", "day_of_week", "day_of_month", "day_of_year", "week_of_year", "month_of_year"}),
        option("calendar_encoding", &PrepareOptions::calendar_encoding,
               "The numbers of these parts: -0.5 to 0.5 as in GluonTS, sine and cosine of a turn, or the number itself from 0."),
        option(
            "holidays", &PrepareOptions::holidays,
            "The holidays of a country as an input, e.g. { country = \"DE\", region = \"BY\", encoding = \"flag\" }; encoding: flag is 1 "
            "on a holiday, days_to and days_since count the days to the next and since the last one."),
        option("holidays_file", &PrepareOptions::holidays_file,
               "Holidays of one's own instead of a country's: a CSV file with the columns date (2024-12-25), name and region.")
            .role(OptionRole::input_path),
        option("na_values", &PrepareOptions::na_values,
               "Numbers or words that mean \"missing\", beside empty cells, NA, NaN and their like. A table gives those of a column: "
               "{ TEMP = [999.9] }; its name \"*\" stands for every column."),
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
            "Brings columns to one scale, fitted on training rows: mean and population deviation, range 0 to 1, or median and quartiles."),
        option("layout", &PrepareOptions::layout,
               "Where the series stand. columns: the file holds one series. long: many, one under the other or mixed, told apart by "
               "series_column. wide: each target column is a series. dates_across: each row is a series, and the names of its columns are "
               "times."),
        option("series_column", &PrepareOptions::series_column,
               "The column that tells the series of a file apart, or several, whose words are joined by \"/\". It implies layout = "
               "\"long\"; with wide it only heads the ids in output files (unique_id without it).")
            .role(OptionRole::series_column),
        option(
            "frequency_column", &PrepareOptions::frequency_column,
            "A column with a word for each series of layout = \"long\", such as yearly or monthly: the series of each word have one step. "
            "horizon, season_length and the counts of split then take tables by these words.")
            .role(OptionRole::column),
        option("scaler_scope", &PrepareOptions::scaler_scope,
               "Of many series: scale each by its own training rows, or all by all of them."),
        option("short_series", &PrepareOptions::short_series,
               "Of many series: those with too few rows for the split or for a window are an error, or are left out and counted.")
            .choices({"error", "drop"}),
        option(
            "leave_out_first", &PrepareOptions::leave_out_first,
            "Rows at the beginning of each series that are left out, before it is split; of series of several frequencies also a table by "
            "the words of frequency_column.")
            .whole_number()
            .or_by_name()
            .at_least(0)
            .unit("rows"),
        option("leave_out_last", &PrepareOptions::leave_out_last,
               "Rows at the end of each series that are left out, as if the file ended before them; also a table, as for leave_out_first.")
            .whole_number()
            .or_by_name()
            .at_least(0)
            .unit("rows"));
  }
  static std::vector<OptionRule> rules() {
    constexpr const char* why = "cannot be the decimal sign too";
    return {{OptionRule::Kind::restricts, "delimiter", "decimal", ",", {"."}, why},
            {OptionRule::Kind::restricts, "delimiter", "decimal", ".", {","}, why},
            {OptionRule::Kind::requires_other, "frequency_column", "series_column"},
            {OptionRule::Kind::restricts, "layout", "frequency_column", "wide", {""}, "has one step for all series"},
            {OptionRule::Kind::restricts, "layout", "frequency_column", "dates_across", {""}, "has one step for all series"},
            {OptionRule::Kind::restricts, "thousands", "decimal", ",", {"."}, why},
            {OptionRule::Kind::restricts, "thousands", "decimal", ".", {","}, why}};
  }
};

/// The features of plugins that make columns of a series: [[derived_features]].
struct DerivedFeatures {
  std::vector<ComponentSpec> features{};
  const Registry* registry = nullptr;  ///< makes them
};

/// Reads CSV files, checks and cleans them, splits their rows, fits the scaler on the training rows and writes an artifact of kind "series"
/// into `folder`. `split`: three fractions, three counts, two times, or { val = 48, test = 48 }. Logs its findings to `log`. The table is
/// never held in anonymous memory: it lies in nameless files in `folder`. Error (data) for a mistake in the file, with file and line; Error
/// (usage) for options that do not fit the file; Error (interrupted) soon after `cancel` becomes nonzero.
PIPELINE_EXPORT SeriesInfo prepare_series(const PrepareOptions& options, const Value& split, const std::filesystem::path& folder, Log& log,
                                          const std::atomic<int>* cancel = nullptr, const DerivedFeatures& derived = {});

}  // namespace pipeline
