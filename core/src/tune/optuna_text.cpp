#include "tune/optuna_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>

#include "pipeline/data/files.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline::optuna {

namespace {

constexpr std::array states{"RUNNING", "COMPLETE", "PRUNED", "FAIL", "WAITING"};  ///< in the order of TrialState

std::string flag(bool value) { return value ? "true" : "false"; }

double number_or(const Value* value, double otherwise) { return value && value->is_number() ? value->as_double() : otherwise; }

}  // namespace

std::string distribution_json(const Distribution& d) {
  if (d.is_categorical()) {
    const std::string choices = join(d.choices, python_json);
    return R"({"name": "CategoricalDistribution", "attributes": {"choices": [)" + choices + "]}}";
  }
  const std::string ends = R"("low": )" + python_json(d.external(d.low)) + R"(, "high": )" + python_json(d.external(d.high));
  if (d.kind == Distribution::Kind::integer)
    return R"({"name": "IntDistribution", "attributes": {"log": )" + flag(d.log) + R"(, "step": )" + python_json(d.external(d.step)) +
           ", " + ends + "}}";
  return R"({"name": "FloatDistribution", "attributes": {"step": )" + (d.step > 0 ? python_json(d.step) : "null") + ", " + ends +
         R"(, "log": )" + flag(d.log) + "}}";
}

Distribution read_distribution(const std::string& json) {
  const Value read = from_json(json, "the study's storage");
  const std::string& name = read.at("name").as_string();
  const Value& attributes = read.at("attributes");
  if (name == "CategoricalDistribution") return Distribution::categorical(attributes.at("choices").as_list());
  const bool log = attributes.find("log") && attributes.at("log") == Value(true);
  const double low = attributes.at("low").as_double(), high = attributes.at("high").as_double();
  if (name == "IntDistribution") {
    const auto step = static_cast<std::int64_t>(number_or(attributes.find("step"), 1));
    return Distribution::integer(static_cast<std::int64_t>(low), static_cast<std::int64_t>(high), step, log);
  }
  if (name == "FloatDistribution") return Distribution::real(low, high, number_or(attributes.find("step"), 0), log);
  throw Error(ExitStatus::unexpected, "the study has a parameter of a kind that this version does not know: " + name);
}

std::string state_name(TrialState state) { return states.at(static_cast<std::size_t>(state)); }

TrialState read_state(std::string_view name) {
  const auto state = std::ranges::find(states, name);
  if (state == states.end())
    throw Error(ExitStatus::unexpected, "the study has a trial in a state that this version does not know: " + std::string(name));
  return static_cast<TrialState>(state - states.begin());
}

std::string python_json(const Value& value) {
  if (!value.is_double()) return to_json(value);
  const double number = value.as_double();
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return to_json(value);
}

Value read_python_json(const std::string& json) {
  if (json == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (json == "Infinity") return std::numeric_limits<double>::infinity();
  if (json == "-Infinity") return -std::numeric_limits<double>::infinity();
  return from_json(json, "the study's storage");
}

std::string now_text() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(now));
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count() % 1'000'000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> day{}, all{};
  std::strftime(day.data(), day.size(), "%Y-%m-%d %H:%M:%S", &parts);
  std::snprintf(all.data(), all.size(), "%.19s.%06d", day.data(), static_cast<int>(micros));
  return all.data();
}

std::optional<double> read_time(const std::string& text) {
  std::tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &parts);
  if (!rest) return std::nullopt;
  return static_cast<double>(::timegm(&parts)) + (*rest == '.' ? std::strtod(rest, nullptr) : 0);
}

}  // namespace pipeline::optuna
