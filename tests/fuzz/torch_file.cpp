#include "checkpoint_file/torch_file.h"

#include "fuzz/reading.h"

/// A whole checkpoint, also one that is a resume point: a zip with a pickle and the numbers of tensors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pipeline::fuzz::InputFile input("weights.ckpt");
  const auto& file = input.write(pipeline::fuzz::text_of(data, size));
  pipeline::fuzz::read_or_refuse([&] { static_cast<void>(pipeline::read_torch_file(file)); });
  return 0;
}
