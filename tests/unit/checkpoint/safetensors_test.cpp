#include "checkpoint/safetensors.h"

#include <doctest/doctest.h>

#include <fstream>

#include "pipeline/errors.h"
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

/// The error on reading a file with this header and data.
std::string failure(const TempFolder& folder, const std::string& header, const std::string& data = "") {
  const auto file = folder.path() / "a.safetensors";
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i));
  std::ofstream(file, std::ios::binary) << length << header << data;
  try {
    static_cast<void>(read_checkpoint(file));
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::training);
    return error.what();
  }
  return "";
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

TEST_CASE("an inconsistent safetensors header is refused") {
  const TempFolder folder;
  const auto one = [](const std::string& shape, const std::string& offsets) {
    return R"({"w":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  CHECK(failure(folder, one("[2]", "[0,8]"), "12345678") == "");
  for (const auto& [shape, offsets] : {std::pair{"[3]", "[0,8]"},
                                       {"[2]", "[0,9]"},
                                       {"[2]", "[8,0]"},
                                       {"[-2]", "[0,8]"},
                                       {"[2]", "[0]"},
                                       {"[4611686018427387904,4]", "[0,0]"},
                                       {"[2]", "[4,12]"},
                                       {"2", "[0,8]"},
                                       {"[2.0]", "[0,8]"}})
    CHECK(failure(folder, one(shape, offsets), "12345678").find("damaged or cut short") != std::string::npos);
  CHECK(failure(folder, one("[2]", "[0,8]"), "1234567890").find("the file has 10") != std::string::npos);
  CHECK(failure(folder, R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                "1234")
            .find("overlap") != std::string::npos);
  CHECK(failure(folder, R"({"w":{"dtype":"F8","shape":[1],"data_offsets":[0,1]}})", "1").find("is of a type") != std::string::npos);
  CHECK(failure(folder, "[]").find("no table") != std::string::npos);
  CHECK(failure(folder, std::string(100'000, '[')).find("damaged") != std::string::npos);
}

TEST_CASE("a safetensors file cut short anywhere is refused") {
  const TempFolder folder;
  write_checkpoint(folder.path() / "a.safetensors", example());
  std::ifstream in(folder.path() / "a.safetensors", std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    std::ofstream(folder.path() / "cut.safetensors", std::ios::binary) << whole.substr(0, length);
    CHECK_THROWS_AS(static_cast<void>(read_checkpoint(folder.path() / "cut.safetensors")), Error);
  }
}
