#include "pipeline/errors.h"
#include "pipeline/options.h"
#include "pipeline/plugin.h"
#include "pipeline/torch/model.h"

namespace pipeline::model::naive {

/// Repeats the last known level of each target over the horizon, as a baseline for every forecast. It has no parameters.
class NaiveModel final : public Model {
 public:
  using Options = NoOptions;

  NaiveModel(Options, ModelShape shape) : shape_(std::move(shape)) {}

  /// Maps naive [B, T], or x [B, W, F] of windows made elsewhere if every target is a feature, to [B, H, T].
  Forecast forward(const Batch& batch) override {
    const torch::Tensor repeated = batch.naive.defined() ? batch.naive : last_values(batch);
    return {.values = repeated.unsqueeze(1).expand({repeated.size(0), shape_.horizon, shape_.targets})};
  }

  [[nodiscard]] Inputs inputs() const override { return {Input::past, Input::naive}; }

 private:
  /// [B, T]
  [[nodiscard]] torch::Tensor last_values(const Batch& batch) const {
    for (std::size_t t = 0; t < shape_.target_columns.size(); ++t) {
      if (shape_.target_columns[t] < 0) {
        throw usage_error("NaiveModel needs the past of target \"" + shape_.target_names[t] +
                          "\", which these windows don't carry: start from a series, or list the target among the features");
      }
    }
    const torch::Tensor columns =
        torch::tensor(shape_.target_columns, torch::TensorOptions().dtype(torch::kInt64).device(batch.x.device()));
    return batch.x.select(1, batch.x.size(1) - 1).index_select(1, columns);
  }

  ModelShape shape_;
};

}  // namespace pipeline::model::naive

PIPELINE_PLUGIN("naive", "1.1.0", "Apache-2.0", "The forecast that repeats the last value.") {
  registrar
      .add<pipeline::Model, pipeline::model::naive::NaiveModel>("NaiveModel", "Repeats the last value of each target; nothing is trained.")
      .gives("point")
      .reference("Hyndman and Athanasopoulos, Forecasting: Principles and Practice, section 5.2");
}
