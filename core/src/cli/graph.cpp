#include <iostream>

#include "cli/host.h"
#include "cli/table.h"
#include "pipeline/data/text.h"
#include "run/plan.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
                        "change a value of the workflow; repeatable");
}

std::vector<std::string> inputs_of(const StagePlan& stage) {
  std::vector<std::string> inputs;
  for (const Source& source : stage.sources) inputs.push_back(source.kind + " of " + source.stage);
  return inputs;
}

Value::List list_of(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

int show_graph(const Invocation& invocation) {
  ConsoleLog log(invocation.log);
  Host host;
  const Workflow workflow = load_workflow(host, invocation, log);
  const std::vector<StageStatus> plan = plan_run(workflow, host.registry, {});
  Value::List json;
  TextTable table({"stage", "type", "needs", "gives", "state"});
  for (const StageStatus& status : plan) {
    const StagePlan& stage = *status.stage;
    const std::vector<std::string>& gives = host.registry.find("stage", stage.type)->outputs;
    table.add({stage.name, stage.type, join(inputs_of(stage)), join(gives),
               status.up_to_date ? "up to date" : "runs: " + join(status.reasons, "; ")});
    json.push_back(Value::Map{{"stage", stage.name},
                              {"type", stage.type},
                              {"needs", list_of(inputs_of(stage))},
                              {"gives", list_of(gives)},
                              {"up_to_date", status.up_to_date},
                              {"reasons", list_of(status.reasons)}});
  }
  if (invocation.json) {
    std::cout << to_json(json, 2) << "\n";
  } else {
    table.print();
  }
  return 0;
}

}  // namespace

Verb graph_verb() {
  return {"graph", "WORKFLOW.toml", "stages, what each needs and gives, what is up to date and why not", &add_options, &show_graph};
}

}  // namespace pipeline
