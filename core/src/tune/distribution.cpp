#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "pipeline/data/format.h"
#include "pipeline/errors.h"
#include "pipeline/search/search.h"

namespace pipeline {

namespace {

/// The last point of low, low + step, ... that is not above `high`. Decimal bounds keep their decimal value (0.1 + 2 * 0.1 is 0.3).
double last_on_grid(double low, double high, double step) {
  const double count = std::floor((high - low) / step + 1e-9);
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", low + count * step);
  return std::strtod(text, nullptr);
}

void check_bounds(double low, double high, double step, bool log) {
  const std::string range = format_number(low) + " to " + format_number(high);
  if (!std::isfinite(low) || !std::isfinite(high)) throw usage_error("a search range has two finite ends, got " + range);
  if (low > high) throw usage_error("low is above high in the search range " + range);
  if (log && low <= 0) throw usage_error("a logarithmic search range begins above 0, got " + range);
  if (step < 0 || !std::isfinite(step)) throw usage_error("the step of a search range is positive, got " + format_number(step));
}

}  // namespace

bool same_value(const Value& a, const Value& b) { return a == b || (a.is_number() && b.is_number() && a.as_double() == b.as_double()); }

Distribution Distribution::real(double low, double high, double step, bool log) {
  check_bounds(low, high, step, log);
  if (log && step != 0) throw usage_error("a search range has a step or is logarithmic, not both");
  return {.kind = Kind::real, .low = low, .high = step > 0 ? last_on_grid(low, high, step) : high, .step = step, .log = log, .choices = {}};
}

Distribution Distribution::integer(std::int64_t low, std::int64_t high, std::int64_t step, bool log) {
  if (step < 1) throw usage_error("the step of an integer search range is at least 1, got " + std::to_string(step));
  if (log && step != 1) throw usage_error("a search range has a step or is logarithmic, not both");
  check_bounds(static_cast<double>(low), static_cast<double>(high), static_cast<double>(step), log);
  const std::int64_t last = high - (high - low) % step;  // the highest that the steps reach
  return {.kind = Kind::integer,
          .low = static_cast<double>(low),
          .high = static_cast<double>(last),
          .step = static_cast<double>(step),
          .log = log,
          .choices = {}};
}

Distribution Distribution::categorical(std::vector<Value> choices) {
  if (choices.empty()) throw usage_error("a search over choices needs at least one");
  return {.kind = Kind::categorical, .choices = std::move(choices)};
}

bool Distribution::is_single() const {
  if (is_categorical()) return choices.size() == 1;
  return low == high || (step > 0 && high - low < step);
}

bool Distribution::contains(double internal) const {
  if (is_categorical()) return internal >= 0 && internal < static_cast<double>(choices.size());
  if (internal < low || internal > high) return false;
  const double steps = step > 0 ? (internal - low) / step : 0;
  return std::abs(steps - std::round(steps)) < 1e-8;
}

bool Distribution::is_compatible_with(const Distribution& other) const {
  return kind == other.kind && log == other.log && std::ranges::equal(choices, other.choices, same_value);
}

Value Distribution::external(double internal) const {
  if (is_categorical()) return choices.at(static_cast<std::size_t>(internal));
  if (kind == Kind::integer) return static_cast<std::int64_t>(std::llround(internal));
  return internal;
}

std::optional<double> Distribution::internal(const Value& external) const {
  if (is_categorical()) {
    const auto choice = std::ranges::find_if(choices, [&](const Value& c) { return same_value(c, external); });
    if (choice == choices.end()) return std::nullopt;
    return static_cast<double>(choice - choices.begin());
  }
  if (!external.is_number() || !contains(external.as_double())) return std::nullopt;
  return external.as_double();
}

std::optional<std::int64_t> Trial::last_step() const {
  if (reports.empty()) return std::nullopt;
  return reports.rbegin()->first;
}

}  // namespace pipeline
