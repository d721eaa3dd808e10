#pragma once

#include <cstdint>
#include <string>

#include "pipeline/options.h"
#include "pipeline/torch/callback.h"
#include "summary.h"

namespace pipeline::callbacks::model_summary {

struct ModelSummaryOptions {
  std::int64_t max_depth = 1;

  static constexpr auto options() {
    return option_list<ModelSummaryOptions>(
        option("max_depth", &ModelSummaryOptions::max_depth, "Levels of submodules that are listed; -1 for all, 0 for no summary.")
            .at_least(-1)
            .no_effect_on_result());
  }
};

/// Shows the model's layers and sizes when a fit starts.
class ModelSummary : public Callback {
 public:
  using Options = ModelSummaryOptions;
  explicit ModelSummary(Options options) : options_(options) {}

  void on_fit_start(Trainer& trainer) override;
  [[nodiscard]] std::string state_key() const override { return "ModelSummary"; }

 private:
  Options options_;
};

}  // namespace pipeline::callbacks::model_summary
