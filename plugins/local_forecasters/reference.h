#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/data/files.h"
#include "pipeline/data/local_forecaster.h"

/// The forecasts of statsforecast that the tests of the forecasters compare with (make_reference.py).
namespace pipeline::local::test {

struct Reference {
  std::int64_t season = 1;
  std::vector<double> y, mean;
  std::vector<double> upper;  ///< the quantiles at 0.975; empty: the reference has no formula
  std::string form;           ///< of AutoETS
  double criterion = 0;       ///< of AutoETS
  bool steep = false;         ///< of AutoETS: the newest slope weighs more than 1
};

inline std::vector<double> numbers(const Value* list) {
  std::vector<double> out;
  if (list)
    for (const Value& number : list->as_list()) out.push_back(number.as_double());
  return out;
}

/// All series with the forecasts of one model.
inline std::vector<Reference> references(const std::string& model) {
  std::vector<Reference> out;
  const Value file = read_json(std::string(SOURCE_DIR) + "/plugins/local_forecasters/reference.json");
  for (const Value& series : file.at("series").as_list()) {
    const Value& made = series.at("forecasts").at(model);
    Reference reference{.season = series.at("season").as_int(),
                        .y = numbers(series.find("y")),
                        .mean = numbers(made.find("mean")),
                        .upper = numbers(made.find("upper")),
                        .form = {}};
    if (const Value* form = made.find("form")) reference.form = form->as_string();
    if (const Value* criterion = made.find("criterion")) reference.criterion = criterion->as_double();
    if (const Value* steep = made.find("steep")) reference.steep = steep->as_bool();
    out.push_back(std::move(reference));
  }
  return out;
}

/// The largest |a - b| in units of the largest |b|.
inline double distance(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return 1e300;
  double size = 1e-12, out = 0;
  for (const double value : b) size = std::max(size, std::abs(value));
  for (std::size_t i = 0; i < a.size(); ++i) out = std::max(out, std::abs(a[i] - b[i]) / size);
  return out;
}

/// What every forecaster promises: a longer horizon begins with a shorter one, quantiles ascend around the forecast, and values that come
/// as they were forecast change nothing, unless the model is fitted anew for them (`keeps_weights` false).
template <class Forecaster>
void check_contract(Forecaster forecaster, const Reference& series, bool has_quantiles = true, bool keeps_weights = true) {
  forecaster.fit(series.y, series.season);
  const std::vector<double> levels{0.1, 0.5, 0.9};
  const LocalForecast made = forecaster.forecast(30, levels);
  const LocalForecast shorter = forecaster.forecast(7, levels);
  CHECK(made.values.size() == 30);
  CHECK(std::equal(shorter.values.begin(), shorter.values.end(), made.values.begin()));
  CHECK(std::equal(shorter.quantiles.begin(), shorter.quantiles.end(), made.quantiles.begin()));
  CHECK(made.quantiles.size() == (has_quantiles ? 90u : 0u));
  for (std::size_t h = 0; has_quantiles && h < 30; ++h) {
    CHECK(made.quantiles[3 * h] <= made.quantiles[3 * h + 1]);
    CHECK(made.quantiles[3 * h + 1] <= made.quantiles[3 * h + 2]);
    CHECK(made.quantiles[3 * h + 1] == doctest::Approx(made.values[h]));
  }
  if (!keeps_weights) return;
  forecaster.update(std::span(made.values).first(5));
  const std::vector<double> later(made.values.begin() + 5, made.values.end());
  CHECK(distance(forecaster.forecast(25, {}).values, later) < 1e-9);
}

}  // namespace pipeline::local::test
