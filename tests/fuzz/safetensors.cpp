#include "checkpoint_file/safetensors.h"

#include "fuzz/reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pipeline::fuzz::InputFile input("weights.safetensors");
  const auto& file = input.write(pipeline::fuzz::text_of(data, size));
  pipeline::fuzz::read_or_refuse([&] { static_cast<void>(pipeline::read_safetensors(file)); });
  return 0;
}
