#include <filesystem>

#include "pipeline/data/prepare.h"
#include "pipeline/plugin.h"
#include "pipeline/stage.h"

namespace pipeline::stage::preprocess {

/// CSV files -> series; pipeline/data/prepare.h describes the files and the result.
class Preprocess final : public Stage {
 public:
  using Options = PrepareOptions;
  explicit Preprocess(Options options) : options_(std::move(options)) {}

  void run(StageContext& context) override {
    // An absolute path stays as it is.
    for (std::string& source : options_.source)
      source = (context.settings.workflow_file.parent_path() / source).lexically_normal().string();
    const SeriesInfo info = prepare_series(options_, context.settings.split, context.folder, context.log, &context.cancel,
                                           {context.tables.many("derived_features"), &context.registry});
    context.summary["rows"] = Series::open(context.folder)->rows();
    if (info.panel) context.summary["series"] = info.panel->series;
  }

 private:
  Options options_;
};

}  // namespace pipeline::stage::preprocess

PIPELINE_PLUGIN("preprocess", "0.1.0", "Apache-2.0", "Reads, checks, cleans, splits and scales a CSV file") {
  registrar
      .add<pipeline::Stage, pipeline::stage::preprocess::Preprocess>("preprocess",
                                                                     "Reads a CSV file, checks and cleans it, splits and scales it.")
      .gives("series")
      .uses(pipeline::table_names(pipeline::TableUse::data))
      .without_randomness();
}
