#include "lightgbm_stage.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "lag_features.h"
#include "library.h"
#include "pipeline/data/format.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/worker.h"
#include "tree_run.h"

namespace pipeline::stage::lightgbm {

namespace {

constexpr const char* model_name = "LightGBM";

/// Throws the Error that ended the worker, if one did.
void check_end(const WorkerResult& result, const StageContext& context) {
  if (context.cancelled()) throw Error(ExitStatus::interrupted, "interrupted while forecasting with LightGBM");
  if (result.end.failure.empty()) return;
  if (!result.errors.empty()) throw Error(result.status, join(result.errors, "; "));
  throw Error(ExitStatus::unexpected,
              "the process that runs LightGBM ended " + result.end.failure +
                  (result.end.by_signal ? ": if the system killed it for its memory, take less lags, a smaller max_bin, or strategy = "
                                          "\"recursive\"; else another library may help"
                                        : ""));
}

/// Tells which columns some target's trees cannot read.
void say_left_out(const Series& series, const LightgbmOptions& options, Log& log) {
  const TreeData data = TreeData::before(Split::test, series);
  std::vector<std::string> names;
  for (std::size_t target = 0; target < series.info().targets.size(); ++target) {
    const LagFeatures features(data, target, {}, options.strategy == Strategy::direct);
    names.insert(names.end(), features.left_out().begin(), features.left_out().end());
  }
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  if (names.empty()) return;
  log.warning("LightGBM does not read " + join(names, ", ") +
              ", whose values over the horizon are not known; strategy = \"direct\" reads them at the origin");
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
    check_end(wait_for(*worker, context), context);
  } else {
    make_forecasts(context, context.folder);
  }
  context.summary["origins"] = count_origins(*windows);
}

void LightgbmStage::work(StageContext& context, const Value& task) { make_forecasts(context, task.at("folder").as_string()); }

void LightgbmStage::make_forecasts(StageContext& context, const std::filesystem::path& folder) const {
  const std::filesystem::path sliced = context.input("windows").folder;
  const auto windows = Windows::open(sliced);
  ForecastsWriter writer(folder, *windows, sliced);
  const Library library(options_.library);
  say_left_out(*windows->series(), options_, context.log);
  const std::span<double> out = writer.add(model_name, options_.quantiles);
  std::int64_t replaced = 0;
  for (const Split split : {Split::val, Split::calibration, Split::test}) {
    if (windows->count(split) > 0) replaced += forecast_split(library, *windows, split, writer, out, context);
  }
  writer.set_replaced(replaced);
  if (context.cancelled()) throw Error(ExitStatus::interrupted, "interrupted while forecasting with LightGBM");
  writer.finish();
}

std::int64_t LightgbmStage::forecast_split(const Library& library, const Windows& windows, Split split, const ForecastsWriter& writer,
                                           std::span<double> out, StageContext& context) const {
  const std::string name = split_names[static_cast<std::size_t>(split)];
  const auto start = std::chrono::steady_clock::now();
  const TreeData data = TreeData::before(split, *windows.series());
  const TreeRunOutcome made = run_trees(library,
                                        {.data = data,
                                         .options = options_,
                                         .windows = windows.info(),
                                         .settings = context.settings,
                                         .split = split,
                                         .check_cancelled =
                                             [&context] {
                                               if (context.cancelled())
                                                 throw Error(ExitStatus::interrupted, "interrupted while forecasting with LightGBM");
                                             }},
                                        writer.origins(), out);
  const auto [rows, replaced, unlearned] = made;
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  context.log.info("LightGBM: " + name + ", trees of " + format_count(rows) + " rows, in " + format_short(seconds) + " s");
  if (replaced > 0)
    context.log.warning("LightGBM: the last value stands for the forecasts from " + format_count(replaced) +
                        (replaced == 1 ? " origin of the " : " origins of the ") + name +
                        " split, where rows for the change from a season before are too few; a smaller season_length or "
                        "seasonal_difference = false needs less");
  if (unlearned > 0)
    context.log.warning("LightGBM: the rows before the " + name + " split reach too few steps ahead to learn the last " +
                        format_count(unlearned) + ": the last value stands there");
  return replaced;
}

}  // namespace pipeline::stage::lightgbm
