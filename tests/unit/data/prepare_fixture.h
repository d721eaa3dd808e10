#pragma once

#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/data/format.h"
#include "unit/data/data_test.h"

namespace pipeline::test {

inline constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// Options for columns a and b of a file, both features; b is the target.
inline PrepareOptions options_for(const std::filesystem::path& source) {
  PrepareOptions options;
  options.source = {source.string()};
  options.features = {"a", "b"};
  options.target = {"b"};
  options.scaler = Scaler::none;
  return options;
}

/// A CSV text with the columns a and b; NaN is left empty.
inline std::string csv(const std::vector<std::pair<double, double>>& rows) {
  std::string text = "a,b\n";
  const auto cell = [](double v) { return std::isnan(v) ? "" : format_number(v); };
  for (const auto& [a, b] : rows) text += cell(a) + "," + cell(b) + "\n";
  return text;
}

struct Prepared {
  std::shared_ptr<const Series> series;
  TextLog log;
};

inline Prepared prepare(const TempFolder& folder, const PrepareOptions& options, const Value& split = Value::List{0.6, 0.2, 0.2}) {
  Prepared out;
  const auto target = folder.folder("preprocess");
  const SeriesInfo info = prepare_series(options, split, target, out.log);
  out.series = Series::open(target);
  CHECK(out.series->info().to_value() == info.to_value());
  return out;
}

inline std::vector<double> column(const Series& series, std::size_t c) {
  std::vector<double> out;
  const auto columns = static_cast<std::size_t>(series.columns());
  for (std::size_t at = c; at < series.values().size(); at += columns) out.push_back(static_cast<double>(series.values()[at]));
  return out;
}

inline std::vector<int> observed(const Series& series, std::size_t c) {
  std::vector<int> out;
  const auto columns = static_cast<std::size_t>(series.columns());
  for (std::size_t at = c; at < series.observed().size(); at += columns) out.push_back(series.observed()[at]);
  return out;
}

inline std::vector<std::pair<double, double>> counting(int n) {
  std::vector<std::pair<double, double>> rows;
  for (int i = 0; i < n; ++i) rows.emplace_back(i, 10 * i);
  return rows;
}

}  // namespace pipeline::test
