#include "base/foreign_names.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "pipeline/schema.h"

namespace pipeline {
namespace {

/// What PyTorch, Lightning, Optuna, NeuralForecast, StatsForecast, Darts, GluonTS, TorchMetrics and scikit-learn call a component.
struct ForeignName {
  std::string_view kind, theirs, ours;  ///< ours empty: nothing here is the same
};

constexpr auto foreign_names = std::to_array<ForeignName>({
    {"loss", "MAE", "L1Loss"},
    {"loss", "MAELoss", "L1Loss"},
    {"loss", "RMSE", "MSELoss"},
    {"loss", "RMSELoss", "MSELoss"},
    {"loss", "MQLoss", "QuantileLoss"},
    {"loss", "QuantileRegression", "QuantileLoss"},
    {"loss", "IQLoss", ""},
    {"loss", "HuberQLoss", ""},
    {"loss", "HuberMQLoss", ""},
    {"loss", "DistributionLoss", ""},
    {"loss", "GaussianNLLLoss", "NormalLoss"},
    {"loss", "GaussianLikelihood", "NormalLoss"},
    {"loss", "LaplaceLikelihood", "LaplaceLoss"},
    {"loss", "PoissonNLLLoss", "PoissonLoss"},
    {"loss", "PoissonLikelihood", "PoissonLoss"},
    {"model", "RNN", ""},
    {"model", "RNNModel", ""},
    {"model", "BlockRNNModel", ""},
    {"model", "TCN", ""},
    {"model", "TCNModel", ""},
    {"model", "LinearRegressionModel", "LinearModel"},
    {"optimizer", "NAdam", ""},
    {"optimizer", "RAdam", ""},
    {"optimizer", "Adamax", ""},
    {"optimizer", "SparseAdam", ""},
    {"scheduler", "ConstantLR", ""},
    {"scheduler", "CyclicLR", ""},
    {"scheduler", "PolynomialLR", ""},
    {"scheduler", "LambdaLR", ""},
    {"scheduler", "MultiplicativeLR", ""},
    {"scheduler", "SequentialLR", ""},
    {"sampler", "BruteForceSampler", "GridSampler"},
    {"sampler", "CmaEsSampler", ""},
    {"sampler", "GPSampler", ""},
    {"sampler", "QMCSampler", ""},
    {"sampler", "NSGAIISampler", ""},
    {"pruner", "PatientPruner", ""},
    {"pruner", "ThresholdPruner", ""},
    {"pruner", "WilcoxonPruner", ""},
    {"callback", "TQDMProgressBar", "ProgressBar"},
    {"callback", "RichProgressBar", "ProgressBar"},
    {"callback", "RichModelSummary", "ModelSummary"},
    {"callback", "WeightAveraging", "EMAWeightAveraging"},
    {"callback", "StochasticWeightAveraging", ""},
    {"callback", "DeviceStatsMonitor", ""},
    {"metric", "MeanAbsoluteError", "mae"},
    {"metric", "mean_absolute_error", "mae"},
    {"metric", "MeanSquaredError", "mse"},
    {"metric", "mean_squared_error", "mse"},
    {"metric", "RootMeanSquaredError", "rmse"},
    {"metric", "root_mean_squared_error", "rmse"},
    {"metric", "MeanAbsolutePercentageError", "mape"},
    {"metric", "mean_absolute_percentage_error", "mape"},
    {"metric", "SymmetricMeanAbsolutePercentageError", "smape"},
    {"metric", "R2Score", "r2"},
    {"metric", "r2_score", "r2"},
    {"local_forecaster", "NaiveSeasonal", "SeasonalNaive"},
    {"local_forecaster", "snaive", "SeasonalNaive"},
    {"local_forecaster", "NaiveDrift", "Drift"},
    {"local_forecaster", "RandomWalkWithDrift", "Drift"},
    {"local_forecaster", "rwd", "Drift"},
    {"local_forecaster", "NaiveMovingAverage", "WindowAverage"},
    {"local_forecaster", "NaiveMean", ""},
    {"local_forecaster", "HistoricAverage", ""},
    {"local_forecaster", "SeasonalWindowAverage", ""},
    {"local_forecaster", "SimpleExponentialSmoothing", "SES"},
    {"local_forecaster", "SimpleExponentialSmoothingOptimized", "SES"},
    {"local_forecaster", "ExponentialSmoothing", "AutoETS"},
    {"local_forecaster", "ETS", "AutoETS"},
    {"local_forecaster", "Holt", "AutoETS"},
    {"local_forecaster", "HoltWinters", "AutoETS"},
    {"local_forecaster", "AutoCES", "CES"},
    {"local_forecaster", "AutoTheta", ""},
    {"local_forecaster", "DynamicTheta", ""},
    {"local_forecaster", "OptimizedTheta", ""},
});

bool same_word(std::string_view a, std::string_view b) {
  const auto small = [](unsigned char c) { return std::tolower(c); };
  return std::ranges::equal(a, b, {}, small, small);
}

}  // namespace

std::string suggest_component(std::string_view kind, std::string_view name, const std::vector<std::string>& names) {
  const auto known = std::ranges::find_if(
      foreign_names, [&](const ForeignName& entry) { return (kind.empty() || entry.kind == kind) && same_word(entry.theirs, name); });
  if (known == foreign_names.end()) return suggest(name, names);
  const bool is_here = std::ranges::find(names, known->ours) != names.end();
  return suggest(is_here ? known->ours : std::string_view(), is_here || !kind.empty() ? names : std::vector<std::string>());
}

}  // namespace pipeline
