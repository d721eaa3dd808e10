#include "train/output_check.h"

#include "pipeline/errors.h"

namespace pipeline {

namespace {

std::string described(const OutputSpec& output) {
  switch (output.kind) {
    case OutputSpec::Kind::point:
      return "one value";
    case OutputSpec::Kind::quantiles:
      return std::to_string(output.levels.size()) + " quantiles";
    case OutputSpec::Kind::distribution:
      return "a " + output.family + " distribution";
  }
  return {};
}

}  // namespace

void check_output(const std::string& model_name, const Model& model, const std::string& loss_name, const OutputSpec& needed) {
  if (needed.kind != OutputSpec::Kind::point)
    throw usage_error(loss_name + " needs " + described(needed) +
                      " for each step, and this version forecasts one value: choose a loss of one value, such as MSELoss");
  if (model.output() != needed)
    throw usage_error(model_name + " gives " + described(model.output()) + " for each step where " + loss_name + " needs " +
                      described(needed) + ": let it end in a ForecastHead, or choose another model or loss");
}

}  // namespace pipeline
