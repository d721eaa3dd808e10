#include "pipeline/plugin.h"

#include "drift.h"
#include "naive.h"
#include "seasonal_naive.h"
#include "window_average.h"

PIPELINE_PLUGIN("simple_forecasters", "1.0.0", "Apache-2.0", "Forecasts of one series without a model to estimate.") {
  using namespace pipeline;
  constexpr const char* book = "Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 2021, section 5.2";
  registrar.add<LocalForecaster, local::simple::Naive>("Naive", "Repeats the last value.").reference(book);
  registrar.add<LocalForecaster, local::simple::SeasonalNaive>("SeasonalNaive", "Repeats the last season.").reference(book);
  registrar.add<LocalForecaster, local::simple::Drift>("Drift", "Continues the line from the first value to the last.").reference(book);
  registrar.add<LocalForecaster, local::simple::WindowAverage>("WindowAverage", "Repeats the mean of the last values.").reference(book);
}
