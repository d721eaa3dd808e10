// Runs a sampler and a pruner on requests, one JSON object a line on stdin, each answered by a line on stdout:
//   {"sampler", "options", "pruner", "pruner_options", "seed", "rng", "name", "minimize", "lag"?, "space": [[name, distribution,
//   {other: [values]}?]...]}  -> {}
//   {"ask": true}                        begins a trial                     -> {"parameter": value, ...}
//   {"report": value, "step": step}      of the current trial               -> whether to prune
//   {"tell": "complete", "value": 1.0}   ends it ("complete", "pruned", "fail")   -> {"exhausted": false}
//   {"importances": true}                                                   -> {"parameter": importance, ...}
#include <algorithm>
#include <iostream>
#include <limits>
#include <stdexcept>

#include "grid/grid_sampler.h"
#include "halving.h"
#include "hyperband.h"
#include "percentile.h"
#include "pipeline/search/importance.h"
#include "pipeline/search/past.h"
#include "random/random_sampler.h"
#include "tpe/tpe_sampler.h"

using namespace pipeline;

namespace {

Distribution read_distribution(const Value& d) {
  const std::string kind = d.at("kind").as_string();
  if (kind == "categorical") return Distribution::categorical(d.at("choices").as_list());
  if (kind == "int")
    return Distribution::integer(d.at("low").as_int(), d.at("high").as_int(), d.at("step").as_int(), d.at("log").as_bool());
  return Distribution::real(d.at("low").as_double(), d.at("high").as_double(), d.at("step").as_double(), d.at("log").as_bool());
}

std::unique_ptr<Sampler> make_sampler(const std::string& name, const Value& options, const SamplerContext& context) {
  if (name == "TPESampler") return std::make_unique<sampler::tpe::TPESampler>(bind_options<sampler::tpe::TPEOptions>(options), context);
  if (name == "GridSampler") return std::make_unique<sampler::grid::GridSampler>(NoOptions{}, context);
  if (name == "RandomSampler") return std::make_unique<sampler::random::RandomSampler>(NoOptions{}, context);
  throw std::invalid_argument("no such sampler: " + name);
}

std::unique_ptr<Pruner> make_pruner(const std::string& name, const Value& options) {
  using namespace pipeline::pruner;
  if (name == "MedianPruner") return std::make_unique<MedianPruner>(bind_options<MedianOptions>(options));
  if (name == "PercentilePruner") return std::make_unique<PercentilePruner>(bind_options<PercentileOptions>(options));
  if (name == "SuccessiveHalvingPruner") return std::make_unique<SuccessiveHalvingPruner>(bind_options<HalvingOptions>(options));
  if (name == "HyperbandPruner") return std::make_unique<HyperbandPruner>(bind_options<HyperbandOptions>(options));
  return nullptr;
}

double number(const Value& value) { return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.as_double(); }

class Session {
 public:
  explicit Session(const Value& request) {
    const bool sequence = request.at("rng") == Value("optuna");
    context_ = {.seed = request.at("seed").as_int(), .mode = sequence ? Randomness::Mode::sequence : Randomness::Mode::keyed, .space = {}};
    for (const Value& parameter : request.at("space").as_list()) {
      const std::string& name = parameter.as_list().at(0).as_string();
      context_.space.emplace_back(name, read_distribution(parameter.as_list().at(1)));
      if (parameter.as_list().size() > 2) conditions_[name] = parameter.as_list().at(2);
    }
    if (const Value* lag = request.find("lag")) lag_ = lag->as_int();
    study_.name = request.at("name").as_string();
    study_.minimize = request.at("minimize").as_bool();
    sampler_ = make_sampler(request.at("sampler").as_string(), request.at("options"), context_);
    pruner_ = make_pruner(request.at("pruner").as_string(), request.at("pruner_options"));
  }

  Value answer(const Value& request) {
    if (request.find("ask")) return ask();
    if (request.find("report")) return report(request.at("step").as_int(), number(request.at("report")));
    if (request.find("tell")) return tell(request.at("tell").as_string(), request.at("value"));
    Value importances{Value::Map{}};
    for (const auto& [name, importance] : parameter_importances(study_)) importances[name] = importance;
    return importances;
  }

 private:
  Value ask() {
    Trial trial;
    trial.number = static_cast<std::int64_t>(study_.trials.size());
    Value answer{Value::Map{}};
    const auto draw = [&](const StudyState& study, Trial& drawn) {
      begin_trial(*sampler_, study, drawn);
      for (const auto& [name, distribution] : context_.space) {
        if (holds(name, answer)) answer[name] = distribution.external(suggest(*sampler_, study, drawn, name, distribution));
      }
    };
    if (lag_ > 0) {
      const std::int64_t learns_from = std::min(sampler_->learns_from(), pruner_->learns_from());
      Past(study_, trial, {.lag = lag_, .learns_from = learns_from}).show(trial, draw);
    } else {
      draw(study_, trial);
    }
    study_.trials.push_back(std::move(trial));
    return answer;
  }

  /// Whether the parameters drawn before allow this one to be drawn.
  [[nodiscard]] bool holds(const std::string& name, const Value& drawn) const {
    const auto condition = conditions_.find(name);
    if (condition == conditions_.end()) return true;
    return std::ranges::all_of(condition->second.as_map(), [&](const auto& other) {
      const Value* value = drawn.find(other.first);
      return value && std::ranges::find(other.second.as_list(), *value) != other.second.as_list().end();
    });
  }

  Value report(std::int64_t step, double value) {
    Trial trial = study_.trials.back();
    trial.reports[step] = value;
    const bool prune = pruner_->prune(study_, trial);
    study_.trials.back() = std::move(trial);
    return prune;
  }

  Value tell(const std::string& state, const Value& value) {
    Trial& trial = study_.trials.back();
    trial.state = state == "complete" ? TrialState::complete : state == "pruned" ? TrialState::pruned : TrialState::fail;
    if (!value.is_null()) trial.value = value.as_double();
    return Value::Map{{"exhausted", sampler_->is_exhausted(study_)}};
  }

  SamplerContext context_;
  std::map<std::string, Value> conditions_;  ///< by parameter: {other: [values]}
  std::int64_t lag_ = 0;
  StudyState study_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Pruner> pruner_;
};

}  // namespace

int main() {
  std::optional<Session> session;
  for (std::string line; std::getline(std::cin, line);) {
    const Value request = from_json(line, "stdin");
    if (request.find("sampler")) {
      session.emplace(request);
      std::cout << "{}" << std::endl;
    } else {
      std::cout << to_json(session->answer(request)) << std::endl;
    }
  }
}
