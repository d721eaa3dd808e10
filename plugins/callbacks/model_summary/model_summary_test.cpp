#include "model_summary/model_summary.h"

#include <doctest/doctest.h>

#include "support/fake_trainer.h"

using namespace pipeline;
using namespace pipeline::callbacks::model_summary;

TEST_CASE("layers, parameters outside of them, and totals") {
  test::FakeTrainer trainer;
  trainer.small_model.out->eval();
  trainer.small_model.out->bias.set_requires_grad(false);
  ModelSummary({}).on_fit_start(trainer);
  REQUIRE(trainer.recording.infos().size() == 1);
  CHECK(trainer.recording.infos()[0] ==
        "SmallModel\n"
        "  | Name         | Type   | Params | Mode \n"
        "------------------------------------------------\n"
        "0 | hidden       | Linear | 16     | train\n"
        "1 | out          | Linear | 5      | eval \n"
        "  | other params | n/a    | 2      | n/a  \n"
        "------------------------------------------------\n"
        "22        Trainable params\n"
        "1         Non-trainable params\n"
        "23        Total params\n"
        "0.000     Total estimated model params size (MB)\n"
        "1         Modules in train mode\n"
        "1         Modules in eval mode");
}

TEST_CASE("max_depth = 0 shows nothing") {
  test::FakeTrainer trainer;
  ModelSummary({.max_depth = 0}).on_fit_start(trainer);
  CHECK(trainer.recording.infos().empty());
}

TEST_CASE("counts are shortened as Lightning shortens them") {
  CHECK(human_count(0) == "0  ");
  CHECK(human_count(123) == "123  ");
  CHECK(human_count(1234) == "1.2 K");
  CHECK(human_count(2'000'000) == "2.0 M");
  CHECK(human_count(597'000) == "597 K");
  CHECK(human_count(3'000'000'000) == "3.0 B");
  CHECK(human_count(5'000'000'000'000'000) == "5,000 T");
}

TEST_CASE("types are shown under their Python names") {
  CHECK(layer_type("torch::nn::LSTMImpl") == "LSTM");
  CHECK(layer_type("pipeline::models::lstm::LSTMModel") == "LSTMModel");
  CHECK(layer_type("Impl") == "Impl");
}
