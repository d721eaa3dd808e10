// As tests/unit/checkpoint_file/mutation_test.cpp, on the way that ends with tensors.
#include "support/mutation.h"

#include <doctest/doctest.h>

#include <fstream>

#include "pipeline/train/checkpoint.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

constexpr int file_mutations = 3'000;

State example() {
  return State::Map{{"epoch", 3},
                    {"text", "abc"},
                    {"list", State::List{1, 2.5, State(), true, State::Tuple{{0.9, 0.999}}}},
                    {"state", State::IntMap{{0, State::Map{{"step", torch::tensor(12.0F)}}}}},
                    {"state_dict", State::Map{{"w", torch::arange(6, torch::kFloat).reshape({2, 3})},
                                              {"b", torch::tensor({1.5, -2.5}, torch::kDouble)}}}};
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("3,000 mutations of a checkpoint and of a safetensors file") {
  const TempFolder folder;
  unsigned seed = 2;
  for (const char* name : {"a.ckpt", "a.safetensors"}) {
    const auto file = folder.path() / name;
    write_checkpoint(file, example());
    const std::string whole = bytes_of(file);
    Mutator mutator(seed++);
    int refused = 0;
    for (int i = 0; i < file_mutations; ++i) {
      std::ofstream(file, std::ios::binary | std::ios::trunc) << mutator.mutate(whole);
      refused += survives([&] { static_cast<void>(read_checkpoint(file)); }) ? 0 : 1;
    }
    CHECK(refused > file_mutations / 2);
  }
}
