#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "candidates.h"
#include "pipeline/data/origins.h"
#include "pipeline/options.h"
#include "pipeline/stage.h"
#include "split_result.h"

namespace pipeline::stage::evaluate {

struct EvaluateOptions {
  std::string checkpoint = "best";
  std::vector<std::string> splits{"test"};
  Origins origins = Origins::all;
  Value origin_step{};
  std::int64_t most_origins = 0;
  std::vector<double> quantiles{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};
  Value intervals;
  std::string rank_by = "auto";
  std::string predictions = "all";
  bool attention = true;
  bool log_metrics = true;
  std::int64_t batch_size = 256;

  static constexpr auto options() {
    return option_list<EvaluateOptions>(
        option("checkpoint", &EvaluateOptions::checkpoint, "The checkpoint to measure; best without a ModelCheckpoint is last.")
            .choices({"best", "last"})
            .role(OptionRole::input_path),
        option("splits", &EvaluateOptions::splits, "Which windows to measure on.").choices({"train", "val", "test"}).items(1),
        option("origins", &EvaluateOptions::origins,
               "The origins that every model is measured and ranked on: all; every_horizon, so that targets do not overlap, counted back "
               "from the last one of each series; or the last one of each series. Intervals are made from all."),
        option("origin_step", &EvaluateOptions::origin_step,
               "Rows from one measured origin to the next, counted back from the last possible one, in place of what origins says; of "
               "series of several frequencies also a table by the words of frequency_column. Unset: as origins says.")
            .whole_number()
            .or_by_name()
            .at_least(1)
            .unit("rows"),
        option("most_origins", &EvaluateOptions::most_origins, "At most so many measured origins of each series, the last ones; 0: all.")
            .at_least(0),
        option("quantiles", &EvaluateOptions::quantiles,
               "Levels of the quantiles that wql, sql, scrps and crps are of, ascending; a model that lacks one has none of these.")
            .above(0)
            .below(1)
            .items(1),
        option("intervals", &EvaluateOptions::intervals,
               "Prediction intervals from the errors on validation: { method = \"conformal\", levels = [80, 95], by = \"step\" (or target, "
               "series), symmetric = true, quantile = \"finite\" (or higher, linear) }."),
        option(
            "rank_by", &EvaluateOptions::rank_by,
            "The metric of validation that chooses the leading model; auto: val_wql where all models have the quantiles, else val_mase."),
        option("predictions", &EvaluateOptions::predictions, "Which steps go into predictions.csv.").choices({"all", "last_step", "none"}),
        option("attention", &EvaluateOptions::attention, "Write attention.csv where a model says what of the window it attended to."),
        option("log_metrics", &EvaluateOptions::log_metrics, "Also log the metrics in the version folder of each training.")
            .no_effect_on_result(),
        option("batch_size", &EvaluateOptions::batch_size, "Windows forecast at once.").at_least(1).no_effect_on_result());
  }
};

/// Measures every model of the workflow, trained ones and those of artifacts of kind "forecasts", in one way, and writes metrics.json and
/// predictions.csv.
///
/// The loss is the one that each model was trained with. Models of an artifact are measured on validation and test, without a loss; they
/// are named after stage and model ("baselines/Theta").
///
/// The top level of metrics.json describes the leading model, which rank() chooses on validation: "stage", "model", "checkpoint",
/// "split", and for each split "<split>_loss" ... "<split>_windows" and "<split>_naive_loss|mse|mae|rmse". One split is the main one: test
/// if it is among `splits`, else the first. "naive_loss|mse|mae|rmse", "by_target", "by_step" (a list; steps count from 1) and "original"
/// are of the main split. With several splits, the entries of the last three also hold every split's numbers under its name
/// ("original.OT.val.mae"). "models.<stage>" holds the same for each model if there are several. Undefined values are null. "metrics"
/// describes the metrics, see described().
///
/// predictions.csv is the leading model's on the main split; predictions.<stage>.csv another model's, predictions.<split>.csv another
/// split's, predictions.<stage>.<split>.csv both (always both if a stage is named train, val or test). Windows made elsewhere have neither
/// units nor naive forecast: their values are scaled, `origin` is the window's number and `time` that number plus the step.
///
/// by_series.csv, named in the same way, holds the errors of each series of a panel.
///
/// attention.csv, named in the same way, holds the weights over the window, from models that return them. "files" lists the files by split.
///
/// With `intervals`, conformal.json holds the intervals of every model (pipeline/data/intervals.h).
class EvaluateStage final : public Stage {
 public:
  using Options = EvaluateOptions;
  explicit EvaluateStage(EvaluateOptions options) : options_(std::move(options)) {}
  void run(StageContext& context) override;

 private:
  [[nodiscard]] std::vector<Split> splits() const;
  /// The origins that are told; validation ranks on those that `origins` names.
  [[nodiscard]] OriginChoice measured_origins() const {
    return {.origins = options_.origins, .step = options_.origin_step, .most = options_.most_origins};
  }
  /// The file names of one model, by split.
  struct WrittenFiles {
    std::map<std::string, std::string> predictions, attention, by_series;
  };
  /// The metrics of all models: every component, and those of further interval levels.
  [[nodiscard]] Metrics metrics(const StageContext& context) const;
  [[nodiscard]] SplitRequest request(Split split, const Candidate& candidate, const Metrics& metrics, const StageContext& context) const;
  /// Forecasts the validation windows, for ranking, intervals and the comparison of runs.
  void validate(Candidate& candidate, const Metrics& metrics, const StageContext& context) const;
  /// Measures the splits and writes their files.
  void measure(Candidate& candidate, bool leads, const Metrics& metrics, const StageContext& context, WrittenFiles& files) const;

  EvaluateOptions options_;
};

}  // namespace pipeline::stage::evaluate
