#include <filesystem>

#include "pipeline/data/slicing.h"
#include "pipeline/plugin.h"
#include "pipeline/stage.h"

namespace pipeline::stage::slice_windows {

/// Series -> windows: ranges of rows, or windows made elsewhere.
class SliceWindows final : public Stage {
 public:
  using Options = SliceOptions;
  explicit SliceWindows(Options options) : options_(std::move(options)) {}

  void run(StageContext& context) override {
    const WindowsInfo info = options_.feature_path.empty() ? from_series(context) : from_arrays(context);
    for (const WindowRange& range : info.ranges) {
      Value& count = context.summary[std::string(split_names[static_cast<std::size_t>(range.split)]) + "_windows"];
      count = (count.is_null() ? 0 : count.as_int()) + range.count;
    }
  }

 private:
  WindowsInfo from_series(StageContext& context) const {
    const std::filesystem::path series = context.input("series").folder;
    // The folder written here is later renamed to its place beside the other stages' folders; the link must hold there.
    const std::filesystem::path link = std::filesystem::relative(series, context.folder.parent_path());
    return slice_series(options_, series, (".." / link).generic_string(), context.folder, context.log);
  }

  WindowsInfo from_arrays(StageContext& context) const {
    const std::filesystem::path base = context.settings.workflow_file.parent_path();
    Options options = options_;
    options.feature_path = (base / options_.feature_path).lexically_normal().string();
    options.target_path = (base / options_.target_path).lexically_normal().string();
    return slice_arrays(options, context.settings.split, context.folder, context.log);
  }

  Options options_;
};

}  // namespace pipeline::stage::slice_windows

PIPELINE_PLUGIN("slice_windows", "0.1.0", "Apache-2.0", "Cuts a series into windows") {
  registrar
      .add<pipeline::Stage, pipeline::stage::slice_windows::SliceWindows>(
          "slice_windows", "Cuts a series into windows of inputs and targets, as ranges of rows.")
      .needs("series", "feature_path")
      .gives("windows")
      .without_randomness();
}
