#include "results.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "best_toml.h"
#include "pipeline/data/csv.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/search/importance.h"
#include "pipeline/search/study.h"
#include "pipeline/search/study_file.h"
#include "pipeline/search/study_text.h"

namespace pipeline::stage::optimize {

namespace {

Value number_or_null(const std::optional<double>& number) { return number && std::isfinite(*number) ? Value(*number) : Value(); }

Value trial_value(const Trial& trial) {
  Value::Map reports;
  for (const auto& [step, report] : trial.reports) reports[std::to_string(step)] = number_or_null(report);
  return Value::Map{{"number", trial.number},
                    {"state", word_of(trial.state)},
                    {"value", number_or_null(trial.value)},
                    {"parameters", parameters_of(trial)},
                    {"reports", reports},
                    {"started", number_or_null(trial.started)},
                    {"ended", number_or_null(trial.ended)},
                    {"reason", trial.reason}};
}

Value distribution_value(const Distribution& d) {
  if (d.is_categorical()) return Value::Map{{"choices", d.choices}};
  return Value::Map{{"low", d.external(d.low)}, {"high", d.external(d.high)}, {"log", d.log}};
}

Value study_value(const StudyState& study, const SearchSpace& space, const OptimizeOptions& options, const std::string& storage) {
  Value::Map importances, parameters;
  for (const auto& [name, importance] : parameter_importances(study)) importances[name] = importance;
  for (const SearchParameter& p : space.parameters()) parameters[p.name] = distribution_value(p.distribution);
  Value::List trials;
  for (const Trial& trial : study.trials) trials.push_back(trial_value(trial));
  Value best;
  if (const Trial* trial = best_trial(study))
    best = Value::Map{{"number", trial->number}, {"value", *trial->value}, {"values", space.values_of(*trial)}};
  return Value::Map{{"name", study.name}, {"direction", options.direction}, {"monitor", options.monitor}, {"storage", storage},
                    {"best", best},       {"importances", importances},     {"parameters", parameters},   {"trials", trials}};
}

std::string csv_time(const std::optional<double>& seconds) {
  return seconds ? format_time(static_cast<std::int64_t>(*seconds) * 1'000'000'000) : std::string();
}

std::string trials_csv(const StudyState& study, const SearchSpace& space) {
  std::string text = "number,value,datetime_start,datetime_complete,duration";
  for (const SearchParameter& p : space.parameters()) text += "," + csv_field("params_" + p.name);
  text += ",state,reason\n";
  for (const Trial& trial : study.trials) {
    text += std::to_string(trial.number) + "," + (trial.value ? format_number(*trial.value) : "") + "," + csv_time(trial.started) + "," +
            csv_time(trial.ended) + "," + (trial.started && trial.ended ? format_short(*trial.ended - *trial.started) : "");
    const Value parameters(parameters_of(trial));
    for (const SearchParameter& p : space.parameters()) {
      const Value* value = parameters.find(p.name);
      text += "," + (value ? csv_value(*value) : std::string());
    }
    text += "," + std::string(word_of(trial.state)) + "," + csv_field(trial.reason) + "\n";
  }
  return text;
}

}  // namespace

void write_results(const std::filesystem::path& folder, const StudyState& study, const SearchSpace& space, const OptimizeOptions& options,
                   const std::string& storage) {
  write_text(folder / "trials.csv", trials_csv(study, space));
  if (best_trial(study)) {
    write_text(folder / "best.toml", best_toml(study, space, options.monitor));
  } else {
    std::filesystem::remove(folder / "best.toml");  // of an earlier study
  }
  write_json(folder / study_file_name, study_value(study, space, options, storage));
}

Value summary_of(const StudyState& study) {
  std::map<TrialState, std::int64_t> counts;
  for (const Trial& trial : study.trials) ++counts[trial.state];
  Value summary = Value::Map{{"trials", static_cast<std::int64_t>(study.trials.size())}};
  for (const auto& [state, count] : counts) summary[word_of(state)] = count;
  if (const Trial* best = best_trial(study)) {
    summary["best_trial"] = best->number;
    summary["best_value"] = *best->value;
  }
  return summary;
}

}  // namespace pipeline::stage::optimize
