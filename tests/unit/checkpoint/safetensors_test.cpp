#include <doctest/doctest.h>

#include "pipeline/train/checkpoint.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

State example() {
  return State::Map{{"epoch", 3},
                    {"pipeline", State(Value(Value::Map{{"model", "M"}}))},
                    {"state_dict", State::Map{{"w", torch::arange(6, torch::kFloat).reshape({2, 3}).t()},
                                              {"b", torch::tensor({1.5, -2.5}, torch::kBFloat16)},
                                              {"none", torch::empty({0, 4}, torch::kLong)}}}};
}

}  // namespace

TEST_CASE("weights and plain entries come back from safetensors") {
  const TempFolder folder;
  write_checkpoint(folder.path() / "a.safetensors", example());
  const State back = read_checkpoint(folder.path() / "a.safetensors");
  CHECK(back.at("epoch").as_int() == 3);
  CHECK(back.at("pipeline").at("model").as_string() == "M");
  const State content = example();
  for (const auto& [name, weight] : content.at("state_dict").as_map()) {
    const torch::Tensor& read = back.at("state_dict").at(name).as_tensor();
    CHECK((read.scalar_type() == weight.as_tensor().scalar_type()));
    CHECK(torch::equal(read, weight.as_tensor()));
  }
}
