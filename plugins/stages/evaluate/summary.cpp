#include "summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "pipeline/data/format.h"
#include "pipeline/data/utf8.h"

namespace pipeline::stage::evaluate {

namespace {

using Row = std::vector<std::string>;

constexpr double rounding = 1e-6;  // relative; a forecast this close to the naive one counts as the naive one
constexpr double visible = 5e-4;   // relative; a smaller difference is shown as 0.0 % better

bool beats(double error, double naive) { return error < naive * (1 - visible); }
bool repeats(double error, double naive) { return std::abs(error - naive) <= rounding * naive; }

/// NaN where nothing was counted.
double measured(const PanelMetrics& metrics, std::string_view name, const MetricGroup& of = {}) {
  return metrics.value(name, of).value_or(std::numeric_limits<double>::quiet_NaN());
}

/// "-" where nothing was counted.
std::string number(double value) { return std::isnan(value) ? "-" : format_short(value); }

/// "12.3 %", "-" where it cannot be said.
std::string percent_better(double error, double naive) {
  if (naive == 0 || std::isnan(error) || std::isnan(naive)) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", 100 * (1 - error / naive));
  return std::string(text.data()) == "-0.0 %" ? "0.0 %" : text.data();
}

std::string percent(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", 100 * share);
  return std::isnan(share) ? "-" : text.data();
}

std::string label(const ModelResult& result) {
  const TrainingRecord& training = result.training;
  const bool named = training.model_type.empty() || training.stage.ends_with("/" + training.model_type);
  return named ? training.stage : training.stage + " (" + training.model_type + ")";
}

/// " of 5 series", or " of 4 of 5 series" if one has no window that is measured; empty: there is one series.
std::string of_series(const SplitResult& result) {
  if (result.series == 1) return {};
  const auto measured = std::ranges::count_if(result.windows_of_series, [](std::int64_t windows) { return windows > 0; });
  return " of " + (measured < result.series ? format_count(measured) + " of " : std::string()) + format_count(result.series) + " series";
}

/// "1,000 windows of 3 steps", and of how many series if there are many
std::string task(const ModelResult& result) {
  const std::string least = result.shortest_horizon < result.horizon ? std::to_string(result.shortest_horizon) + " to " : "";
  return format_count(result.main().windows) + " windows of " + least + std::to_string(result.horizon) +
         (result.horizon == 1 ? " step" : " steps") + of_series(result.main());
}

/// Empty if the models have different tasks: their errors are then of different values.
std::string common_task(const std::vector<ModelResult>& results) {
  const std::string first = task(results.front());
  return std::ranges::all_of(results, [&](const ModelResult& result) { return task(result) == first; }) ? first : std::string();
}

/// Pads columns to equal width: words on the left, numbers on the right.
std::vector<std::string> aligned(const std::vector<Row>& rows, std::size_t word_columns) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], character_count(row[c]));
  }
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - character_count(row[c]), ' ');
      line += "  " + (c < word_columns ? row[c] + padding : padding + row[c]);
    }
    lines.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
  }
  return lines;
}

/// A forecast that needs no model.
struct Simple {
  double error = std::numeric_limits<double>::quiet_NaN();
  const char* words = "";  ///< "repeating the last value"
};

/// The better of repeating the last value and repeating the last season, by a metric in original units or of the scaled series.
Simple better_of_two(const SplitResult& split, PanelMetrics Score::*set, std::string_view metric, const MetricGroup& of) {
  const Simple last{measured((*split.naive).*set, metric, of), "repeating the last value"};
  if (!split.seasonal) return last;
  const Simple season{measured((*split.seasonal).*set, metric, of), "repeating the last season"};
  return season.error < last.error || std::isnan(last.error) ? season : last;
}

/// A column of the table that only some evaluations have.
struct Column {
  const char *heading, *metric;
  bool is_share = false;
};
constexpr std::array<Column, 3> optional_columns{{{"MASE", "mase"}, {"WQL", "wql"}, {"in 80 %", "coverage_80", true}}};

/// Those that some model has a value of.
std::vector<Column> columns_of(const std::vector<ModelResult>& results) {
  std::vector<Column> out;
  for (const Column& column : optional_columns) {
    const bool shown = std::ranges::any_of(results, [&](const ModelResult& result) {
      return result.main().naive && result.main().model.original.value(column.metric).has_value();
    });
    if (shown) out.push_back(column);
  }
  return out;
}

bool has_season(const std::vector<ModelResult>& results) {
  return std::ranges::any_of(results, [](const ModelResult& result) { return result.main().seasonal.has_value(); });
}

Row numbers(const ModelResult& result, std::int64_t target, const std::vector<Column>& columns, bool with_season) {
  const SplitResult& split = result.main();
  const PanelMetrics& model = split.naive ? split.model.original : split.model.scaled;
  const MetricGroup of{.target = target};
  const double mae = measured(model, "mae", of);
  Row row{number(mae), number(measured(model, "rmse", of))};
  if (!split.naive) return row;
  for (const Column& column : columns) {
    const double value = measured(model, column.metric, of);
    row.push_back(column.is_share ? percent(value) : number(value));
  }
  row.push_back(number(measured(split.naive->original, "mae", of)));
  if (with_season) row.push_back(split.seasonal ? number(measured(split.seasonal->original, "mae", of)) : "-");
  row.push_back(percent_better(mae, better_of_two(split, &Score::original, "mae", of).error));
  return row;
}

/// The error that compares a model with the two over all targets: of one target in its own units, of several MASE, which has none, or the
/// scaled MSE where no target has a scale.
struct Deciding {
  std::string metric, words;
  PanelMetrics Score::*set;
};

Deciding deciding(const ModelResult& result) {
  const SplitResult& split = result.main();
  if (result.targets.size() == 1) return {"mae", "MAE", &Score::original};
  if (split.model.original.value("mase")) return {"mase", "MASE", &Score::original};
  return {"mse", "MSE (scaled)", &Score::scaled};
}

}  // namespace

std::vector<std::string> error_table(const std::vector<ModelResult>& results) {
  const bool units = results.front().main().naive.has_value();
  Row head{"model", "target", "MAE", "RMSE"};
  const std::vector<Column> columns = columns_of(results);
  const bool with_season = units && has_season(results);
  for (const Column& column : columns) head.emplace_back(column.heading);
  if (units) head.emplace_back("last value");
  if (with_season) head.emplace_back("last season");
  if (units) head.emplace_back("better by");
  std::vector<Row> rows{head};
  for (const ModelResult& result : results) {
    for (std::size_t t = 0; t < result.targets.size(); ++t) {
      Row row{t == 0 ? label(result) : "", result.targets[t]};
      for (std::string& text : numbers(result, static_cast<std::int64_t>(t), columns, with_season)) row.push_back(std::move(text));
      row.resize(head.size());
      rows.push_back(std::move(row));
    }
  }
  std::vector<std::string> lines = aligned(rows, 2);
  const std::string common = common_task(results);
  lines.insert(lines.begin(), results.front().main().name() + ": " + (common.empty() ? "windows that differ by model" : common) +
                                  (units ? ", in original units; the last columns are MAE of repeating the last value" +
                                               std::string(with_season ? " and the last season" : "") + ", and how much better than " +
                                               (with_season ? "the better of the two" : "it") + " the model is"
                                         : ", as they were given"));
  for (const ModelResult& result : results) {
    const SplitResult& split = result.main();
    const auto errors = [](const PanelMetrics& of, const char* before_mae) {
      return number(measured(of, "mse")) + before_mae + number(measured(of, "mae"));
    };
    std::string line = label(result) + (common.empty() ? ", " + task(result) : "") + ", scaled: " + split.name() + "_mse " +
                       errors(split.model.scaled, ", mae ");
    if (split.naive) line += "; naive " + errors(split.naive->scaled, ", ");
    lines.push_back(std::move(line));
    if (result.replaced > 0)
      lines.push_back(label(result) + " cannot forecast " + format_count(result.replaced) +
                      (result.replaced == 1 ? " history" : " histories") + ", where the last value stands instead");
  }
  return lines;
}

std::vector<std::string> interval_lines(const std::vector<ModelResult>& results, const std::map<std::string, Intervals>& intervals) {
  std::vector<std::string> lines;
  for (const ModelResult& result : results) {
    const auto found = intervals.find(result.training.stage);
    if (found == intervals.end()) continue;
    std::string line = label(result) + ": ";
    for (const double level : found->second.options().levels) {
      const std::string covered = percent(measured(result.main().model.original, "coverage_" + format_number(level)));
      line += (level == found->second.options().levels.front() ? "the intervals of " : ", those of ") + format_number(level) + " % cover " +
              covered;
    }
    const bool made_here = found->second.task().split == result.main().split;
    lines.push_back(line + " of the values of the " + result.main().name() + " split" +
                    (made_here ? ", whose errors made them: this says nothing of other windows" : ""));
  }
  if (!lines.empty())
    lines.emplace_back(
        "windows of one split overlap and follow the others in time, so the levels of intervals are nominal: what they cover says how they "
        "hold");
  return lines;
}

std::string ranking_line(const std::vector<ModelResult>& results, std::size_t leader, const std::string& by) {
  std::string others;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (i != leader) others += (others.empty() ? "" : ", ") + label(results[i]) + " " + number(results[i].ranking);
  }
  return label(results[leader]) + " leads by " + by + " (" + number(results[leader].ranking) + "; " + others + ")";
}

std::vector<Comparison> compared(const std::vector<ModelResult>& results, std::size_t leader) {
  std::vector<Comparison> out;
  for (const ModelResult& result : results) {
    const SplitResult& split = result.main();
    const bool is_told = result.was_trained() || &result == &results[leader];  // baselines need not beat each other
    if (!split.naive || split.model.original.count() == 0 || !is_told) continue;
    const Deciding by = deciding(result);
    const double error = measured(split.model.*by.set, by.metric);
    const Simple simple = better_of_two(split, by.set, by.metric, {});
    if (std::isnan(error) || std::isnan(simple.error) || repeats(error, simple.error))
      continue;  // it is one of the two: the table shows it
    const std::string better = split.seasonal ? ", the better of the last value and the last season" : "";
    const std::string numbers = ": " + split.name() + " " + by.words + " " + format_short(error) + " against " + format_short(simple.error);
    if (!beats(error, simple.error)) {
      out.push_back({label(result) + " does not beat " + simple.words + better + numbers, true});
      continue;
    }
    out.push_back(
        {label(result) + " beats " + simple.words + better + numbers + ", " + percent_better(error, simple.error) + " better", false});
    for (std::size_t t = 0; result.targets.size() > 1 && t < result.targets.size(); ++t) {
      const MetricGroup target{.target = static_cast<std::int64_t>(t)};
      const double of_target = measured(split.model.original, "mae", target);
      const Simple repeated = better_of_two(split, &Score::original, "mae", target);
      if (std::isnan(of_target) || beats(of_target, repeated.error)) continue;
      out.push_back({label(result) + " does not beat " + repeated.words + " of " + result.targets[t] + ": " + split.name() + " MAE " +
                         format_short(of_target) + " against " + format_short(repeated.error),
                     true});
    }
  }
  return out;
}

}  // namespace pipeline::stage::evaluate
