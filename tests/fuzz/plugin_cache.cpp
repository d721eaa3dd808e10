#include "fuzz/reading.h"
#include "pipeline/value.h"
#include "plugin/library_record.h"

using namespace pipeline;

/// The description of a plugin library: the registry's cache holds it, and the process that scans a library answers with it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::read_or_refuse([&] {
    const PluginLibrary library = library_of(from_json(fuzz::text_of(data, size), "plugins.json"));
    static_cast<void>(to_record(library));
  });
  return 0;
}
