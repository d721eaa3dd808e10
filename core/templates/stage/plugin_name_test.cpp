#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "pipeline/testing/recording_log.h"
#include "pipeline/testing/temp_folder.h"
#include "plugin_name.h"

TEST_CASE("it leaves a series that other stages can open") {
  const pipeline::testing::TempFolder folder;
  pipeline::testing::RecordingLog log;
  pipeline::RunSettings settings;
  settings.split = pipeline::Value::List{0.6, 0.2, 0.2};
  const pipeline::TrainingTables tables;
  const pipeline::Registry registry;
  const std::atomic<int> cancel{0};
  pipeline::StageContext context{.stage = "plugin_name",
                                 .folder = folder.path(),
                                 .settings = settings,
                                 .tables = tables,
                                 .registry = registry,
                                 .log = log,
                                 .cancel = cancel,
                                 .inputs = {},
                                 .summary = pipeline::Value(pipeline::Value::Map{}),
                                 .kept_elsewhere = {}};
  plugin_name_plugin::PluginName({.rows = 200, .period = 24}).run(context);
  const auto series = pipeline::Series::open(folder.path());
  CHECK(series->rows() == 200);
  CHECK(series->info().split_end == std::array<std::int64_t, 3>{120, 160, 200});
  CHECK(series->targets()[0] == 0.0);
  CHECK(log.infos().size() == 1);
}
