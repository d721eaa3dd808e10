#include "checkpoint_file/pickle_reader.h"

#include <memory>

#include "fuzz/reading.h"

using namespace pipeline;

namespace {

/// A storage of zeros, as large as a file of one mebibyte could hold.
StorageRef zeros(const std::string&, ElementType type, std::int64_t count) {
  constexpr std::int64_t most = 1 << 20;
  if (count > most / static_cast<std::int64_t>(names_of(type).size)) throw training_error("larger than its file");
  const auto bytes = static_cast<std::size_t>(count) * names_of(type).size;
  const auto owner = std::make_shared<unsigned char[]>(bytes);
  return std::make_shared<const Storage>(Storage{.type = type, .count = count, .bytes = {owner.get(), bytes}, .owner = owner});
}

}  // namespace

/// The pickle of a checkpoint, without the zip around it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::read_or_refuse([&] { static_cast<void>(read_pickle({data, size}, zeros)); });
  return 0;
}
