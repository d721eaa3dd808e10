#include "train/output_check.h"

#include "base/table_rules.h"
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
  if (model.output() == needed) return;
  const std::string cure =
      needed.kind == OutputSpec::Kind::point ? "let it end in a ForecastHead, or choose another model or loss" : output_cure;
  throw usage_error(model_name + " gives " + described(model.output()) + " for each step where " + loss_name + " needs " +
                    described(needed) + ": " + cure);
}

}  // namespace pipeline
