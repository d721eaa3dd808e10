#include <iostream>

#include "cli/host.h"
#include "config/json_schema.h"

namespace pipeline {

namespace {

void add_options(po::options_description&) {}

int print_schema(const Invocation& invocation) {
  ConsoleLog log(invocation.log);
  Host host;
  load_host(host, invocation, {}, log);
  std::cout << to_json(workflow_schema(host.registry), 2) << "\n";
  return 0;
}

}  // namespace

Verb schema_verb() { return {"schema", "", "JSON Schema of the workflow file, for editors", &add_options, &print_schema}; }

}  // namespace pipeline
