#include "pipeline/torch/model.h"

#include <algorithm>
#include <cmath>

#include <ATen/ops/mm.h>
#include <ATen/ops/sum.h>
#include <torch/nn/modules/linear.h>

#include "pipeline/errors.h"
#include "train/autocast.h"
#include "train/known_inputs.h"

namespace pipeline {

Model::~Model() = default;

Inputs Model::inputs() const { return {Input::past}; }

OutputSpec Model::output() const { return {}; }

ForecastHead::ForecastHead(torch::nn::Module& owner, const std::string& name, std::int64_t width, const ModelShape& shape, Inputs known)
    : layer_(owner.register_module(name, torch::nn::Linear(width, shape.horizon * shape.targets * shape.output.width()))),
      horizon_(shape.horizon),
      targets_(shape.targets),
      output_(shape.output) {
  const Inputs read = present(shape, known & known_inputs);
  if (read.empty()) return;
  decoder_ = owner.register_module(name + "_known",
                                   std::make_shared<KnownInputsDecoder>(width, shape.targets * shape.output.width(), shape, read));
}

Inputs ForecastHead::inputs() const { return decoder_ ? static_cast<const KnownInputsDecoder&>(*decoder_).inputs() : Inputs{}; }

Forecast ForecastHead::operator()(const torch::Tensor& features) const {
  if (decoder_) throw plugin_error("a ForecastHead that reads known inputs is called without the batch: write head(features, batch)");
  return (*this)(features, {});
}

Forecast ForecastHead::operator()(const torch::Tensor& features, const Batch& batch) const {
  const Autocast in_float(features.device().type(), false);  // a forecast of bfloat16 would have three digits
  const torch::Tensor wide = features.scalar_type() == torch::kBFloat16 ? features.to(torch::kFloat) : features;
  const torch::Tensor flat = static_cast<torch::nn::LinearImpl&>(*layer_).forward(wide);
  if (!decoder_) return forecast_of(flat);
  return forecast_of(flat + static_cast<const KnownInputsDecoder&>(*decoder_)(wide, batch).flatten(1));
}

Forecast ForecastHead::forecast_of(const torch::Tensor& flat) const {
  if (output_.kind == OutputSpec::Kind::point) return {.values = flat.view({flat.size(0), horizon_, targets_})};
  const torch::Tensor all = flat.view({flat.size(0), horizon_, targets_, output_.width()});
  if (output_.kind == OutputSpec::Kind::distribution) return {.parameters = all};
  const auto nearest = std::ranges::min_element(output_.levels, {}, [](double level) { return std::abs(level - 0.5); });
  return {.values = all.select(3, nearest - output_.levels.begin()), .quantiles = all, .levels = output_.levels};
}

torch::Tensor ForecastHead::backward(const torch::Tensor& features, const torch::Tensor& of_values, torch::Tensor& of_weight,
                                     torch::Tensor& of_bias) const {
  const torch::Tensor of_flat = of_values.reshape({features.size(0), horizon_ * targets_});
  at::mm_out(of_weight, of_flat.t(), features);
  at::sum_out(of_bias, of_flat, {0});
  return at::mm(of_flat, static_cast<const torch::nn::LinearImpl&>(*layer_).weight);
}

}  // namespace pipeline
