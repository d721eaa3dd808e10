#include "data/npy.h"

#include "fuzz/reading.h"

using namespace pipeline;

/// A NumPy file: its header, and its numbers where it is of a type and an order that are read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::InputFile input("array.npy");
  fuzz::read_or_refuse([&] {
    const NpyFile file(input.write(fuzz::text_of(data, size)));
    if (file.header().descr != "<f8") return;
    double sum = 0;
    for (const double number : file.as<double>("<f8", file.header().shape)) sum += number;
    static_cast<void>(sum);
  });
  return 0;
}
