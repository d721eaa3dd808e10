#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "forecast_models.h"
#include "pipeline/options.h"
#include "pipeline/stage.h"
#include "split_result.h"
#include "trained_model.h"

namespace pipeline::stage::evaluate {

struct EvaluateOptions {
  std::string checkpoint = "best";
  std::vector<std::string> splits{"test"};
  std::string predictions = "all";
  bool attention = true;
  std::int64_t batch_size = 256;

  static constexpr auto options() {
    return option_list<EvaluateOptions>(
        option("checkpoint", &EvaluateOptions::checkpoint, "The checkpoint to measure; best without a ModelCheckpoint is last.")
            .choices({"best", "last"})
            .role(OptionRole::input_path),
        option("splits", &EvaluateOptions::splits, "Which windows to measure on.").choices({"train", "val", "test"}).items(1),
        option("predictions", &EvaluateOptions::predictions, "Which steps go into predictions.csv.").choices({"all", "last_step", "none"}),
        option("attention", &EvaluateOptions::attention, "Write attention.csv where a model says what of the window it attended to."),
        option("batch_size", &EvaluateOptions::batch_size, "Windows forecast at once.").at_least(1).no_effect_on_result());
  }
};

/// Measures every trained model of the workflow and writes metrics.json and predictions.csv.
///
/// The loss is the one that each model was trained with. Models of artifacts of kind "forecasts" are measured as trained ones are, on
/// validation and test, without a loss; they are named after stage and model ("baselines/Theta"). Where nothing was trained, the one with
/// the smallest mase on validation leads.
///
/// The top level of metrics.json describes the leading model (best validation score; see `leading`): "stage", "model", "checkpoint",
/// "split", and for each split "<split>_loss" ... "<split>_windows" and "<split>_naive_loss|mse|mae|rmse". One split is the main one: test
/// if it is among `splits`, else the first. "naive_loss|mse|mae|rmse", "by_target", "by_step" (a list; steps count from 1) and "original"
/// are of the main split. With several splits, the entries of the last three also hold every split's numbers under its name
/// ("original.OT.val.mae"). "models.<stage>" holds the same for each model if several were trained. Undefined values are null. "metrics"
/// describes the metrics, see described().
///
/// predictions.csv is the leading model's on the main split; predictions.<stage>.csv another model's, predictions.<split>.csv another
/// split's, predictions.<stage>.<split>.csv both (always both if a stage is named train, val or test). Windows made elsewhere have neither
/// units nor naive forecast: their values are scaled, `origin` is the window's number and `time` that number plus the step.
///
/// by_series.csv, named in the same way, holds the errors of each series of a panel.
///
/// attention.csv, named in the same way, holds the weights over the window, from models that return them. "files" lists the files by split.
class EvaluateStage final : public Stage {
 public:
  using Options = EvaluateOptions;
  explicit EvaluateStage(EvaluateOptions options) : options_(std::move(options)) {}
  void run(StageContext& context) override;

 private:
  [[nodiscard]] std::vector<Split> splits() const;
  /// The file names of one model, by split.
  struct WrittenFiles {
    std::map<std::string, std::string> predictions, attention, by_series;
  };
  [[nodiscard]] SplitRequest request(Split split, const Series* series, const Metrics& metrics, StageContext& context) const;
  [[nodiscard]] ModelResult measure(TrainedModel model, bool leads, const Metrics& metrics, StageContext& context,
                                    WrittenFiles& files) const;
  [[nodiscard]] ModelResult measure(const ForecastModel& model, bool leads, const Metrics& metrics, StageContext& context,
                                    WrittenFiles& files) const;

  EvaluateOptions options_;
};

}  // namespace pipeline::stage::evaluate
