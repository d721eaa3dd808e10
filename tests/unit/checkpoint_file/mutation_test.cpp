// Seeded mutations of checkpoints' files: for any bytes, reading gives content or an Error (training), within limits of time and memory.
// Built with sanitizers, it also shows that nothing is read or written out of bounds.
#include "support/mutation.h"

#include <doctest/doctest.h>

#include <fstream>

#include "checkpoint_file/pickle_reader.h"
#include "checkpoint_file/pickle_writer.h"
#include "checkpoint_file/safetensors.h"
#include "checkpoint_file/torch_file.h"
#include "pipeline/errors.h"
#include "support/temp_folder.h"
#include "unit/checkpoint_file/made_files.h"

using namespace pipeline;

namespace {

constexpr int pickle_mutations = 20'000, file_mutations = 3'000;

StoredValue example() {
  const StoredValue whole{std::int64_t{1}}, number{0.9}, text{std::string("abc")}, none, flag{true};
  const StoredValue step{stored_tensor(ElementType::float32, {}, std::vector{12.0F})};
  const StoredValue w{stored_tensor(ElementType::float32, {2, 3}, std::vector<float>{0, 1, 2, 3, 4, 5})};
  const StoredValue b{stored_tensor(ElementType::float64, {2}, std::vector{1.5, -2.5})};
  StoredValue::Map out{{"epoch", whole}, {"text", text}};
  out.emplace_back("list", StoredValue{StoredValue::List{whole, number, none, flag, StoredValue{StoredValue::Tuple{{number, number}}}}});
  out.emplace_back("state", StoredValue{StoredValue::IntMap{{0, StoredValue{StoredValue::Map{{"step", step}}}}}});
  out.emplace_back("state_dict", StoredValue{StoredValue::Map{{"w", w}, {"b", b}}});
  return {std::move(out)};
}

}  // namespace

TEST_CASE("20,000 mutations of a pickle") {
  const std::string whole = write_pickle(example()).bytes;
  const LoadStorage load = [](const std::string&, ElementType type, std::int64_t count) {
    if (count > 64) throw training_error("the file is too small for such a storage");
    return zeros(type, count);
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

TEST_CASE("3,000 mutations of a file of torch.save and of a safetensors file") {
  const TempFolder folder;
  const auto torch_file = folder.path() / "a.ckpt", safetensors = folder.path() / "a.safetensors";
  const auto tensor = *stored_tensor(ElementType::float32, {2, 3}, std::vector<float>{0, 1, 2, 3, 4, 5});
  write_safetensors(safetensors, {.entries = {{"epoch", 3}}, .weights = {{"w", tensor}, {"b", tensor}}});
  const auto refused = [](const std::filesystem::path& file, const std::string& whole, unsigned seed, const auto& read) {
    Mutator mutator(seed);
    int out = 0;
    for (int i = 0; i < file_mutations; ++i) {
      put_bytes(file, mutator.mutate(whole));
      out += survives([&] { static_cast<void>(read(file)); }) ? 0 : 1;
    }
    return out;
  };
  CHECK(refused(torch_file, torch_file_bytes(example()), 2, read_torch_file) > file_mutations / 2);
  CHECK(refused(safetensors, bytes_of(safetensors), 3, read_safetensors) > file_mutations / 2);
}

TEST_CASE("a pickle with a few bytes an object does not fill the memory") {
  const LoadStorage none = [](const std::string&, ElementType, std::int64_t) -> StorageRef { throw training_error("none"); };
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
  // One text of 1 MiB, named 1,000 times: 1 GB of a file of 1 MB.
  std::string text = "X" + std::string("\0\0\x10\0", 4) + std::string(std::size_t{1} << 20U, 'a') + std::string("q\0", 2) + "](";
  for (int i = 0; i < 1000; ++i) text += std::string("h\0", 2);
  CHECK(failure(text + "e.").find("too long for its size") != std::string::npos);
}
