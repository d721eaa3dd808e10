#include "../recurrent.h"

#include "pipeline/plugin.h"

namespace pipeline::model::lstm {

/// The last step's output.
struct LastStep {
  LastStep(torch::nn::Module&, std::int64_t) {}
  torch::Tensor operator()(FastRecurrent& lstm, const torch::Tensor& x, Forecast&) const { return lstm.last_output(x); }
};

/// Stacked LSTM; a linear layer maps the last step's output to the whole forecast.
class LSTMModel final : public LSTMWith<LastStep> {
 public:
  using LSTMWith::LSTMWith;
};

}  // namespace pipeline::model::lstm

PIPELINE_PLUGIN("lstm", "1.1.0", "Apache-2.0", "LSTM forecaster.") {
  registrar.add<pipeline::Model, pipeline::model::lstm::LSTMModel>("LSTMModel", "Stacked LSTM with a linear layer on the last step.")
      .reference("Hochreiter and Schmidhuber, Long Short-Term Memory, 1997; torch.nn.LSTM");
}
