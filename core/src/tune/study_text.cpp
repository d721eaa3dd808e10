#include "pipeline/search/study_text.h"

#include "pipeline/data/format.h"

namespace pipeline {

Value::Map parameters_of(const Trial& trial) {
  Value::Map parameters;
  for (const auto& [name, value] : trial.parameters) parameters[name] = trial.distributions.at(name).external(value);
  return parameters;
}

std::string csv_field(std::string text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) text.insert(at, 1, '"');
  return "\"" + text + "\"";
}

std::string csv_value(const Value& value) {
  if (value.is_null()) return {};
  return csv_field(value.is_double() ? format_number(value.as_double()) : value.is_string() ? value.as_string() : to_json(value));
}

}  // namespace pipeline
