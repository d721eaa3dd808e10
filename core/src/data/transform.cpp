#include "data/transform.h"

#include <array>

#include "pipeline/data/series.h"
#include "pipeline/errors.h"
#include "pipeline/schema.h"

namespace pipeline {
namespace {

constexpr std::array<const char*, 4> change_names{"none", "log", "diff", "log_return"};

}  // namespace

Change parse_change(std::string_view name) {
  for (std::size_t i = 0; i < change_names.size(); ++i) {
    if (name == change_names[i]) return static_cast<Change>(i);
  }
  const std::string near = nearest_name(name, {change_names.begin(), change_names.end()});
  throw usage_error("there is no transform \"" + std::string(name) + "\"; a column takes \"log\", \"diff\" or \"log_return\"" +
                    (near.empty() ? "" : ": did you mean \"" + near + "\"?"));
}

double ColumnTransform::forward(double level, double previous) const {
  return (apply_change(parse_change(transform), level, previous) - center) / scale;
}

double ColumnTransform::inverse(double scaled, double previous) const {
  return undo_change(parse_change(transform), scaled * scale + center, previous);
}

Value ColumnTransform::to_value() const {
  return Value::Map{{"name", name}, {"transform", transform}, {"scaler", scaler}, {"center", center}, {"scale", scale}};
}

ColumnTransform ColumnTransform::from_value(const Value& value) {
  return {.name = value.at("name").as_string(),
          .transform = value.at("transform").as_string(),
          .scaler = value.at("scaler").as_string(),
          .center = value.at("center").as_double(),
          .scale = value.at("scale").as_double()};
}

}  // namespace pipeline
