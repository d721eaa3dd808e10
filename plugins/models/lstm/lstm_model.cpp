#include "../recurrent.h"

#include "pipeline/plugin.h"

namespace pipeline::model::lstm {

/// Stacked LSTM with a head on the last step's output.
class LSTMModel final : public LastStepModel {
 public:
  using Options = LSTMOptions;
  LSTMModel(const Options& options, const ModelShape& shape)
      : LastStepModel(
            "lstm", [&](std::int64_t inputs) { return make_lstm(options, inputs); }, options.output_width(), shape) {}
};

}  // namespace pipeline::model::lstm

PIPELINE_PLUGIN("lstm", "1.1.0", "Apache-2.0", "LSTM forecaster.") {
  registrar.add<pipeline::Model, pipeline::model::lstm::LSTMModel>("LSTMModel", "Stacked LSTM with a linear layer on the last step.")
      .reference("Hochreiter and Schmidhuber, Long Short-Term Memory, 1997; torch.nn.LSTM");
}
