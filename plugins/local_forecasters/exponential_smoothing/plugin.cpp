#include "pipeline/plugin.h"

#include "auto_ets.h"
#include "ses.h"

PIPELINE_PLUGIN("exponential_smoothing", "1.0.0", "Apache-2.0", "Exponential smoothing.") {
  using namespace pipeline;
  constexpr const char* book = "Hyndman et al., Forecasting with Exponential Smoothing: The State Space Approach, 2008";
  registrar.add<LocalForecaster, local::smoothing::SES>("SES", "Simple exponential smoothing with an estimated weight.").reference(book);
  registrar
      .add<LocalForecaster, local::smoothing::AutoETS>("AutoETS", "Exponential smoothing; the corrected Akaike criterion chooses its form.")
      .reference(book);
}
