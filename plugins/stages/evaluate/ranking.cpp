#include "ranking.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "pipeline/errors.h"

namespace pipeline::stage::evaluate {

namespace {

constexpr const char* loss_key = "val_loss";

/// A model's value of a metric on validation, and the metric's better direction.
struct Measured {
  std::optional<double> value;
  std::string key;
  bool larger_is_better = false;
};

bool is_named(const MetricInfo& info, const std::string& name) { return info.name == name || metric_key(info, "val") == name; }

Measured measured(const SplitResult& result, const std::string& name) {
  for (const PanelMetrics* set : {&result.model.scaled, &result.model.original}) {
    for (std::size_t i = 0; i < set->metrics().size(); ++i) {
      const MetricInfo& info = set->metrics()[i]->info();
      if (is_named(info, name)) return {set->value(i), metric_key(info, "val"), info.larger_is_better};
    }
  }
  return {{}, name, false};
}

void require_one_loss(const std::vector<Candidate>& candidates) {
  const auto loss_of = [](const Candidate& candidate) -> const ComponentSpec& { return candidate.result.training.loss; };
  const ComponentSpec& first = loss_of(candidates.front());
  for (const Candidate& other : candidates) {
    if (!other.result.was_trained())
      throw usage_error(
          "rank_by = \"val_loss\": " + other.result.training.stage +
          " was not trained and has no loss: write rank_by = \"auto\", or a metric that all models have, such as \"val_mase\"");
    if (loss_of(other).type == first.type && loss_of(other).options == first.options) continue;
    throw usage_error("rank_by = \"val_loss\": " + candidates.front().result.training.stage + " minimised " + first.type + " and " +
                      other.result.training.stage + " " + loss_of(other).type +
                      (loss_of(other).type == first.type ? " with other options" : "") +
                      ", whose values do not compare: write rank_by = \"auto\", or a metric that all models have, such as \"val_mase\"");
  }
}

std::vector<TrainingRecord> trainings_of(const std::vector<Candidate>& candidates) {
  std::vector<TrainingRecord> out;
  for (const Candidate& candidate : candidates) {
    if (candidate.result.was_trained()) out.push_back(candidate.result.training);  // they come first
  }
  return out;
}

/// The best score of the trainings, if their scores compare.
Ranking by_trainings(const std::vector<Candidate>& candidates) {
  const std::vector<TrainingRecord> trainings = trainings_of(candidates);
  if (trainings.empty()) {
    const auto whole = std::ranges::find(candidates, 0, [](const Candidate& candidate) { return candidate.result.replaced; });
    return {.leader = whole == candidates.end() ? 0 : static_cast<std::size_t>(whole - candidates.begin())};
  }
  if (!are_comparable(trainings)) {
    const auto scored = std::ranges::find_if(trainings, [](const TrainingRecord& training) { return training.score.has_value(); });
    return {.leader = static_cast<std::size_t>(scored - trainings.begin())};
  }
  const std::size_t leader = leading(trainings);
  return {.by = trainings.size() > 1 && trainings[leader].score ? trainings[leader].monitor : std::string(), .leader = leader};
}

/// nullopt: no model has a value.
std::optional<Ranking> by_metric(std::vector<Candidate>& candidates, const std::string& name) {
  Ranking out;
  std::optional<std::size_t> leader;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!candidates[i].validation) continue;
    const SplitResult& validation = *candidates[i].validation;
    const Measured found = name == loss_key ? Measured{validation.model.loss(), loss_key, false} : measured(validation, name);
    if (!found.value || !std::isfinite(*found.value)) continue;
    out.by = found.key;
    candidates[i].result.ranking = *found.value;
    const double best = leader ? candidates[*leader].result.ranking : 0;
    const bool is_better = !leader || (found.larger_is_better ? *found.value > best : *found.value < best);
    if (is_better) leader = i;
  }
  if (!leader) return std::nullopt;
  out.leader = *leader;
  return out;
}

}  // namespace

bool are_comparable(const std::vector<TrainingRecord>& trainings) {
  const auto first = std::ranges::find_if(trainings, [](const TrainingRecord& training) { return training.score.has_value(); });
  return std::all_of(first, trainings.end(), [&](const TrainingRecord& other) {
    if (!other.score) return true;
    const bool by_loss = other.monitor == loss_key || other.monitor.starts_with("train_loss");
    const bool same_loss = other.loss.type == first->loss.type && other.loss.options == first->loss.options;
    return other.monitor == first->monitor && other.mode == first->mode && (!by_loss || same_loss);
  });
}

Ranking rank(std::vector<Candidate>& candidates, const std::string& rank_by) {
  if (candidates.size() == 1) return {};
  if (rank_by == "auto") {
    const bool all_give_quantiles = std::ranges::all_of(candidates, [](const Candidate& candidate) {
      return candidate.validation && measured(*candidate.validation, "wql").value.has_value();
    });
    if (const auto ranking = by_metric(candidates, all_give_quantiles ? "wql" : "mase")) return *ranking;
    const std::vector<TrainingRecord> trainings = trainings_of(candidates);
    if (trainings.size() == candidates.size() && are_comparable(trainings)) return by_trainings(candidates);
    return by_metric(candidates, "mae").value_or(by_trainings(candidates));
  }
  const std::string name = rank_by == "loss" ? loss_key : rank_by;
  if (name == loss_key) require_one_loss(candidates);
  if (const auto ranking = by_metric(candidates, name)) return *ranking;
  throw usage_error("rank_by = \"" + rank_by +
                    "\": no model has a value of it on validation windows: write rank_by = \"auto\", or another metric");
}

std::size_t leading(const std::vector<TrainingRecord>& trainings) {
  const auto first = std::ranges::find_if(trainings, [](const TrainingRecord& t) { return t.score.has_value(); });
  if (first == trainings.end()) return 0;
  auto best = first;
  for (auto other = first + 1; other != trainings.end(); ++other) {
    if (!other->score) continue;
    if (other->monitor != first->monitor || other->mode != first->mode) return static_cast<std::size_t>(first - trainings.begin());
    if (first->mode == "max" ? *other->score > *best->score : *other->score < *best->score) best = other;
  }
  return static_cast<std::size_t>(best - trainings.begin());
}

}  // namespace pipeline::stage::evaluate
