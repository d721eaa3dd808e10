#include <doctest/doctest.h>

#include "workflows/workflow_fixture.h"

namespace {

std::string shipped(const char* name) { return std::string(SOURCE_DIR) + "/pipelines/" + name; }

double number(const pipeline::Value& metrics, const char* name) { return metrics.at(name).as_double(); }

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "every workflow that ships has no mistakes") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(SOURCE_DIR) + "/pipelines")) {
    if (entry.path().extension() != ".toml") continue;
    const Finished checked = pipeline({"validate", entry.path().string()});
    CHECK_MESSAGE(checked.status == 0, checked.err);
    ++count;
  }
  CHECK(count >= 5);
}

TEST_CASE_FIXTURE(WorkflowFixture, "repeating the last value on ETTh1, 336 to 96, has the known error") {
  const Finished run =
      pipeline({"run", shipped("etth1.toml"), "--until", "evaluate", "--set", "model={type=\"NaiveModel\"}", "--set", "callbacks=[]",
                "--set", "stages.slice_windows.window_norm=none", "--set", "stages.evaluate.predictions=none"});
  REQUIRE_MESSAGE(run.status == 0, run.err);
  const auto metrics = json("runs/etth1/evaluate/metrics.json");
  CHECK(metrics.at("test_windows") == pipeline::Value(2785));
  CHECK(number(metrics, "test_mse") == doctest::Approx(1.2944).epsilon(1e-4));
  CHECK(number(metrics, "test_mae") == doctest::Approx(0.7132).epsilon(1e-4));
  CHECK(number(metrics, "naive_mse") == doctest::Approx(number(metrics, "test_mse")).epsilon(1e-6));
  const Finished audited = pipeline({"audit", shipped("etth1.toml"), "--set", "model={type=\"NaiveModel\"}", "--set", "callbacks=[]",
                                     "--set", "stages.slice_windows.window_norm=none"});
  CHECK_MESSAGE(audited.status == 0, audited.out, audited.err);
}

TEST_CASE_FIXTURE(WorkflowFixture,
                  "a linear layer on ETTh1 comes within 2 % of the least-squares optimum of its training windows, never below it") {
  const Finished run = pipeline({"run",     shipped("etth1.toml"),
                                 "--until", "evaluate",
                                 "--set",   "stages.slice_windows.window_norm=none",
                                 "--set",   "callbacks=[]",
                                 "--set",   "optimizer.lr=0.0005",
                                 "--set",   "loader.batch_size=512",
                                 "--set",   "trainer.max_epochs=100",
                                 "--set",   "trainer.check_val_every_n_epoch=100",
                                 "--set",   "stages.evaluate.splits=[\"train\"]",
                                 "--set",   "stages.evaluate.predictions=none",
                                 "--set",   "stages.evaluate.checkpoint=last"});
  REQUIRE_MESSAGE(run.status == 0, run.err);
  const double optimum = 0.3297, mse = number(json("runs/etth1/evaluate/metrics.json"), "train_mse");
  CHECK(mse > optimum - 5e-5);  // the optimum is known to four digits
  CHECK(mse < optimum * 1.02);
}
