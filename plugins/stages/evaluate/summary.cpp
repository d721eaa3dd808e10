#include "summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "pipeline/data/format.h"

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

std::string percent_better(double error, double naive) {
  if (naive == 0 || std::isnan(error)) return "-";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", 100 * (1 - error / naive));
  return std::string(text.data()) == "-0.0 %" ? "0.0 %" : text.data();
}

std::string label(const ModelResult& result) {
  const TrainingRecord& training = result.training;
  const bool named = training.model_type.empty() || training.stage.ends_with("/" + training.model_type);
  return named ? training.stage : training.stage + " (" + training.model_type + ")";
}

/// "1,000 windows of 3 steps", and of how many series if there are many
std::string task(const ModelResult& result) {
  const std::string least = result.shortest_horizon < result.horizon ? std::to_string(result.shortest_horizon) + " to " : "";
  return format_count(result.main().windows) + " windows of " + least + std::to_string(result.horizon) +
         (result.horizon == 1 ? " step" : " steps") +
         (result.main().series == 1 ? "" : " of " + format_count(result.main().series) + " series");
}

/// Empty if the models have different tasks: their errors are then of different values.
std::string common_task(const std::vector<ModelResult>& results) {
  const std::string first = task(results.front());
  return std::ranges::all_of(results, [&](const ModelResult& result) { return task(result) == first; }) ? first : std::string();
}

/// Counts code points, so that columns with words beyond ASCII stay aligned.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// Pads columns to equal width: words on the left, numbers on the right.
std::vector<std::string> aligned(const std::vector<Row>& rows, std::size_t word_columns) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width(row[c]));
  }
  std::vector<std::string> lines;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - width(row[c]), ' ');
      line += "  " + (c < word_columns ? row[c] + padding : padding + row[c]);
    }
    lines.push_back(line.substr(0, line.find_last_not_of(' ') + 1));
  }
  return lines;
}

Row numbers(const ModelResult& result, std::int64_t target) {
  const SplitResult& split = result.main();
  const PanelMetrics& model = split.naive ? split.model.original : split.model.scaled;
  const double mae = measured(model, "mae", {.target = target});
  Row row{number(mae), number(measured(model, "rmse", {.target = target}))};
  if (!split.naive) return row;
  const double naive = measured(split.naive->original, "mae", {.target = target});
  row.insert(row.end(), {number(naive), percent_better(mae, naive)});
  return row;
}

}  // namespace

std::vector<std::string> error_table(const std::vector<ModelResult>& results) {
  const bool units = results.front().main().naive.has_value();
  Row head{"model", "target", "MAE", "RMSE"};
  if (units) head.insert(head.end(), {"naive MAE", "better by"});
  std::vector<Row> rows{head};
  for (const ModelResult& result : results) {
    for (std::size_t t = 0; t < result.targets.size(); ++t) {
      Row row{t == 0 ? label(result) : "", result.targets[t]};
      for (std::string& text : numbers(result, static_cast<std::int64_t>(t))) row.push_back(std::move(text));
      row.resize(head.size());
      rows.push_back(std::move(row));
    }
  }
  std::vector<std::string> lines = aligned(rows, 2);
  const std::string common = common_task(results);
  lines.insert(lines.begin(), results.front().main().name() + ": " + (common.empty() ? "windows that differ by model" : common) +
                                  (units ? ", in original units" : ", as they were given"));
  for (const ModelResult& result : results) {
    const SplitResult& split = result.main();
    const auto errors = [](const PanelMetrics& of, const char* before_mae) {
      return number(measured(of, "mse")) + before_mae + number(measured(of, "mae"));
    };
    std::string line = label(result) + (common.empty() ? ", " + task(result) : "") + ", scaled: " + split.name() + "_mse " +
                       errors(split.model.scaled, ", mae ");
    if (split.naive) line += "; naive " + errors(split.naive->scaled, ", ");
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> naive_warnings(const std::vector<ModelResult>& results) {
  std::vector<std::string> lines;
  for (const ModelResult& result : results) {
    const SplitResult& split = result.main();
    if (!split.naive || split.model.scaled.count() == 0 || result.checkpoint.empty()) continue;  // baselines need not beat each other
    const double mse = measured(split.model.scaled, "mse"), naive = measured(split.naive->scaled, "mse");
    if (repeats(mse, naive)) continue;  // it is the naive forecast, as a NaiveModel's is: the table shows it
    if (!beats(mse, naive)) {
      lines.push_back(label(result) + " does not beat repeating the last value: " + split.name() + " MSE " + format_short(mse) +
                      " against " + format_short(naive) + " (scaled)");
      continue;
    }
    for (std::size_t t = 0; t < result.targets.size(); ++t) {
      const MetricGroup target{.target = static_cast<std::int64_t>(t)};
      const double error = measured(split.model.original, "mae", target);
      const double repeated = measured(split.naive->original, "mae", target);
      if (std::isnan(error) || beats(error, repeated)) continue;
      lines.push_back(label(result) + " does not beat repeating the last value of " + result.targets[t] + ": " + split.name() + " MAE " +
                      format_short(error) + " against " + format_short(repeated));
    }
  }
  return lines;
}

}  // namespace pipeline::stage::evaluate
