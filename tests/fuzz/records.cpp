#include "fuzz/reading.h"
#include "pipeline/data/metrics_file.h"
#include "pipeline/data/series.h"
#include "pipeline/data/training_record.h"
#include "pipeline/data/windows.h"
#include "pipeline/search/study_file.h"
#include "run/history.h"
#include "run/manifest.h"

using namespace pipeline;

namespace {

void write(const std::filesystem::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc).write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace

/// The JSON files of a run's folder. The first byte says which one the rest is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const fuzz::InputFile input("record.json");
  const std::filesystem::path& folder = input.folder();
  const std::string_view text = fuzz::text_of(data + 1, size - 1);
  fuzz::read_or_refuse([&] {
    switch (data[0] % 7) {
      case 0: {
        write(folder / "manifest.json", text);
        const auto manifest = Manifest::read(folder);
        if (!manifest) return;
        static_cast<void>(manifest->fields());
        static_cast<void>(manifest->result_hash());
        static_cast<void>(manifest->wrong_size(folder));
        static_cast<void>(manifest->summary());
        return;
      }
      case 1:
        write(folder / "history.jsonl", text);
        static_cast<void>(read_history(folder));
        return;
      case 2:
        write(folder / training_file_name, text);
        static_cast<void>(read_training(Artifact{.kind = "checkpoint", .stage = "train", .folder = folder}));
        return;
      case 3:
        static_cast<void>(metrics_of(from_json(text, "metrics.json")));
        return;
      case 4:
        write(folder / study_file_name, text);
        static_cast<void>(read_best_trial(folder));
        return;
      case 5:
        static_cast<void>(SeriesInfo::from_value(from_json(text, "columns.json")));
        return;
      default:
        static_cast<void>(WindowsInfo::from_value(from_json(text, "windows.json")));
    }
  });
  return 0;
}
