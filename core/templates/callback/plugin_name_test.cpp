#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include "pipeline/testing/fake_trainer.h"
#include "plugin_name.h"

using pipeline::Action;
using pipeline::testing::FakeTrainer;

TEST_CASE("it stops once the metric is below the threshold, and not in the sanity check") {
  plugin_name_plugin::PluginName callback({.monitor = "val_loss", .threshold = 0.2});
  FakeTrainer trainer;
  trainer.metrics["val_loss"] = 0.3;
  CHECK(callback.on_validation_end(trainer).kind == Action::Kind::proceed);
  trainer.metrics["val_loss"] = 0.1;
  trainer.sanity = true;
  CHECK(callback.on_validation_end(trainer).kind == Action::Kind::proceed);
  trainer.sanity = false;
  CHECK(callback.on_validation_end(trainer).kind == Action::Kind::stop_training);
}

TEST_CASE("its state goes on in another training") {
  plugin_name_plugin::PluginName before({}), after({});
  FakeTrainer trainer;
  trainer.metrics["val_loss"] = 0.3;
  before.on_validation_end(trainer);
  after.load_state_dict(before.state_dict());
  CHECK(after.best() == 0.3);
}
