#include <doctest/doctest.h>

#include "workflows/workflow_fixture.h"

TEST_CASE_FIXTURE(WorkflowFixture, "checkpoint show says what a file holds") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const Finished shown = pipeline({"checkpoint", "show", best_checkpoint()});
  REQUIRE_MESSAGE(shown.status == 0, shown.err);
  CHECK(contains(shown.out, "lstm.weight_ih_l0  [32,2]  Float"));
  CHECK(contains(shown.out, "features          load, heat"));
  CHECK(contains(shown.out, "hidden_size = 8"));
  const Finished as_json = pipeline({"checkpoint", "show", best_checkpoint(), "--json"});
  write("shown.json", as_json.out);
  CHECK(json("shown.json").at("pipeline").at("window") == pipeline::Value(24));
  CHECK(json("shown.json").at("values") == pipeline::Value(4 * 8 * (2 + 8 + 2) + 8 * 3 + 3));
}

TEST_CASE_FIXTURE(WorkflowFixture, "a checkpoint forecasts the same after a way through safetensors") {
  workflow(small_training);
  REQUIRE(run().status == 0);
  const std::string best = best_checkpoint();
  REQUIRE(pipeline({"checkpoint", "convert", best, "a.safetensors"}).status == 0);
  REQUIRE(pipeline({"checkpoint", "convert", "a.safetensors", "b.ckpt"}).status == 0);
  const std::string whole = pipeline({"predict", "--checkpoint", best, "--input", "small.csv"}).out;
  CHECK(contains(whole, "load_pred"));
  CHECK(pipeline({"predict", "--checkpoint", "a.safetensors", "--input", "small.csv"}).out == whole);
  CHECK(pipeline({"predict", "--checkpoint", "b.ckpt", "--input", "small.csv"}).out == whole);
}

TEST_CASE_FIXTURE(WorkflowFixture, "checkpoint says what it cannot do") {
  CHECK(pipeline({"checkpoint", "show"}).status == 2);
  CHECK(pipeline({"checkpoint", "mend", "a.ckpt"}).status == 2);
  CHECK(contains(pipeline({"checkpoint", "show", "no.ckpt"}).err, "no.ckpt: no such file"));
  workflow(small_training);
  REQUIRE(run().status == 0);
  const Finished extension = pipeline({"checkpoint", "convert", best_checkpoint(), "a.onnx"});
  CHECK(extension.status == 2);
  CHECK(contains(extension.err, ".safetensors, .pt"));
  write("bad.safetensors", "nothing");
  const Finished damaged = pipeline({"checkpoint", "show", "bad.safetensors"});
  CHECK(damaged.status == 5);
  CHECK(contains(damaged.err, "damaged or cut short"));
}
