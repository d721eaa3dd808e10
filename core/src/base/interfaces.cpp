// Out-of-line members of the interfaces, so that their type information lives in one library.
#include "pipeline/data/feature.h"
#include "pipeline/data/local_forecaster.h"
#include "pipeline/host/anew.h"
#include "pipeline/host/checkpoint_tool.h"
#include "pipeline/host/component_test.h"
#include "pipeline/host/inner_run.h"
#include "pipeline/host/predictor.h"
#include "pipeline/log.h"
#include "pipeline/logger.h"
#include "pipeline/stage.h"
#include "pipeline/train/collective.h"

namespace pipeline {

Log::~Log() = default;
Stage::~Stage() = default;
StageWorker::~StageWorker() = default;
ComponentTest::~ComponentTest() = default;
Predictor::~Predictor() = default;
RunsAnew::~RunsAnew() = default;
ShowsNext::~ShowsNext() = default;
ForecastReceiver::~ForecastReceiver() = default;
CheckpointTool::~CheckpointTool() = default;
Logger::~Logger() = default;
Feature::~Feature() = default;
LocalForecaster::~LocalForecaster() = default;
Collective::~Collective() = default;
RunsWithin::~RunsWithin() = default;

void Stage::work(StageContext& context, const Value&) {
  throw Error(ExitStatus::unexpected, "stage \"" + context.stage + "\" starts workers but has no work() for them");
}

Value Logger::position() {
  flush();
  return {};
}
void Logger::log_image(const std::string&, std::span<const unsigned char>, int, int, std::int64_t) {}
void Logger::log_histogram(const std::string&, std::span<const float>, std::int64_t) {}

void Feature::fit(const FeatureRows&) {}
Value Feature::state() const { return {}; }
void Feature::load_state(const Value&) {}
Value LocalForecaster::parameters() const { return {}; }

std::vector<Artifact> StageContext::inputs_of(std::string_view kind) const {
  std::vector<Artifact> found;
  for (const Artifact& artifact : inputs) {
    if (artifact.kind == kind) found.push_back(artifact);
  }
  return found;
}

const Artifact& StageContext::input(std::string_view kind) const {
  for (const Artifact& artifact : inputs) {
    if (artifact.kind == kind) return artifact;
  }
  throw usage_error("stage \"" + stage + "\" needs a " + std::string(kind) + ", and no stage before it gives one");
}

}  // namespace pipeline
