#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <vector>

#include "pipeline/data/files.h"
#include "pipeline/testing/recording_log.h"
#include "pipeline/testing/temp_folder.h"
#include "plugin_name.h"

namespace {

using pipeline::testing::RecordingLog;
using pipeline::testing::TempFolder;

const std::vector<std::pair<std::string, double>> scalars{{"train_loss", 0.5}, {"epoch", 1.0}};

}  // namespace

TEST_CASE("every scalar becomes a line") {
  const TempFolder folder;
  RecordingLog log;
  plugin_name_plugin::PluginName logger({}, {.version_dir = folder.path(), .log = log});
  logger.log_hyper_parameters(pipeline::Value(pipeline::Value::Map{{"lr", 0.25}}));
  logger.log_scalars(scalars, 9);
  logger.finish(true);
  CHECK(pipeline::read_text(folder.path() / "plugin_name.txt") == "# {\"lr\":0.25}\n9 train_loss 0.500000\n9 epoch 1.000000\n# finished\n");
  CHECK(log.warnings().empty());
}

TEST_CASE("a file that cannot be written is said once and ends nothing") {
  const TempFolder folder;
  RecordingLog log;
  plugin_name_plugin::PluginName logger({}, {.version_dir = folder.path() / "missing", .log = log});
  logger.log_scalars(scalars, 0);
  logger.finish(true);
  CHECK(log.warnings().size() == 1);
}
