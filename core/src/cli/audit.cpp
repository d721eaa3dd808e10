#include "audit/audit.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "audit/known_ahead_check.h"
#include "audit/perturbation.h"
#include "cli/host.h"
#include "cli/piped_file.h"
#include "cli/terminal.h"
#include "cli/verb.h"
#include "pipeline/data/text.h"
#include "run/cancel.h"

namespace pipeline {

namespace {

void add_options(po::options_description& options) {
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
                        "change a value of the workflow; repeatable");
}

Value to_value(const Finding& finding) {
  return Value::Map{{"check", finding.check}, {"level", word_of(finding.level)}, {"text", finding.text}};
}

int audit_workflow(const Invocation& invocation) {
  ConsoleLog log(invocation.log);
  Host host;
  const Workflow workflow = load_workflow(host, invocation, log);
  const AuditSubject subject = read_subject(workflow, host.registry);
  std::vector<Finding> findings = audit(subject);
  const CancelGuard cancel;
  const ScratchFolder scratch;
  findings.push_back(check_known_ahead(subject));
  findings.push_back(check_perturbation(subject, scratch.path(), cancel.signal()));
  if (invocation.json) {
    Value::List list;
    for (const Finding& finding : findings) list.push_back(to_value(finding));
    std::cout << to_json(Value(std::move(list)), 2) << "\n";
  } else {
    for (const Finding& finding : findings) {
      const std::string word = word_of(finding.level);
      std::cout << wrapped_after(6, word + std::string(6 - word.size(), ' ') + finding.check + ": " + finding.text, output_width()) << "\n";
    }
  }
  const bool failed = std::ranges::any_of(findings, [](const Finding& finding) { return finding.level == Finding::Level::fail; });
  return failed ? static_cast<int>(ExitStatus::data) : 0;
}

}  // namespace

Verb audit_verb() {
  return {"audit", "WORKFLOW.toml", "look for what flatters the last results: leaks, choices by test, windows left out", &add_options,
          &audit_workflow};
}

}  // namespace pipeline
