#pragma once

#include <string>
#include <vector>

#include "attention.h"
#include "figure.h"
#include "predictions.h"
#include "results.h"

namespace pipeline::stage::visualize {

/// A model's forecasts and its label.
struct ModelPredictions {
  std::string label;
  std::size_t model = 0;  ///< index among the evaluated models: chooses the colour
  Predictions predictions;
};

/// A model's attention and its label.
struct ModelAttention {
  std::string label;
  std::string stage;  ///< the train stage
  Attention attention;
};

/// The pictures of the results: loss; for each target prediction, examples, error_by_step and residuals (with several targets, names end in
/// the target's); comparison if there are several models.
[[nodiscard]] std::vector<Figure> make_figures(const Results& results, const std::vector<ModelPredictions>& models);

/// Training and validation loss of every model that learned, by epoch; on a logarithmic axis if they span more than a factor of 20.
[[nodiscard]] Figure loss_figure(const std::vector<TrainingRecord>& trainings);
/// `target` is an index into every model's targets.
[[nodiscard]] Figure prediction_figure(const std::vector<ModelPredictions>& models, std::size_t target);
[[nodiscard]] Figure examples_figure(const std::vector<ModelPredictions>& models, std::size_t target);
[[nodiscard]] Figure step_figure(const std::vector<ModelPredictions>& models, std::size_t target);
[[nodiscard]] Figure residual_figure(const std::vector<ModelPredictions>& models, std::size_t target);
/// Compares the models that have the leading model's task.
[[nodiscard]] Figure comparison_figure(const std::vector<Evaluation>& evaluations);
/// Mean weights over the window above the weights of single windows. `model` chooses the colour; `name` is the figure's.
[[nodiscard]] Figure attention_figure(const ModelAttention& of, const std::string& name, std::size_t model);

}  // namespace pipeline::stage::visualize
