#include "train/output_check.h"

#include <array>
#include <utility>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::array<std::pair<Input, const char*>, 8> later{{{Input::past_codes, "past_codes"},
                                                              {Input::past_mask, "past_mask"},
                                                              {Input::future, "future"},
                                                              {Input::future_codes, "future_codes"},
                                                              {Input::static_values, "static_values"},
                                                              {Input::static_codes, "static_codes"},
                                                              {Input::series, "series"},
                                                              {Input::time_index, "time_index"}}};

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
  for (const auto& [part, name] : later) {
    if (model.inputs().contains(part))
      throw usage_error(model_name + " reads `" + name + "` of a batch, which this version does not fill: let its inputs() name past and " +
                        "target_history only");
  }
  if (needed.kind != OutputSpec::Kind::point)
    throw usage_error(loss_name + " needs " + described(needed) +
                      " for each step, and this version forecasts one value: choose a loss of one value, such as MSELoss");
  if (model.output() != needed)
    throw usage_error(model_name + " gives " + described(model.output()) + " for each step where " + loss_name + " needs " +
                      described(needed) + ": let it end in a ForecastHead, or choose another model or loss");
}

}  // namespace pipeline
