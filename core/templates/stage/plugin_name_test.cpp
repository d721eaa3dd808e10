#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "pipeline/testing/stage_fixture.h"
#include "plugin_name.h"

TEST_CASE("it leaves a series that other stages can open") {
  pipeline::testing::StageFixture fixture;
  fixture.settings.split = pipeline::Value::List{0.6, 0.2, 0.2};
  fixture.run(plugin_name_plugin::PluginName({.rows = 200, .period = 24}));
  const auto series = pipeline::Series::open(fixture.folder());
  CHECK(series->rows() == 200);
  CHECK(series->info().split_end == std::array<std::int64_t, 3>{120, 160, 200});
  CHECK(series->targets()[0] == 0.0);
  CHECK(fixture.log.infos().size() == 1);
}
