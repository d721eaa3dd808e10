#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/host/tier.h"
#include "pipeline/stage.h"
#include "pipeline/value.h"

namespace pipeline {

/// A stage and those that it depends on, run once more with another division of the rows.
struct AnewRequest {
  std::string stage;                              ///< the last one that runs
  Value split;                                    ///< RunSettings::split of all of them
  std::filesystem::path folder;                   ///< takes a folder for each stage that runs, of its name
  std::function<void(TrainingTables&)> change{};  ///< changes the tables of the last one; empty: they stay
};
/// What such a run left.
struct AnewResult {
  std::filesystem::path folder;  ///< of the last stage
  Value summary{};               ///< StageContext::summary and kept_elsewhere of the last stage
  std::vector<std::filesystem::path> kept_elsewhere{};
};
/// Runs a stage and those that it depends on once more, as the workflow has them, without outputs beside their artifacts. A search is not
/// repeated: its best values are taken. With StageContext::resume the last one goes on from `lasting`, which it shares with the stage that
/// asks. Throws what they throw; Error (usage) where the workflow has changed since that stage ran.
using AnewRunner = std::function<AnewResult(const AnewRequest& request)>;

/// A stage that runs others anew is of this class too. The program gives it the runner before it calls run().
class PIPELINE_EXPORT RunsAnew {
 public:
  virtual ~RunsAnew();
  virtual void take(AnewRunner runner) = 0;
};

/// A forecast of what comes after the data.
struct NextForecast {
  std::string csv;                      ///< as `pipeline predict` writes it
  std::vector<std::string> messages{};  ///< what it told: the model that forecasts, then its warnings
};
/// Forecasts what comes after the data with the model that the workflow's evaluation chose, as `pipeline predict --workflow` does, of the
/// series with these ids; of all if there are none. Throws Error with the reason where this cannot be forecast.
using NextForecaster = std::function<NextForecast(const std::vector<std::string>& series)>;

/// A stage that shows the next forecast is of this class too. `pipeline run` gives it the forecaster before it calls run().
class PIPELINE_EXPORT ShowsNext {
 public:
  virtual ~ShowsNext();
  virtual void take(NextForecaster forecaster) = 0;
};

}  // namespace pipeline
