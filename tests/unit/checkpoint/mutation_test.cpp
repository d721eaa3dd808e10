// Seeded mutations of checkpoints: for any bytes, reading gives content or an Error (training), within limits of time and memory. Built
// with sanitizers, it also shows that nothing is read or written out of bounds.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <random>

#include "checkpoint/pickle_reader.h"
#include "checkpoint/pickle_writer.h"
#include "pipeline/errors.h"
#include "pipeline/train/checkpoint.h"
#include "support/temp_folder.h"

using namespace pipeline;

namespace {

constexpr int pickle_mutations = 20'000, file_mutations = 3'000;

State example() {
  return State::Map{{"epoch", 3},
                    {"text", "abc"},
                    {"list", State::List{1, 2.5, State(), true, State::Tuple{{0.9, 0.999}}}},
                    {"state", State::IntMap{{0, State::Map{{"step", torch::tensor(12.0F)}}}}},
                    {"state_dict", State::Map{{"w", torch::arange(6, torch::kFloat).reshape({2, 3})},
                                              {"b", torch::tensor({1.5, -2.5}, torch::kDouble)}}}};
}

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string mutate(std::string bytes) {
    for (std::size_t i = 1 + below(6); i > 0; --i) mutate_once(bytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  char any_byte() { return static_cast<char>(below(256)); }

  void mutate_once(std::string& bytes) {
    if (bytes.empty()) {
      bytes += any_byte();
      return;
    }
    const std::size_t at = below(bytes.size()), length = 1 + below(std::min<std::size_t>(16, bytes.size() - at));
    switch (below(7)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        bytes[at] = any_byte();
        break;
      case 2:  // an operation where one may be expected
        bytes.insert(at, 1, operations[below(operations.size())]);
        break;
      case 3:
        bytes.erase(at, length);
        break;
      case 4:
        bytes.insert(below(bytes.size()), bytes.substr(at, length));
        break;
      case 5:  // a length or an offset at its largest
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(length, 8), '\xff');
        break;
      default:
        bytes.resize(at);
    }
  }

  static constexpr std::string_view operations =
      "NJKMGXU(}])t\x85\x86\x87"
      "aesuqrhjcQRb.\x80\x88\x89\x8a\x8c";
  std::mt19937 random_;
};

/// Runs `read`; returns whether it gave content. Anything but an Error (training) fails the test.
template <class Read>
bool survives(Read&& read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::training);
    CHECK(std::string_view(error.what()).size() > 10);
    return false;
  }
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("20,000 mutations of a pickle") {
  const std::string whole = write_pickle(example()).bytes;
  const LoadStorage load = [](const std::string&, torch::ScalarType type, std::int64_t count) {
    if (count > 64) throw training_error("the file is too small for such a storage");
    return torch::zeros({count}, type);
  };
  Mutator mutator(1);
  int read = 0, refused = 0;
  for (int i = 0; i < pickle_mutations; ++i) {
    const std::string bytes = mutator.mutate(whole);
    const bool content = survives([&] {
      static_cast<void>(read_pickle({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}, load));
    });
    ++(content ? read : refused);
  }
  CHECK(read > 100);
  CHECK(refused > pickle_mutations / 2);
}

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

TEST_CASE("a pickle with a few bytes an object does not fill the memory") {
  const LoadStorage none = [](const std::string&, torch::ScalarType, std::int64_t) -> torch::Tensor { throw training_error("none"); };
  const auto failure = [&](const std::string& bytes) {
    try {
      static_cast<void>(read_pickle({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}, none));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(failure(std::string(std::size_t{20} << 20U, 'N')).find("more than 4000000 entries") != std::string::npos);
  CHECK(failure(std::string(std::size_t{20} << 20U, '(')).find("more than 4000000 entries") != std::string::npos);
  // One text of 1 MiB, named 1,000 times.
  std::string text = "X" + std::string("\0\0\x10\0", 4) + std::string(std::size_t{1} << 20U, 'a') + std::string("q\0", 2) + "](";
  for (int i = 0; i < 1000; ++i) text += std::string("h\0", 2);
  CHECK(failure(text + "e.").find("texts are longer than 256 MiB") != std::string::npos);
}
