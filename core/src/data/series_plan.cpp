#include "data/series_plan.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "data/csv_format.h"
#include "data/panel_plan.h"
#include "data/resample.h"
#include "pipeline/data/predictions.h"
#include "pipeline/errors.h"

namespace pipeline {
namespace {

std::vector<std::string> names_of(const std::vector<ColumnTransform>& columns) {
  std::vector<std::string> names;
  for (const ColumnTransform& column : columns) names.push_back(column.name);
  return names;
}

bool is_in(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

/// Columns by their names.
class ColumnNumbers {
 public:
  /// The number of the column, which is new if there was none of that name.
  std::pair<std::int64_t, bool> add(const std::string& name) {
    const auto [found, is_new] = numbers_.emplace(name, std::ssize(numbers_));
    return {found->second, is_new};
  }
  /// The number of a column that an option names. Error (usage) if it is neither a feature nor a target.
  [[nodiscard]] std::size_t of(const std::string& name, const char* option, const std::vector<ColumnTransform>& columns) const {
    if (const auto found = numbers_.find(name); found != numbers_.end()) return static_cast<std::size_t>(found->second);
    throw usage_error(std::string(option) + " names \"" + name + "\", which is neither a feature nor a target" +
                      suggest(name, names_of(columns)));
  }

 private:
  std::unordered_map<std::string, std::int64_t> numbers_;
};

/// The options that tell how more data of the kind are read. Those that are newer than the first files of this program stand there only
/// where they are used.
Value reading_options(const PrepareOptions& options) {
  Value::List time_columns(options.time_column.begin(), options.time_column.end());
  Value source = Value::Map{{"delimiter", options.delimiter},     {"decimal", options.decimal}, {"time_column", time_columns},
                            {"time_format", options.time_format}, {"gaps", options.gaps},       {"na_values", options.na_values},
                            {"missing", options.missing}};
  const Value all = to_value(options), usual = to_value(PrepareOptions{});
  for (const char* name : {"encoding", "skip_rows", "skip_after_header", "comment", "header", "thousands", "censored", "order",
                           "duplicates", "time_zone", "ambiguous", "nonexistent", "resample", "leave_out_first", "leave_out_last"}) {
    if (all.at(name) != usual.at(name)) source[name] = all.at(name);
  }
  return source;
}

/// Adds the columns known ahead that are no features.
template <class Add>
void add_known(const PrepareOptions& options, Add add) {
  std::set<std::string_view> seen;
  for (const std::string& name : options.known_future) {
    if (!seen.insert(name).second) throw usage_error("known_future names the column \"" + name + "\" twice");
    if (is_in(options.target, name))
      throw usage_error("known_future names the target \"" + name + "\": what is forecast is not known ahead; leave it out there");
    add(name);
  }
}

void require_categories(const PrepareOptions& options) {
  std::vector<std::string> names = options.features;
  names.insert(names.end(), options.known_future.begin(), options.known_future.end());
  names.insert(names.end(), options.fixed.begin(), options.fixed.end());
  for (const std::string& name : options.categories) {
    if (is_in(options.target, name)) throw usage_error("categories names the target \"" + name + "\": a forecast is a number");
    if (!is_in(names, name))
      throw usage_error("categories names \"" + name + "\", which is in none of features, known_future and static" + suggest(name, names));
  }
}

void plan_words(const PrepareOptions& options, SeriesInfo& info) {
  for (const std::string& name : options.categories) {
    info.words[name] = {};
    if (const std::int64_t column = info.column(name); column >= 0) info.columns[static_cast<std::size_t>(column)].scaler = "none";
  }
}

/// The columns that are fixed in a series.
void plan_fixed(const PrepareOptions& options, const PrepareOptions& given, SeriesInfo& info) {
  if (options.fixed.empty() && options.static_source.empty()) return;
  if (options.fixed.empty()) throw usage_error("static_source is given, and static names no column of it");
  if (layout_of(given) == Layout::columns)
    throw usage_error("static names columns that tell series apart, and the file holds one series: leave it out, or name series_column");
  if (layout_of(given) == Layout::wide && options.static_source.empty())
    throw usage_error("layout = \"wide\" has no place for static columns: give them in a second file with static_source");
  for (const std::string& name : options.fixed) {
    if (std::ranges::count(options.fixed, name) > 1) throw usage_error("static names the column \"" + name + "\" twice");
    if (info.column(name) >= 0)
      throw usage_error("static names the column \"" + name + "\", which is in features, known_future or target too: leave it out in one");
    if (info.is_word(name)) {
      info.fixed_words.push_back(name);
    } else {
      info.fixed.push_back({.name = name, .scaler = word_of(options.scaler)});
    }
  }
}

}  // namespace

SeriesInfo plan_series(const PrepareOptions& given) {
  PrepareOptions options = with_columns_of_rows(given);
  require_categories(options);
  const std::vector<std::string> one_hot = one_hot_columns(options);
  for (auto* names : {&options.features, &options.known_future, &options.categories})
    std::erase_if(*names, [&](const std::string& name) { return is_in(one_hot, name); });
  SeriesInfo info;
  info.features = options.features;
  info.targets = options.target;
  info.known_future = options.known_future;
  ColumnNumbers numbers;
  const auto add = [&](const std::string& name) {
    const auto [column, is_new] = numbers.add(name);
    if (is_new) info.columns.push_back({.name = name, .scaler = word_of(options.scaler)});
    return std::pair(column, is_new);
  };
  for (const std::string& name : info.features) {
    if (!add(name).second) throw usage_error("features names the column \"" + name + "\" twice");
  }
  add_known(options, add);
  std::set<std::int64_t> targets;
  for (const std::string& name : info.targets) {
    const std::int64_t column = add(name).first;
    if (!targets.insert(column).second) throw usage_error("target names the column \"" + name + "\" twice");
    info.target_columns.push_back(column);
  }
  if (const auto clashes = heading_clashes(info.targets); !clashes.empty()) throw usage_error(clashes.front().sentence);
  plan_words(options, info);
  plan_fixed(options, given, info);
  for (const auto& [name, change] : options.transform.as_map()) {
    if (info.is_word(name)) throw usage_error("transform names \"" + name + "\", a column of words (categories): leave it out there");
    info.columns[numbers.of(name, "transform", info.columns)].transform =
        parse_word<Transform>("transform of \"" + name + "\"", change.as_string());
  }
  if (options.na_values.is_map()) {
    for (const auto& [name, values] : options.na_values.as_map()) {
      const bool is_series = layout_of(given) == Layout::wide && std::ranges::find(given.target, name) != given.target.end();
      const bool is_static = is_in(options.fixed, name);
      if (name != every_column && !is_series && !is_static) static_cast<void>(numbers.of(name, "na_values", info.columns));
    }
  }
  info.has_time = !options.time_column.empty();
  if (info.has_time) {
    info.time_name = options.time_column.size() == 1 ? options.time_column[0] : "time";
  }
  info.source = reading_options(options);
  const bool across = layout_of(given) == Layout::dates_across;
  if (across && !options.time_zone.empty())
    throw usage_error("layout = \"dates_across\" takes no time_zone: the times of its heading are read as they stand");
  if (!info.has_time && (!options.time_zone.empty() || (!options.resample.is_null() && !across)))
    throw usage_error(std::string(options.time_zone.empty() ? "resample" : "time_zone") + " needs a time_column");
  if (!one_hot.empty()) info.source["read_words"] = Value::List(one_hot.begin(), one_hot.end());
  Value::List known;
  for (const std::string& name : one_hot) {
    if (is_in(given.known_future, name)) known.emplace_back(name);
  }
  if (!known.empty()) info.source["read_known_future"] = known;
  plan_panel(given, info);
  return info;
}

std::vector<std::string> one_hot_columns(const PrepareOptions& options) {
  std::vector<std::string> out;
  if (options.category_encoding == CategoryEncoding::codes) return out;
  std::ranges::copy_if(options.categories, std::back_inserter(out),
                       [&](const std::string& name) { return is_in(options.features, name) || is_in(options.known_future, name); });
  return out;
}

std::vector<std::string> known_in_file(const SeriesInfo& info) {
  std::vector<std::string> out = info.known_future;
  if (const Value* only_read = info.source.find("read_known_future")) {
    for (const Value& name : only_read->as_list()) out.push_back(name.as_string());
  }
  return out;
}

bool holds_words(const SeriesInfo& info, const std::string& column) {
  if (info.is_word(column)) return true;
  const Value* only_read = info.source.find("read_words");
  return only_read && std::ranges::find(only_read->as_list(), Value(column)) != only_read->as_list().end();
}

void require_word_summaries(const PrepareOptions& options, const SeriesInfo& read) {
  const std::vector<std::string> names = names_of(read.columns);
  const auto words = std::ranges::find_if(names, [&](const std::string& name) { return holds_words(read, name); });
  if (options.duplicates == "mean" && words != names.end())
    throw usage_error("duplicates = \"mean\" has no meaning for words (categories): write \"first\" or \"last\"");
  if (options.resample.is_null()) return;
  const Resampling resampling = Resampling::parse(options.resample, names, read.targets);
  for (std::size_t c = 0; c < names.size(); ++c) {
    const bool is_one = resampling.how[c] == Summary::first || resampling.how[c] == Summary::last;
    if (holds_words(read, names[c]) && !is_one)
      throw usage_error("resample takes the first or the last word of \"" + names[c] + "\", a column of words: write how = { " + names[c] +
                        " = \"last\" }");
  }
}

void add_made_columns(SeriesInfo& info, std::span<const FeatureColumn> made, const std::vector<std::string>& reads, Scaler scaler) {
  const std::size_t at = info.features.size();
  for (std::size_t i = 0; i < made.size(); ++i) {
    const std::string& name = made[i].name;
    const bool is_static = std::ranges::find(info.fixed, name, &ColumnTransform::name) != info.fixed.end() || is_in(info.fixed_words, name);
    if (std::ranges::find(made.first(i), name, &FeatureColumn::name) != made.first(i).end())
      throw usage_error("two features make a column \"" + name + "\": leave one of them out");
    if (info.column(name) >= 0 || is_static || is_in(reads, name))
      throw usage_error("the column \"" + name +
                        "\" of the file has the name of a column that is made: rename it in the file, or leave out what makes it");
    info.features.push_back(name);
    if (made[i].role == ColumnRole::future) info.known_future.push_back(name);
    info.columns.insert(info.columns.begin() + static_cast<std::ptrdiff_t>(at + i),
                        {.name = name, .scaler = made[i].is_scaled ? word_of(scaler) : word_of(Scaler::none)});
  }
  for (std::int64_t& column : info.target_columns) {
    if (column >= static_cast<std::int64_t>(at)) column += std::ssize(made);
  }
}

SeriesInfo without_made_columns(const SeriesInfo& info, std::span<const FeatureColumn> made) {
  SeriesInfo out = info;
  const auto is_made = [&](const std::string& name) { return std::ranges::find(made, name, &FeatureColumn::name) != made.end(); };
  std::erase_if(out.features, is_made);
  std::erase_if(out.known_future, is_made);
  std::erase_if(out.columns, [&](const ColumnTransform& column) { return is_made(column.name); });
  for (std::size_t t = 0; t < out.targets.size(); ++t) out.target_columns[t] = out.column(out.targets[t]);
  return out;
}

SeriesInfo with_columns_read(const SeriesInfo& info, const std::vector<std::string>& names) {
  SeriesInfo out = info;
  for (const std::string& name : names) {
    if (out.column(name) < 0) out.columns.insert(out.columns.begin() + static_cast<std::ptrdiff_t>(columns_of_inputs(out)), {.name = name});
  }
  for (std::size_t t = 0; t < out.targets.size(); ++t) out.target_columns[t] = out.column(out.targets[t]);
  return out;
}

std::size_t columns_of_inputs(const SeriesInfo& info) {
  std::size_t only_targets = 0;
  for (std::size_t t = 0; t < info.targets.size(); ++t) only_targets += info.target_is_feature(t) ? 0U : 1U;
  return info.columns.size() - only_targets;
}

ScaledBy scaled_by(const SeriesInfo& info, std::size_t column) {
  if (info.columns[column].scaler == word_of(Scaler::none)) return ScaledBy::nothing;
  const bool known = is_in(info.known_future, info.columns[column].name);
  return info.panel && info.panel->scaled_by_series && !known ? ScaledBy::each_series : ScaledBy::all_series;
}

}  // namespace pipeline
