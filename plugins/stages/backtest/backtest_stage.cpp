#include "backtest_stage.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>

#include "cutoff_metrics.h"
#include "fold_pool.h"
#include "forecast_file.h"
#include "pipeline/data/backtest_file.h"
#include "pipeline/data/format.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/data/season.h"
#include "pipeline/data/text.h"
#include "pipeline/data/windows.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"
#include "summary.h"

namespace pipeline::stage::backtest {

namespace {

/// What the measuring stage says again is told by the backtest.
class NoLog final : public Log {
 public:
  void debug(std::string_view) override {}
  void info(std::string_view) override {}
  void warning(std::string_view) override {}
  [[nodiscard]] bool is_terminal() const override { return false; }
  [[nodiscard]] int terminal_width() const override { return 80; }
  void status_line(std::string_view) override {}
};

/// The cutoffs that lie in the test of one series, and what it takes for them.
struct TestRoom {
  std::int64_t rows = 0, cutoffs = 0, needed = 0;
};

/// That of the series with the fewest of them.
TestRoom least_room(const CutoffGrid& grid, const BacktestOptions& options, const Series& series) {
  TestRoom least{.cutoffs = std::numeric_limits<std::int64_t>::max()};
  for (std::int64_t s = 0; s < series.series_count(); ++s) {
    const std::int64_t rows = series.rows_of(s, Split::test).count, group = grid.group_of(s);
    const std::int64_t first = grid.horizon(group) + options.gap, room = rows - first;
    const std::int64_t cutoffs = room < 0 ? 0 : room / grid.step(group) + 1;
    if (cutoffs < least.cutoffs) least = {.rows = rows, .cutoffs = cutoffs, .needed = first + (grid.count() - 1) * grid.step(group)};
  }
  return least;
}

/// Error (usage) if a trained model has seen rows that it would forecast.
void require_unseen(const CutoffGrid& grid, const BacktestOptions& options, const Series& series) {
  const std::int64_t before = grid.before_test(options.gap);
  if (before == 0) return;
  const TestRoom room = least_room(grid, options, series);
  const std::string cure = room.cutoffs == 0 ? "" : "n_windows = " + std::to_string(room.cutoffs) + ", a smaller step_size, or ";
  throw usage_error("refit = false forecasts with models that were trained on the rows before the test split, and " + format_count(before) +
                    " of " + format_count(grid.count()) + " cutoffs lie before it: the test has " + format_count(room.rows) +
                    " rows, and these cutoffs need " + format_count(room.needed) + "; write " + cure + "refit = true");
}

/// Removes the folds of other options.
void remove_other_folds(const std::vector<Fold>& folds, const std::filesystem::path& folder) {
  std::error_code none;
  for (std::filesystem::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none)) {
    const auto is_this = [&](const Fold& fold) { return fold.run.folder.filename() == entry->path().filename(); };
    if (std::ranges::none_of(folds, is_this)) std::filesystem::remove_all(entry->path());
  }
}

std::shared_ptr<const Windows> open_windows(const StageContext& context) {
  auto windows = Windows::open(context.input("windows").folder);
  if (!windows->series())
    throw usage_error("a backtest moves through the rows of a series, and these windows were made elsewhere: leave feature_path out");
  return windows;
}

}  // namespace

BacktestStage::BacktestStage(BacktestOptions options) : options_(std::move(options)) {
  if (!refits() && !options_.expanding)
    throw usage_error("expanding = false chooses the rows of each fit, and refit = false fits nothing: leave expanding out");
}

void BacktestStage::check_selection(const StageContext& context) const {
  std::vector<std::string> measured;
  for (const ModelMetrics& model : read_metrics(context.input("metrics").folder).models) {
    std::string stage = model.stage.substr(0, model.stage.find('/'));
    if (std::ranges::find(measured, stage) == measured.end()) measured.push_back(std::move(stage));
  }
  for (const std::string& name : options_.select) {
    if (std::ranges::find(measured, name) == measured.end())
      throw usage_error("select names \"" + name + "\", of which stage \"" + context.input("metrics").stage + "\" measures no model" +
                        suggest(name, measured));
  }
}

std::string BacktestStage::refit_words() const {
  if (!refits()) return "the trained models, fitted once";
  const std::int64_t every = cutoffs_per_fit(options_);
  return every == 1 ? "everything fitted anew at each cutoff" : "everything fitted anew at every " + format_count(every) + " cutoffs";
}

void BacktestStage::fit_folds(const std::vector<Fold>& folds, ForecastTable& table, StageContext& context) const {
  context.log.info(format_count(std::ssize(folds)) + (std::ssize(folds) == 1 ? " fold" : " folds") + " in " +
                   folds.front().run.folder.parent_path().string());
  run_folds(folds, static_cast<int>(options_.workers), runner_, context);
  for (const Fold& fold : folds) table.read(fold.run.folder / context.input("metrics").stage, options_.select);
  remove_other_folds(folds, folds.front().run.folder.parent_path());
}

void BacktestStage::forecast_once(const CutoffGrid& grid, ForecastTable& table, StageContext& context) const {
  const auto start = std::chrono::steady_clock::now();
  const std::filesystem::path folder = context.lasting / "pass";
  std::vector<std::int64_t> steps;
  for (std::int64_t g = 0; g < grid.groups(); ++g) steps.push_back(grid.step(g));
  NoLog log;
  try {
    context.run_again(context.input("metrics").stage,
                      {{"splits", Value::List{"test"}},
                       {"origins", "all"},
                       {"origin_step", grid.option(steps)},
                       {"most_origins", grid.count()},
                       {"predictions", "all"},
                       {"attention", false},
                       {"log_metrics", false}},
                      folder, log);
  } catch (const Error& error) {
    if (error.status() != ExitStatus::data) throw;
    throw data_error(
        closed_sentence(error.what()) +
        " In a backtest the cutoffs are the origins: where a gap lies before them, fill it (missing), or write a smaller window");
  }
  table.read(folder, options_.select);
  std::filesystem::remove_all(folder);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  context.log.info("one pass over " + format_count(grid.count()) + (grid.count() == 1 ? " cutoff" : " cutoffs") + " in " +
                   format_short(seconds.count()) + " s");
}

void BacktestStage::run(StageContext& context) {
  const auto windows = open_windows(context);
  const Series& series = *windows->series();
  check_selection(context);
  const CutoffGrid grid(series, *windows, options_);
  ForecastTable table(series, grid, windows->info().horizon);
  const std::int64_t before = grid.before_test(0);
  if (refits()) {
    const FoldStages stages{.series = context.input("series").stage, .measures = context.input("metrics").stage};
    std::vector<Fold> folds = plan_folds(options_, grid, *windows, stages, context.lasting / "folds");
    for (Fold& fold : folds) fold.run.resume = context.resume;
    if (before > 0)
      context.log.warning(format_count(before) + " of " + format_count(grid.count()) +
                          " cutoffs lie before the test split: options were perhaps chosen by the rows that they forecast; a smaller "
                          "n_windows or step_size keeps to the test");
    fit_folds(folds, table, context);
  } else {
    require_unseen(grid, options_, series);
    forecast_once(grid, table, context);
  }
  table.add_last_season(season_lengths(context.settings.season_length, series.info()));
  table.require_all();
  BacktestRecord record{
      .horizon = windows->info().horizon, .refit = refit_words(), .cutoffs_before_test = before, .series = series.series_count()};
  for (std::int64_t c = 0; c < grid.count(); ++c) record.cutoffs.push_back(grid.time_of(c));
  CutoffMetrics(table, grid, series, context).fill(record);
  write_forecasts(context.folder / "backtest.csv", table, grid, series);
  write_backtest(context.folder, record);
  for (const std::string& line : summary_lines(record)) context.log.info(line);
  context.summary = summary_value(record);
}

void BacktestStage::work(StageContext&, const Value& task) { run_fold_of(task, runner_); }

}  // namespace pipeline::stage::backtest
