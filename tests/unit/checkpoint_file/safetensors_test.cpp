#include "checkpoint_file/safetensors.h"

#include <doctest/doctest.h>

#include "pipeline/errors.h"
#include "support/temp_folder.h"
#include "unit/checkpoint_file/made_files.h"

using namespace pipeline;

namespace {

Safetensors example() {
  return {.entries = {{"epoch", 3}, {"pipeline", Value::Map{{"model", "M"}}}},
          .weights = {{"w", *stored_tensor(ElementType::float32, {3, 2}, std::vector<float>{0, 3, 1, 4, 2, 5})},
                      {"b", *stored_tensor(ElementType::int16, {2}, std::vector<std::int16_t>{7, -7})},
                      {"none", *stored_tensor(ElementType::int64, {0, 4}, std::vector<std::int64_t>{})}}};
}

/// The error on reading a file with this header and data.
std::string failure(const TempFolder& folder, const std::string& header, const std::string& data = "") {
  const auto file = folder.path() / "a.safetensors";
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i));
  put_bytes(file, length + header + data);
  try {
    static_cast<void>(read_safetensors(file));
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::training);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("weights and plain entries come back from safetensors") {
  const TempFolder folder;
  write_safetensors(folder.path() / "a.safetensors", example());
  const Safetensors wanted = example(), back = read_safetensors(folder.path() / "a.safetensors");
  CHECK(back.entries == wanted.entries);
  REQUIRE(back.weights.size() == wanted.weights.size());
  for (std::size_t i = 0; i < back.weights.size(); ++i) {
    CHECK(back.weights[i].first == wanted.weights[i].first);
    CHECK(text_of(back.weights[i].second) == text_of(wanted.weights[i].second));
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
                                       {"[0,4611686018427387904,4]", "[0,0]"},
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
  write_safetensors(folder.path() / "a.safetensors", example());
  const std::string whole = bytes_of(folder.path() / "a.safetensors");
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    put_bytes(folder.path() / "cut.safetensors", whole.substr(0, length));
    CHECK_THROWS_AS(static_cast<void>(read_safetensors(folder.path() / "cut.safetensors")), Error);
  }
}
