#include "lightgbm_stage.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "library.h"
#include "pipeline/data/format.h"
#include "pipeline/data/season.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "tree_forecaster.h"

namespace pipeline::stage::lightgbm {

namespace {

constexpr const char* model_name = "LightGBM";

/// Waits for the worker and passes its messages on. Throws the Error that ended it.
void wait_for(StageWorker& worker, StageContext& context) {
  std::vector<std::string> said;
  ExitStatus status = ExitStatus::unexpected;
  while (const std::optional<Value> message = worker.next()) {
    if (const Value* text = message->find("info")) context.log.info(text->as_string());
    if (const Value* text = message->find("warning")) context.log.warning(text->as_string());
    if (const Value* text = message->find("error")) said.push_back(text->as_string());
    if (const Value* number = message->find("status")) status = static_cast<ExitStatus>(number->as_int());
  }
  const WorkerEnd end = worker.end();
  if (context.cancelled()) throw Error(ExitStatus::interrupted, "interrupted while forecasting with LightGBM");
  if (end.failure.empty()) return;
  throw Error(status, said.empty() ? "the process that runs LightGBM ended " + end.failure : join(said, "; "));
}

}  // namespace

LightgbmStage::LightgbmStage(LightgbmOptions options) : options_(std::move(options)) {
  if (std::ranges::adjacent_find(options_.quantiles, std::greater_equal()) != options_.quantiles.end())
    throw usage_error("quantiles must ascend, as [0.1, 0.5, 0.9] do");
}

void LightgbmStage::run(StageContext& context) {
  const auto windows = Windows::open(context.input("windows").folder);
  if (!windows->series())
    throw usage_error("lightgbm forecasts the rows of a series, and these windows were made elsewhere: leave feature_path out");
  if (context.start_worker) {
    const std::unique_ptr<StageWorker> worker =
        context.start_worker(Value::Map{{"folder", context.folder.string()}}, context.settings.threads);
    wait_for(*worker, context);
  } else {
    make_forecasts(context, context.folder);
  }
  context.summary["origins"] = count_origins(*windows);
}

void LightgbmStage::work(StageContext& context, const Value& task) { make_forecasts(context, task.at("folder").as_string()); }

void LightgbmStage::make_forecasts(StageContext& context, const std::filesystem::path& folder) const {
  const std::filesystem::path sliced = context.input("windows").folder;
  const auto windows = Windows::open(sliced);
  // The folder written here is later renamed to its place beside the other stages' folders; the link must hold there.
  const std::filesystem::path link = ".." / std::filesystem::relative(sliced, folder.parent_path());
  ForecastsWriter writer(folder, link.generic_string(), windows->series()->info().targets, windows->info().horizon,
                         count_origins(*windows));
  fill_origins(*windows, writer.origins());
  forecast_with_trees(*windows, writer, context);
  writer.finish();
}

void LightgbmStage::forecast_with_trees(const Windows& windows, ForecastsWriter& writer, StageContext& context) const {
  const Library library(options_.library);
  const Series& series = *windows.series();
  const std::vector<std::int64_t> seasons = season_lengths(context.settings.season_length, series.info()),
                                  horizons = horizons_of_groups(windows.info().horizons, series.info());
  const bool grouped = series.info().panel && !series.info().panel->groups.empty();
  const std::span<double> out = writer.add(model_name, options_.quantiles);
  for (const Split split : {Split::val, Split::test}) {
    if (windows.count(split) == 0) continue;
    const auto start = std::chrono::steady_clock::now();
    std::int64_t rows = 0, replaced = 0;
    for (std::size_t group = 0; group < seasons.size(); ++group) {
      for (std::size_t target = 0; target < series.info().targets.size(); ++target) {
        const TreeForecaster trees(library, {.series = series,
                                             .options = options_,
                                             .target = target,
                                             .group = grouped ? std::optional(static_cast<std::int64_t>(group)) : std::nullopt,
                                             .season = seasons[group],
                                             .horizon = horizons.empty() ? windows.info().horizon : horizons[group],
                                             .split = split,
                                             .threads = context.settings.threads,
                                             .seed = context.settings.seed,
                                             .check_cancelled = [&context] {
                                               if (context.cancelled())
                                                 throw Error(ExitStatus::interrupted, "interrupted while forecasting with LightGBM");
                                             }});
        replaced += trees.forecast(writer.origins(), windows.info().horizon, out);
        rows += trees.training_rows();
        if (split == Split::test && target == 0 && group == 0 && !trees.features().left_out().empty())
          context.log.warning("LightGBM does not read " + join(trees.features().left_out(), ", ") +
                              ", whose values over the horizon are not known; strategy = \"direct\" reads them at the origin");
      }
    }
    if (replaced > 0)
      context.log.warning("LightGBM: " + format_count(replaced) + (replaced == 1 ? " history of the " : " histories of the ") +
                          split_names[static_cast<std::size_t>(split)] +
                          " split are shorter than a season: the last value stands for last season's");
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    context.log.info(std::string("LightGBM: ") + split_names[static_cast<std::size_t>(split)] + ", trees of " + format_count(rows) +
                     " rows, in " + format_short(seconds) + " s");
  }
}

}  // namespace pipeline::stage::lightgbm
