#include "evaluate_stage.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include <c10/core/InferenceMode.h>

#include "by_series_file.h"
#include "fingerprint.h"
#include "interval_ends.h"
#include "level_metrics.h"
#include "measured.h"
#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "pipeline/data/intervals.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/data/new_file.h"
#include "pipeline/data/season.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/logger.h"
#include "pipeline/train/series_scale.h"
#include "pipeline/train/torch_settings.h"
#include "predictions_file.h"
#include "ranking.h"
#include "summary.h"

namespace pipeline::stage::evaluate {

namespace {

std::optional<IntervalOptions> intervals_in(const Value& option) {
  return option.is_null() ? std::nullopt : std::optional(bind_options<IntervalOptions>(option));
}

/// "predictions.csv" for the leading model's main split; other names contain the stage, the split or both. A stage that is named as a split
/// always has both. Readers find the name in metrics.json.
std::string file_name(std::string name, const ModelResult& result, Split split, Split main, bool leads) {
  std::string stage = result.training.stage;
  std::ranges::replace(stage, '/', '.');  // "baselines/Theta"
  const bool ambiguous = !leads && std::ranges::find(split_names, stage) != split_names.end();
  if (!leads) name += "." + stage;
  if (split != main || ambiguous) name += std::string(".") + split_names[static_cast<std::size_t>(split)];
  return name + ".csv";
}

/// Tells of how many series the scaled metrics leave out.
void say_scales(const Candidate& candidate, const SplitRequest& request, Log& log) {
  const std::int64_t without = count_without_scale(request.scales);
  if (without == 0) return;
  const bool divides = candidate.intervals && !candidate.intervals->task().scales.empty();
  log.warning(format_count(without) + " of " + format_count(std::ssize(request.scales)) +
              (candidate.result.targets.size() > 1 ? " targets of series did not" : " series did not") +
              " change from season to season before the " + split_names[static_cast<std::size_t>(request.split)] +
              " split, or have too few rows: mase and rmsse leave them out" + (divides ? ", and they have no intervals" : ""));
}

void say_result(const Candidate& candidate, const SplitRequest& request, Log& log) {
  const SplitResult& result = candidate.result.splits.back();
  if (const std::int64_t count = result.without_scale; count > 0)
    log.warning(candidate.result.training.stage + ": " + format_count(count) + (count == 1 ? " forecast is" : " forecasts are") +
                " 0 or less, which the transform of the target cannot take: the errors on the scaled series leave " +
                (count == 1 ? "it" : "them") + " out");
  const std::vector<double>& levels = candidate.forecasts->quantile_levels();
  if (levels.empty() || !candidate.forecasts->windows().series() || places_of(request.quantiles, levels)) return;
  std::vector<std::string> own;
  for (const double level : levels) own.push_back(format_number(level));
  log.warning(candidate.result.training.stage + " gives the quantiles " + join(own) +
              ", not all that `quantiles` of this stage asks for: it has no wql, sql, scrps and crps");
}

/// Tells which models have intervals around their points, as their quantiles cannot bound every level.
void say_around_points(const std::vector<Candidate>& candidates, Log& log) {
  std::map<std::string, std::vector<std::string>> models;  // by the levels that they lack
  for (const Candidate& candidate : candidates) {
    const std::vector<double>& quantiles = candidate.forecasts->quantile_levels();
    if (!candidate.intervals || quantiles.empty() || candidate.intervals->task().has_quantiles) continue;
    std::vector<std::string> missing;
    for (const double level : missing_ends(quantiles, candidate.intervals->options().levels)) missing.push_back(format_number(level));
    models[join_names(missing)].push_back(candidate.result.training.stage);
  }
  for (const auto& [missing, names] : models)
    log.info("the intervals of " + join_names(names) + " lie around the point forecast, without quantiles at " + missing +
             ": `quantiles` of the stage that forecasts gives them");
}

/// Adds the metrics to the version folder of the training they belong to, as Lightning's Trainer.test does.
void log_to_version(const ModelResult& result, const StageContext& context) {
  const TrainingRecord& training = result.training;
  if (training.version_dir.empty()) return;
  if (!std::filesystem::is_directory(training.version_dir)) {
    context.log.warning("the folder " + training.version_dir.string() + " of stage " + training.stage +
                        " is gone: its metrics are not logged");
    return;
  }
  remove_unfinished(training.version_dir);  // of an evaluation that was killed
  NamedNumbers metrics = flat_metrics(result);
  if (const double loss = result.main().model.loss(); std::isfinite(loss)) metrics.emplace_back("hp_metric", loss);
  const LoggerContext where{.version_dir = training.version_dir, .append = true, .log = context.log};
  for (const ComponentSpec& spec : context.tables.many("loggers")) {
    const auto logger = context.registry.make<Logger>(spec.type, spec.options, where);
    call(logger, "log_final_metrics", &Logger::log_final_metrics, metrics, training.steps);
    call(logger, "finish", &Logger::finish, true);
  }
  sync_tree(training.version_dir);
}

}  // namespace

std::vector<Split> EvaluateStage::splits() const {
  std::vector<Split> out;
  for (const std::string& name : options_.splits) {
    if (const Split split = parse_split(name); std::ranges::find(out, split) == out.end()) out.push_back(split);
  }
  if (out.empty()) throw usage_error("splits is empty: write [\"test\"], or any of train, val and test");
  if (const auto test = std::ranges::find(out, Split::test); test != out.end()) std::rotate(out.begin(), test, test + 1);
  return out;
}

Metrics EvaluateStage::metrics(const StageContext& context) const {
  const std::optional<IntervalOptions> intervals = intervals_in(options_.intervals);
  return metrics_of_levels(context.registry, intervals ? intervals->levels : std::vector<double>());
}

SplitRequest EvaluateStage::request(Split split, const Candidate& candidate, const Metrics& metrics, const StageContext& context) const {
  SplitRequest out{.split = split,
                   .batch_size = options_.batch_size,
                   .metrics = metrics,
                   .quantiles = options_.quantiles,
                   .intervals = candidate.intervals ? &*candidate.intervals : nullptr,
                   .origins = options_.origins,
                   .check_cancelled = [&context] {
                     if (context.cancelled())
                       throw Error(ExitStatus::interrupted, "interrupted while evaluating; run it again with --stage " + context.stage);
                   }};
  if (const Series* series = candidate.forecasts->windows().series()) {
    out.seasons = season_lengths(context.settings.season_length, series->info());
    out.scales = scales_before(split, *series, out.seasons);
  }
  std::set<double> levels(usual_levels.begin(), usual_levels.end());
  if (const auto intervals = intervals_in(options_.intervals)) levels.insert(intervals->levels.begin(), intervals->levels.end());
  out.interval_levels.assign(levels.begin(), levels.end());
  return out;
}

void EvaluateStage::validate(Candidate& candidate, const Metrics& metrics, const StageContext& context) const {
  const Windows& windows = candidate.forecasts->windows();
  const std::optional<IntervalOptions> wanted = intervals_in(options_.intervals);
  if (wanted && !windows.series())
    throw usage_error("intervals are in the units of the data, which windows made elsewhere do not have: leave intervals out");
  const Split calibrating = interval_split(windows);
  if (wanted && windows.count(calibrating) == 0)
    throw data_error(std::string("intervals are made from the errors on the windows of the ") +
                     split_names[static_cast<std::size_t>(calibrating)] + " split, which has none: give it rows in `split`");
  std::optional<IntervalScores> scores;
  const auto pass = [&](Split split, const OriginChoice& origins) {
    SplitRequest asked = request(split, candidate, metrics, context);
    asked.origins = origins;
    if (wanted && split == calibrating && origins.is_all()) {
      const std::vector<SeriesScale> told = scales_before(Split::test, *windows.series(), asked.seasons);
      scores.emplace(*wanted,
                     interval_task(*candidate.forecasts, *wanted, candidate.result.training.stage, candidate.result.was_trained(), told));
      asked.scores = &*scores;
    }
    return evaluate_split(*candidate.forecasts, asked, nullptr);
  };
  if (windows.count(Split::val) > 0) candidate.validation = pass(Split::val, {.origins = options_.origins});
  if (wanted && !scores) static_cast<void>(pass(calibrating, {}));
  if (scores) candidate.intervals = scores->finish();
}

void EvaluateStage::measure(Candidate& candidate, bool leads, const Metrics& metrics, const StageContext& context,
                            WrittenFiles& files) const {
  ModelResult& out = candidate.result;
  const Windows& windows = candidate.forecasts->windows();
  const bool is_panel = windows.series() && windows.series()->info().panel;
  const std::vector<Split> wanted = splits();
  for (const Split split : wanted) {
    if (!candidate.forecasts->covers(split)) continue;  // no model of one series forecasts the rows it was fitted to
    SplitRequest asked = request(split, candidate, metrics, context);
    asked.origins = measured_origins();
    if (is_panel && out.was_trained()) say_scales(candidate, asked, context.log);
    const auto name_of = [&](const char* kind) { return file_name(kind, out, split, wanted.front(), leads); };
    const std::string split_name = split_names[static_cast<std::size_t>(split)];
    std::optional<PredictionsFile> file;
    if (options_.predictions != "none") {
      const std::string name = files.predictions[split_name] = name_of("predictions");
      file.emplace(context.folder / name, windows, options_.predictions == "last_step", bands_of(*candidate.forecasts, asked.intervals));
    }
    std::optional<AttentionFile> attention;
    if (options_.attention) attention.emplace(context.folder / name_of("attention"), windows);
    out.splits.push_back(evaluate_split(*candidate.forecasts, asked, file ? &*file : nullptr, attention ? &*attention : nullptr));
    say_result(candidate, asked, context.log);
    if (file) file->finish();
    if (is_panel)
      write_by_series(context.folder / (files.by_series[split_name] = name_of("by_series")), windows, out.targets, out.splits.back());
    if (attention && attention->finish()) files.attention[split_name] = name_of("attention");
  }
}

void EvaluateStage::run(StageContext& context) {
  const c10::InferenceMode no_gradients;
  const TorchSettings settings({.threads = context.settings.threads, .matmul_precision = context.settings.matmul_precision});
  const std::optional<IntervalOptions> wanted = intervals_in(options_.intervals);
  const std::vector<double> quantiles = with_interval_ends(options_.quantiles, wanted ? wanted->levels : std::vector<double>());
  std::vector<Candidate> candidates = read_candidates(context, options_.checkpoint, quantiles);
  const bool has_stored = std::ranges::any_of(candidates, [](const Candidate& candidate) { return !candidate.result.was_trained(); });
  if (splits().front() == Split::train && has_stored) {
    std::erase_if(candidates, [](const Candidate& candidate) { return !candidate.result.was_trained(); });
    if (candidates.empty()) throw usage_error("splits = [\"train\"] measures trained models alone: forecasts are of val and test");
    context.log.warning("forecasts are of val and test: splits = [\"train\"] measures trained models alone");
  }
  const Metrics components = metrics(context);
  for (Candidate& candidate : candidates) validate(candidate, components, context);
  say_around_points(candidates, context.log);
  const Ranking ranking = rank(candidates, options_.rank_by);
  MetricsRecord record{.measures = described(components), .models = {}, .leader = ranking.leader, .ranked_by = ranking.by};
  std::vector<ModelResult> results;
  std::map<std::string, Intervals> intervals;
  const Windows& of_leader = candidates[ranking.leader].forecasts->windows();
  MeasuredBy by{.quantiles = options_.quantiles};
  if (const Series* series = of_leader.series()) by.seasons = season_lengths(context.settings.season_length, series->info());
  const std::string measured_windows = fingerprint(of_leader, {Split::val, splits().front()}, measured_origins(), by);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    WrittenFiles files;
    measure(candidates[i], i == ranking.leader, components, context, files);
    record.models.push_back(measured(candidates[i].result));
    record.models.back().predictions = std::move(files.predictions);
    record.models.back().attention = std::move(files.attention);
    record.models.back().by_series = std::move(files.by_series);
    if (candidates[i].intervals)
      record.models.back().intervals_from = split_names[static_cast<std::size_t>(candidates[i].intervals->task().split)];
    if (candidates[i].intervals) intervals.emplace(candidates[i].result.training.stage, std::move(*candidates[i].intervals));
    candidates[i].forecasts.reset();
    results.push_back(std::move(candidates[i].result));
  }
  write_metrics(context.folder, record);
  if (!intervals.empty()) write_intervals(context.folder, intervals);
  for (const std::string& line : error_table(results)) context.log.info(line);
  for (const std::string& line : interval_lines(results, intervals)) context.log.info(line);
  if (!ranking.by.empty()) context.log.info(ranking_line(results, ranking.leader, ranking.by));
  if (ranking.by.empty() && results.size() > 1)
    context.log.warning("nothing on validation ranks the models: " + results[ranking.leader].training.stage +
                        " leads as the first one; give val rows in `split`");
  for (const Comparison& comparison : compared(results, ranking.leader)) {
    if (comparison.is_warning) {
      context.log.warning(comparison.sentence);
    } else {
      context.log.info(comparison.sentence);
    }
  }
  for (const ModelResult& result : results) {
    if (options_.log_metrics) log_to_version(result, context);
  }
  context.summary = summary_value(results[ranking.leader]);
  context.summary["measured_on"] = Value::Map{{"fingerprint", measured_windows}};
  if (const auto& validation = candidates[ranking.leader].validation) add_validation(*validation, context.summary);
}

}  // namespace pipeline::stage::evaluate
