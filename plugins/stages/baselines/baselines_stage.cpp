#include "baselines_stage.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "group_forecaster.h"
#include "on_threads.h"
#include "pipeline/data/format.h"
#include "pipeline/data/season.h"
#include "pipeline/errors.h"

namespace pipeline::stage::baselines {

namespace {

/// The targets of series that a model could not forecast.
struct Failures {
  std::int64_t count = 0;
  Group first{};  ///< the first of them in the order of the origins
  std::size_t target = 0;
  std::string reason;

  void add(const Group& group, std::size_t of_target, std::string why) {
    if (count++ > 0 && group.first >= first.first) return;
    first = group;
    target = of_target;
    reason = std::move(why);
  }
};

/// The place of a forecast, for messages: "series T12" or "target OT".
std::string place_of(const Series& series, const ForecastOrigin& origin, std::size_t target) {
  const std::vector<std::string>& targets = series.info().targets;
  std::string out = series.info().panel ? "series " + series.id(origin.series) : "target " + targets[target];
  if (series.info().panel && targets.size() > 1) out += ", target " + targets[target];
  return out;
}

}  // namespace

void BaselinesStage::forecast(const std::string& model, const Windows& windows, std::span<const Group> groups, ForecastsWriter& writer,
                              StageContext& context) const {
  const Series& series = *windows.series();
  const auto start = std::chrono::steady_clock::now();
  const Value* given = options_.model_options.find(model);
  const ComponentSpec spec{.type = model, .options = given ? *given : Value(Value::Map{})};
  ForecastRequest request{.windows = windows,
                          .origins = writer.origins(),
                          .seasons = season_lengths(context.settings.season_length, series.info()),
                          .levels = options_.quantiles};
  const std::size_t targets = series.info().targets.size(), count = groups.size() * targets;

  std::optional<bool> quantiles;
  GroupForecaster probe(context.registry, spec, request);
  for (std::size_t i = 0; i < count && !quantiles; ++i) quantiles = probe.has_quantiles(groups[i / targets], i % targets);
  if (!quantiles.value_or(false)) request.levels = {};
  const std::span<double> out = writer.add(model, {request.levels.begin(), request.levels.end()});

  Failures failures;
  std::mutex guard;
  on_threads(context.settings.threads, count, [&] {
    return [&, forecaster = GroupForecaster(context.registry, spec, request)](std::size_t i) mutable {
      if (context.cancelled()) throw Error(ExitStatus::interrupted, "interrupted while forecasting with " + model);
      std::optional<std::string> failure = forecaster.forecast(groups[i / targets], i % targets, out);
      if (!failure) return;
      const std::lock_guard lock(guard);
      failures.add(groups[i / targets], i % targets, std::move(*failure));
    };
  });
  writer.set_replaced(failures.count);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  context.log.info(model + ": " + format_count(std::ssize(writer.origins())) + " origins of " + format_count(series.series_count()) +
                   " series in " + format_short(seconds) + " s");
  if (failures.count == 0) return;
  context.log.warning(model + " cannot forecast " + format_count(failures.count) + " of " + format_count(static_cast<std::int64_t>(count)) +
                      " histories, where the last value stands instead; the first is " +
                      place_of(series, writer.origins()[failures.first.first], failures.target) + ": " + failures.reason);
}

void BaselinesStage::run(StageContext& context) {
  const std::filesystem::path folder = context.input("windows").folder;
  const auto windows = Windows::open(folder);
  const Series* series = windows->series();
  if (!series) throw usage_error("baselines forecasts the rows of a series, and these windows were made elsewhere: leave feature_path out");
  ForecastsWriter writer(context.folder, *windows, folder);
  const std::vector<Group> groups = groups_of(writer.origins(), *series, options_.refit);
  for (const std::string& model : options_.models) forecast(model, *windows, groups, writer, context);
  writer.finish();
  context.summary["origins"] = std::ssize(writer.origins());
  context.summary["models"] = std::ssize(options_.models);
}

}  // namespace pipeline::stage::baselines
