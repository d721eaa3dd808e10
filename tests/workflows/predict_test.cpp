#include <doctest/doctest.h>

#include <algorithm>

#include "workflows/workflow_fixture.h"

namespace {

std::string best_checkpoint(const WorkflowFixture& fixture) { return fixture.json("runs/small/train/train.json").at("best").as_string(); }

}  // namespace

TEST_CASE_FIXTURE(WorkflowFixture, "predict forecasts what comes after the data, with its times") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const Finished predicted = pipeline({"predict", "--checkpoint", best_checkpoint(*this), "--input", "small.csv"});
  REQUIRE_MESSAGE(predicted.status == 0, predicted.err);
  CHECK(predicted.out.starts_with("origin,time,step,load_pred\n2024-01-17 15:00:00,2024-01-17 16:00:00,1,"));
  CHECK(std::ranges::count(predicted.out, '\n') == 4);
  REQUIRE(pipeline({"predict", "--checkpoint", best_checkpoint(*this), "--input", "small.csv", "--output", "f.csv"}).status == 0);
  CHECK(read("f.csv") == predicted.out);
}

TEST_CASE_FIXTURE(WorkflowFixture, "predict says what is wrong with its inputs") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const std::string checkpoint = best_checkpoint(*this);
  CHECK(pipeline({"predict"}).status == 2);
  CHECK(contains(pipeline({"predict", "--checkpoint", "no.ckpt", "--input", "small.csv"}).err, "--checkpoint no.ckpt: no such file"));
  write("bad.ckpt", "nothing");
  const Finished damaged = pipeline({"predict", "--checkpoint", "bad.ckpt", "--input", "small.csv"});
  CHECK(damaged.status == 5);
  CHECK(contains(damaged.err, "bad.ckpt"));
  write("short.csv", read("small.csv").substr(0, read("small.csv").find("2024-01-01 05")));
  const Finished few = pipeline({"predict", "--checkpoint", checkpoint, "--input", "short.csv"});
  CHECK(few.status == 4);
  CHECK(contains(few.err, "24"));
  write("other.csv", "time,loda,heat\n2024-01-01 00:00:00,1,2\n");
  const Finished column = pipeline({"predict", "--checkpoint", checkpoint, "--input", "other.csv"});
  CHECK(column.status == 4);
  CHECK(contains(column.err, "loda"));
}
