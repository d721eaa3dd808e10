#include <iostream>

#include "cli/host.h"
#include "cli/table.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
                        "change a value of the workflow; repeatable");
}

/// With --json the mistakes are a result too, beside the sentences on stderr.
Workflow load_or_list_mistakes(Host& host, const Invocation& invocation, Log& log) {
  try {
    return load_workflow(host, invocation, log, 1, WorkflowUse::compute);
  } catch (const Error& error) {
    if (invocation.json) {
      const Value::List mistakes(error.messages().begin(), error.messages().end());
      std::cout << to_json(Value(Value::Map{{"valid", false}, {"mistakes", mistakes}}), 2) << '\n' << std::flush;
    }
    throw;
  }
}

int validate(const Invocation& invocation) {
  ConsoleLog log(invocation.log);
  Host host;
  const Workflow workflow = load_or_list_mistakes(host, invocation, log);
  std::vector<std::string> names;
  for (const StagePlan& stage : workflow.stages) names.push_back(stage.name);
  if (invocation.json) {
    std::cout << to_json(Value(Value::Map{{"name", workflow.name}, {"valid", true}, {"workflow", workflow.settings.workflow_text}}), 2)
              << "\n";
  } else {
    std::cout << workflow.file.string() << ": no mistakes; " << names.size() << (names.size() == 1 ? " stage: " : " stages: ")
              << join(names, " -> ") << "\n";
  }
  return 0;
}

}  // namespace

Verb validate_verb() { return {"validate", "WORKFLOW.toml", "every mistake at once, none of the work", &add_options, &validate}; }

}  // namespace pipeline
