#include "attention.h"

#include <algorithm>
#include <charconv>

#include "pipeline/data/csv.h"
#include "pipeline/data/format.h"

namespace pipeline::stage::visualize {

namespace {

std::int64_t count_rows(const std::filesystem::path& file) {
  CsvLines rows(file);
  std::int64_t count = 0;
  while (rows.next()) ++count;
  return count;
}

/// The numbers of the windows to keep, ascending.
std::vector<std::int64_t> kept_windows(const AttentionChoice& choice, std::int64_t count) {
  std::vector<std::int64_t> kept = choice.windows;
  for (const std::int64_t window : kept) {
    if (window < 0 || window >= count) {
      throw usage_error("attention_windows = " + std::to_string(window) + ": the split has " + format_count(count) +
                        " windows, the first of them 0");
    }
  }
  const std::int64_t samples = std::min(choice.samples, count);
  if (kept.empty()) {
    for (std::int64_t i = 0; i < samples; ++i) kept.push_back(samples == 1 ? 0 : i * (count - 1) / (samples - 1));
  }
  std::ranges::sort(kept);
  const auto repeated = std::ranges::unique(kept);
  kept.erase(repeated.begin(), repeated.end());
  return kept;
}

/// The column of the origin; of many series, their ids come before it.
std::size_t origin_column(const CsvLines& rows) { return rows.header().size() > 1 && rows.header()[1] == "origin" ? 1 : 0; }

std::vector<double> steps_of(const CsvLines& rows) {
  std::vector<double> steps;
  for (std::size_t column = origin_column(rows) + 1; column < rows.header().size(); ++column) {
    const std::string& name = rows.header()[column];
    double step = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
    if (error != std::errc() || end != name.data() + name.size()) throw rows.mistake("\"" + name + "\" is no step of the window");
    steps.push_back(step);
  }
  return steps;
}

}  // namespace

Attention read_attention(const std::filesystem::path& file, const AttentionChoice& choice) {
  Attention attention;
  attention.windows = count_rows(file);
  const std::vector<std::int64_t> kept = kept_windows(choice, attention.windows);
  CsvLines rows(file);
  attention.steps = steps_of(rows);
  const std::size_t origin = origin_column(rows);
  attention.mean.resize(attention.steps.size());
  std::vector<double> weights(attention.steps.size());
  for (std::int64_t window = 0; rows.next(); ++window) {
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = rows.number(origin + 1 + i);
      attention.mean[i] += weights[i] / static_cast<double>(attention.windows);
    }
    if (std::ranges::binary_search(kept, window))
      attention.samples.push_back({(origin > 0 ? rows.text(0) + ", " : "") + std::string(rows.cell(origin)), weights});
  }
  return attention;
}

}  // namespace pipeline::stage::visualize
