#include "pipeline/host/inner_run.h"

namespace pipeline {

namespace {

Value::List texts(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

std::vector<std::string> texts_in(const Value& list) {
  std::vector<std::string> out;
  for (const Value& text : list.as_list()) out.push_back(text.as_string());
  return out;
}

}  // namespace

Value InnerRun::to_value() const {
  Value::Map changed, taken;
  for (const auto& [stage, values] : options) changed[stage] = values;
  for (const auto& [stage, from] : sources) taken[stage] = texts(from);
  return Value::Map{{"folder", folder.string()},     {"stages", texts(stages)},     {"split", split},
                    {"options", std::move(changed)}, {"sources", std::move(taken)}, {"resume", resume}};
}

InnerRun InnerRun::from_value(const Value& value) {
  InnerRun run{.folder = value.at("folder").as_string(),
               .stages = texts_in(value.at("stages")),
               .split = value.at("split"),
               .resume = value.at("resume").as_bool()};
  for (const auto& [stage, values] : value.at("options").as_map()) run.options[stage] = values.as_map();
  for (const auto& [stage, from] : value.at("sources").as_map()) run.sources[stage] = texts_in(from);
  return run;
}

}  // namespace pipeline
