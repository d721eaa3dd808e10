#include "config/headings.h"

#include <algorithm>
#include <set>
#include <string>

#include "pipeline/data/intervals.h"
#include "pipeline/data/predictions.h"
#include "pipeline/data/prepare.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

bool is_among(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

void add_numbers(std::set<double>& out, const Value* list) {
  for (const Value& number : list && list->is_list() ? list->as_list() : Value::List()) {
    if (number.is_number()) out.insert(number.as_double());
  }
}

/// The levels that a workflow's tables name.
struct Levels {
  std::set<double> intervals;
  std::set<double> own;    ///< quantiles of losses, and of stages that forecast without a loss
  std::set<double> asked;  ///< quantiles that stages that measure ask of distributions
  bool has_distributions = false;

  [[nodiscard]] PredictionBands bands() const {
    std::set<double> quantiles = own;
    if (has_distributions) quantiles.insert(asked.begin(), asked.end());
    PredictionBands out{.quantile_levels = {quantiles.begin(), quantiles.end()}, .interval_levels = {intervals.begin(), intervals.end()}};
    if (has_distributions) out.quantile_levels = with_interval_ends(std::move(out.quantile_levels), out.interval_levels);
    return out;
  }
};

void add_levels(Levels& levels, const CheckContext& context, const GraphStage& stage) {
  const Value options = stage.info->schema.with_defaults(stage.plan.options);
  const Value* quantiles = options.find("quantiles");
  if (is_among(stage.info->outputs, "forecasts")) add_numbers(levels.own, quantiles);
  if (is_among(stage.info->outputs, "metrics")) {
    add_numbers(levels.asked, quantiles);
    const Value* intervals = options.find("intervals");
    if (intervals && intervals->is_map() && check_options(make_schema<IntervalOptions>(), *intervals).empty()) {
      const std::vector<double> given = bind_options<IntervalOptions>(*intervals).levels;
      levels.intervals.insert(given.begin(), given.end());
    }
  }
  if (!is_among(stage.info->tables, "loss")) return;
  const ComponentSpec& spec = stage.plan.tables.one("loss");
  const ComponentInfo* loss = context.registry.find("loss", spec.type);
  if (!loss) return;
  if (is_among(loss->outputs, "distribution")) levels.has_distributions = true;
  const Value of_loss = loss->schema.with_defaults(spec.options);
  if (is_among(loss->outputs, "quantiles")) add_numbers(levels.own, of_loss.find("quantiles"));
}

/// The targets that a stage's table names, where each is a column of its own.
const Node* targets_of(const GraphStage& stage) {
  const auto option = std::ranges::find(stage.info->schema.options, OptionRole::target_column, &OptionInfo::role);
  const Node* layout = stage.node->find("layout");
  const bool is_wide = layout && layout->is_string() && layout->text() == word_of(Layout::wide);  // its targets are series
  return option == stage.info->schema.options.end() || is_wide ? nullptr : stage.node->find(option->name);
}

}  // namespace

void check_headings(CheckContext& context, const std::vector<GraphStage>& stages) {
  Levels levels;
  for (const GraphStage& stage : stages) {
    if (stage.info) add_levels(levels, context, stage);
  }
  for (const GraphStage& stage : stages) {
    const Node* targets = stage.info ? targets_of(stage) : nullptr;
    if (!targets) continue;
    std::vector<std::string> names;
    std::vector<Place> places;
    for (const Node& target : targets->items()) names.push_back(target.text()), places.push_back(target.place);
    const std::size_t reported = heading_clashes(names).size();
    const auto clashes = heading_clashes(names, {}, levels.bands());
    for (std::size_t i = reported; i < clashes.size(); ++i) context.mistake(places[clashes[i].target], clashes[i].sentence);
  }
}

}  // namespace pipeline
