#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <utility>

#include "pipeline/stage.h"
#include "pipeline/testing/recording_log.h"
#include "pipeline/testing/temp_folder.h"

namespace pipeline::testing {

/// All that a stage needs to run in a test. The test changes members as it needs before it runs the stage.
///
///     StageFixture fixture;
///     fixture.settings.split = Value::List{0.6, 0.2, 0.2};
///     fixture.inputs.push_back({.kind = "series", .stage = "preprocess", .folder = ...});
///     fixture.run(MyStage({.option = 1}));
///     CHECK(exists(fixture.folder() / "result.json"));
struct StageFixture {
  explicit StageFixture(std::string stage_name = "stage_under_test") : name(std::move(stage_name)) {
    settings.log_dir = root.path() / "logs";
    settings.workflow_file = root.path() / "workflow.toml";
    std::filesystem::create_directory(folder());
  }

  /// The folder that the stage fills.
  [[nodiscard]] std::filesystem::path folder() const { return root.path() / "stage"; }
  /// The stage's context; the fixture must outlive it.
  [[nodiscard]] StageContext context() {
    return {.stage = name,
            .folder = folder(),
            .lasting = root.path() / "lasting",
            .settings = settings,
            .tables = tables,
            .registry = registry,
            .log = log,
            .cancel = cancel,
            .inputs = inputs,
            .kept_elsewhere = {}};
  }
  /// Runs the stage and returns its summary.
  template <class AnyStage>
  Value run(AnyStage&& stage) {
    StageContext made = context();
    stage.run(made);
    return made.summary;
  }

  std::string name;
  TempFolder root;
  RecordingLog log;
  RunSettings settings;
  TrainingTables tables;
  Registry registry;
  std::atomic<int> cancel{0};
  std::vector<Artifact> inputs;
};

}  // namespace pipeline::testing
