#include "report_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "data_view.h"
#include "pipeline/data/format.h"
#include "pipeline/data/series.h"
#include "pipeline/data/text.h"
#include "search_figures.h"
#include "uncertainty.h"
#include "verdict.h"

namespace pipeline::stage::visualize {

namespace {

constexpr const char* absent = "–";
constexpr const char* last_value = "last value";
constexpr const char* last_season = "last season";
/// The metrics whose columns come first, in their own order.
constexpr std::array<std::string_view, 3> leading_columns{"mase", "wql", "coverage_80"};

std::string number_text(const std::optional<double>& number) { return number && std::isfinite(*number) ? format_short(*number) : absent; }

std::string percent_text(const std::optional<double>& share) {
  return share && std::isfinite(*share) ? format_short(100 * *share) + " %" : absent;
}

const char* tone_of(Standing standing) {
  switch (standing) {
    case Standing::better:
      return "better";
    case Standing::even:
      return "even";
    case Standing::worse:
      return "worse";
    case Standing::unknown:
      break;
  }
  return "";
}

bool has_original_units(const std::vector<Evaluation>& evaluations) {
  return std::ranges::any_of(evaluations, [](const Evaluation& evaluation) {
    return std::ranges::any_of(evaluation.splits, [](const auto& split) { return !split.second.original.empty(); });
  });
}

/// Whether a model has a value of a metric, of a target in original units or on the scaled series.
bool has_value(const Evaluation& evaluation, const std::string& metric, bool original) {
  return std::ranges::any_of(evaluation.splits, [&](const auto& split) {
    const SplitErrors& errors = split.second;
    if (!original) return find_number(errors.scaled, metric).has_value();
    return std::ranges::any_of(errors.original, [&](const auto& target) { return find_number(target.second, metric).has_value(); });
  });
}

/// The columns of metrics: every one that measured some model, either those of original units or the others. Shares are of original units
/// where there are such: a per cent of a standardised value says nothing.
std::vector<Measure> columns_of(const std::vector<Evaluation>& evaluations, bool original) {
  const bool has_units = has_original_units(evaluations);
  std::vector<Measure> columns;
  for (const Evaluation& evaluation : evaluations) {
    for (const Measure& measure : evaluation.measures) {
      const bool known = std::ranges::find(columns, measure.name, &Measure::name) != columns.end();
      const bool of_original = measure.original || (measure.percent && has_units);
      if (of_original == original && !known && has_value(evaluation, measure.name, original)) columns.push_back(measure);
    }
  }
  const auto leads = [](const Measure& column) { return std::ranges::find(leading_columns, column.name) != leading_columns.end(); };
  std::ranges::stable_partition(columns, leads);
  return columns;
}

Value::List headings(const std::vector<Measure>& columns) {
  Value::List labels;
  for (const Measure& column : columns) labels.emplace_back(column.label);
  return labels;
}

Value::List cells(const std::vector<Measure>& columns, const SplitErrors::Numbers& numbers) {
  Value::List texts;
  for (const Measure& column : columns) {
    const auto number = find_number(numbers, column.name);
    texts.emplace_back(column.percent ? percent_text(number) : number_text(number));
  }
  return texts;
}

/// One line of the table in original units.
Value original_row(const std::string& split, const std::string& target, const std::string& by, const std::vector<Measure>& columns,
                   const SplitErrors::Numbers& numbers) {
  return Value::Map{{"split", split},
                    {"target", target},
                    {"by", by},
                    {"mae", number_text(find_number(numbers, "mae"))},
                    {"rmse", number_text(find_number(numbers, "rmse"))},
                    {"measures", cells(columns, numbers)},
                    {"change", ""},
                    {"tone", ""},
                    {"row_class", ""}};
}

/// The errors of a forecast that needs no model, once for each horizon: models with the same task have the same ones.
class SimpleErrors {
 public:
  explicit SimpleErrors(std::string name) : name_(std::move(name)) {}
  void add(const Evaluation& of, const SplitErrors::Numbers& numbers) {
    if (!numbers.empty()) by_horizon_.try_emplace(of.horizon, numbers);
  }
  template <class Add>
  void for_each(const Add& add) const {
    for (const auto& [horizon, numbers] : by_horizon_) {
      add(by_horizon_.size() == 1 ? name_ : name_ + ", horizon " + std::to_string(horizon), numbers);
    }
  }

 private:
  std::string name_;
  std::map<std::int64_t, SplitErrors::Numbers> by_horizon_;
};

/// The model's name in tables, with a note where the last value stands in for it.
std::string name_in_tables(const Evaluation& evaluation, bool several) {
  const std::string name = label_of(evaluation, several);
  if (evaluation.replaced == 0) return name;
  return name + " (last value in " + format_count(evaluation.replaced) + (evaluation.replaced == 1 ? " history)" : " histories)");
}

/// Adds every model's line for one target, then those of the last value and the last season.
void add_target_rows(const std::vector<Evaluation>& evaluations, const std::string& split, const std::string& target,
                     const std::vector<Measure>& columns, Value::List& rows) {
  SimpleErrors naive(last_value), seasonal(last_season);
  for (const Evaluation& evaluation : evaluations) {
    const SplitErrors* errors = errors_of(evaluation, split);
    const auto numbers = errors ? errors->original.find(target) : decltype(errors->original.end()){};
    if (!errors || numbers == errors->original.end()) continue;
    Value row = original_row(split, target, name_in_tables(evaluation, evaluations.size() > 1), columns, numbers->second);
    if (const auto found = errors->naive_original.find(target); found != errors->naive_original.end()) naive.add(evaluation, found->second);
    if (const auto found = errors->seasonal_original.find(target); found != errors->seasonal_original.end())
      seasonal.add(evaluation, found->second);
    const auto mae = find_number(numbers->second, "mae"), simple = better_of(*errors, target, "mae").error;
    if (mae && simple) row["change"] = describe_change(*mae, *simple), row["tone"] = tone_of(standing_of(*mae, simple));
    rows.push_back(std::move(row));
  }
  for (const SimpleErrors* simple : {&naive, &seasonal}) {
    simple->for_each([&](const std::string& by, const SplitErrors::Numbers& numbers) {
      rows.push_back(original_row(split, target, by, columns, numbers));
      rows.back()["row_class"] = "naive";
    });
  }
}

Value scaled_row(const std::string& split, const std::string& by, const std::vector<Measure>& columns,
                 const SplitErrors::Numbers& numbers) {
  return Value::Map{{"split", split},
                    {"by", by},
                    {"windows", ""},
                    {"loss", number_text(find_number(numbers, "loss"))},
                    {"measures", cells(columns, numbers)},
                    {"row_class", ""}};
}

Value::List scaled_rows(const std::vector<Evaluation>& evaluations, const std::string& split, const std::vector<Measure>& columns) {
  Value::List rows;
  SimpleErrors naive(last_value), seasonal(last_season);
  for (const Evaluation& evaluation : evaluations) {
    const SplitErrors* errors = errors_of(evaluation, split);
    if (!errors) continue;
    Value row = scaled_row(split, name_in_tables(evaluation, evaluations.size() > 1), columns, errors->scaled);
    row["windows"] = format_count(errors->windows);
    rows.push_back(std::move(row));
    naive.add(evaluation, errors->naive_scaled);
    seasonal.add(evaluation, errors->seasonal_scaled);
  }
  for (const SimpleErrors* simple : {&naive, &seasonal}) {
    simple->for_each([&](const std::string& by, const SplitErrors::Numbers& numbers) {
      rows.push_back(scaled_row(split, by, columns, numbers));
      rows.back()["row_class"] = "naive";
    });
  }
  return rows;
}

void add_metrics(const std::vector<Evaluation>& evaluations, const std::vector<std::string>& targets, Value& view) {
  const std::vector<Measure> scaled_columns = columns_of(evaluations, false), original_columns = columns_of(evaluations, true);
  Value::List original, scaled;
  int splits = 0;
  for (const char* split : {"test", "val", "train"}) {
    Value::List of_split = scaled_rows(evaluations, split, scaled_columns);
    splits += of_split.empty() ? 0 : 1;
    for (Value& row : of_split) scaled.push_back(std::move(row));
    for (const std::string& target : targets) add_target_rows(evaluations, split, target, original_columns, original);
  }
  view["has_metrics"] = !scaled.empty();
  view["has_original"] = !original.empty();
  view["several_splits"] = splits > 1;
  view["several_models"] = evaluations.size() > 1;
  view["scaled_measures"] = headings(scaled_columns);
  view["original_measures"] = headings(original_columns);
  view["original_rows"] = std::move(original);
  view["scaled_rows"] = std::move(scaled);
}

/// How often the leading model's intervals held on the headline's split.
Value::List coverage_sentences(const std::vector<Evaluation>& evaluations) {
  Value::List out;
  const std::string split = headline_split(evaluations);
  const SplitErrors* errors = evaluations.empty() ? nullptr : errors_of(leader_of(evaluations), split);
  for (const auto& [name, share] : errors ? errors->original_all : SplitErrors::Numbers()) {
    constexpr std::string_view start = "coverage_";
    if (!name.starts_with(start) || !std::isfinite(share)) continue;
    out.emplace_back("Its " + name.substr(start.size()) + " % intervals held " + percent_text(share) + " of the values on the " + split +
                     " split.");
  }
  return out;
}

/// In the order of the workflow if it is known, else sorted.
std::vector<std::string> target_names(const Results& results) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const auto& [stage, windows] : results.windows) std::ranges::for_each(windows->target_names(), add);
  for (const Evaluation& evaluation : results.evaluations) std::ranges::for_each(evaluation.targets, add);
  return names;
}

void add_trainings(const std::vector<TrainingRecord>& trainings, Value& view) {
  Value::List rows;
  bool has_losses = false;
  for (const TrainingRecord& training : trainings) {
    has_losses = has_losses || learned(training);
    const auto index = best_epoch(training);
    const EpochRecord* best = index ? &training.history[*index] : nullptr;
    rows.push_back(Value::Map{{"stage", training.stage},
                              {"model", training.model_type},
                              {"epochs", format_count(training.epochs)},
                              {"steps", format_count(training.steps)},
                              {"best_epoch", best ? format_count(best->epoch) : std::string(absent)},
                              {"best_loss", best ? format_short(val_loss_of(*best)) : std::string(absent)}});
  }
  view["has_losses"] = has_losses;
  view["training_rows"] = std::move(rows);
}

void add_attention(const std::vector<ModelAttention>& attentions, Value& view) {
  Value::List maps;
  for (const ModelAttention& of : attentions) {
    if (of.attention.samples.empty()) continue;
    maps.push_back(Value::Map{{"index", std::to_string(maps.size())}, {"label", of.label}});
  }
  view["has_attention"] = !attentions.empty();
  view["attention_maps"] = std::move(maps);
}

/// The intervals that the examples of one model are drawn with.
void add_bands(const std::vector<ModelPredictions>& models, Value& view) {
  view["has_bands"] = false, view["bands_of"] = "", view["band_levels"] = "";
  for (const ModelPredictions& model : models) {
    const std::vector<Example>& examples = model.predictions.targets.front().examples;
    if (examples.empty() || examples.front().bands.empty()) continue;
    std::vector<std::string> levels;
    for (const Band& band : examples.front().bands) levels.push_back(format_number(band.level) + " %");
    view["has_bands"] = true, view["bands_of"] = model.label, view["band_levels"] = join_names(levels);
  }
}

std::string text_of(const Value& value) { return value.is_string() ? value.as_string() : to_json(value); }

/// The machine and the versions, from the first manifest that names them.
void add_reproduction(const Results& results, const RunSettings& settings, Value& view) {
  static constexpr std::pair<const char*, const char*> facts[] = {{"seed", "Seed"},
                                                                  {"threads", "Threads"},
                                                                  {"device", "Device"},
                                                                  {"matmul_precision", "Matmul precision"},
                                                                  {"cpu", "CPU"},
                                                                  {"gpu", "GPU"},
                                                                  {"pipeline", "pipeline"},
                                                                  {"libtorch", "LibTorch"},
                                                                  {"git_commit", "Git commit"}};
  Value::List run_facts, hashes;
  for (const auto& [key, name] : facts) {
    for (const auto& [stage, manifest] : results.manifests) {
      const Value* found = manifest.find(key);
      if (!found || found->is_null() || *found == Value("")) continue;
      run_facts.push_back(Value::Map{{"name", name}, {"value", text_of(*found)}});
      break;
    }
  }
  const auto add_hash = [&](const std::string& stage, const std::string& name, const Value* hash) {
    if (hash && hash->is_string()) hashes.push_back(Value::Map{{"stage", stage}, {"name", name}, {"hash", hash->as_string()}});
  };
  for (const auto& [stage, manifest] : results.manifests) {
    if (const Value* files = manifest.find("files"); files && files->is_map()) {
      for (const auto& [option, file] : files->as_map()) {
        const Value* path = file.find("path");
        add_hash(stage, path && path->is_string() ? std::filesystem::path(path->as_string()).filename().string() : option,
                 file.find("sha256"));
      }
    }
    if (const Value* inputs = manifest.find("inputs"); inputs && inputs->is_list()) {
      for (const Value& input : inputs->as_list()) {
        const Value *kind = input.find("kind"), *from = input.find("stage");
        if (kind && from) add_hash(stage, text_of(*kind) + " of " + text_of(*from), input.find("hash"));
      }
    }
  }
  view["command"] = settings.command_line;
  view["run_facts"] = std::move(run_facts);
  view["has_hashes"] = !hashes.empty();
  view["hash_rows"] = std::move(hashes);
}

}  // namespace

Value report_view(const Results& results, const std::vector<ModelPredictions>& models, const std::vector<ModelAttention>& attentions,
                  const RunSettings& settings) {
  const Verdict verdict = judge(results.evaluations);
  const TargetPredictions* first = models.empty() ? nullptr : &models.front().predictions.targets.front();
  Value::List notes(verdict.notes.begin(), verdict.notes.end());
  Value view(Value::Map{{"title", settings.name},
                        {"headline", verdict.headline},
                        {"tone", tone_of(verdict.standing)},
                        {"has_notes", !notes.empty()},
                        {"notes", std::move(notes)},
                        {"workflow", settings.workflow_text},
                        {"has_forecasts", first != nullptr},
                        {"has_examples", first && !first->examples.empty()},
                        {"has_steps", first && first->by_step.size() > 1}});
  Value::List coverage = coverage_sentences(results.evaluations);
  view["has_coverage"] = !coverage.empty();
  view["coverage"] = std::move(coverage);
  view["has_next"] = false;
  add_bands(models, view);
  add_metrics(results.evaluations, target_names(results), view);
  const Uncertainty uncertainty = uncertainty_of(results.evaluations);
  view["has_uncertainty"] = !uncertainty.empty();
  view["has_calibration"] = !uncertainty.calibrations.empty();
  view["has_intervals"] = !uncertainty.intervals.empty();
  view["interval_level"] = format_number(uncertainty.level);
  view["intervals_made_here"] = uncertainty.made_here;
  add_trainings(results.trainings, view);
  add_attention(attentions, view);
  Value::List searches;
  for (const Search& search : results.searches) searches.push_back(search_view(search, searches.size()));
  view["has_searches"] = !searches.empty();
  view["searches"] = std::move(searches);
  add_data_view(results, view);
  add_reproduction(results, settings, view);
  return view;
}

}  // namespace pipeline::stage::visualize
