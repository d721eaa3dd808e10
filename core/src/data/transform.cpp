#include "data/transform.h"

namespace pipeline {

double ColumnTransform::forward(double level, double previous) const { return (apply(transform, level, previous) - center) / scale; }

double ColumnTransform::inverse(double scaled, double previous) const { return undo(transform, scaled * scale + center, previous); }

Value ColumnTransform::to_value() const {
  return Value::Map{{"name", name}, {"transform", word_of(transform)}, {"scaler", scaler}, {"center", center}, {"scale", scale}};
}

ColumnTransform ColumnTransform::from_value(const Value& value) {
  return {.name = value.at("name").as_string(),
          .transform = parse_word<Transform>("transform", value.at("transform").as_string()),
          .scaler = value.at("scaler").as_string(),
          .center = value.at("center").as_double(),
          .scale = value.at("scale").as_double()};
}

}  // namespace pipeline
