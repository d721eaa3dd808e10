#include "pipeline/search/study_text.h"

namespace pipeline {

Value::Map parameters_of(const Trial& trial) {
  Value::Map parameters;
  for (const auto& [name, value] : trial.parameters) parameters[name] = trial.distributions.at(name).external(value);
  return parameters;
}

}  // namespace pipeline
