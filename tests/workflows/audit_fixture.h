#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "pipeline/data/files.h"
#include "workflows/workflow_fixture.h"

/// The findings of `pipeline audit --json`.
class Audit {
 public:
  explicit Audit(const WorkflowFixture& fixture, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"audit", "workflow.toml", "--json"});
    done = fixture.pipeline(more);
    REQUIRE_MESSAGE((done.status == 0 || done.status == 4), done.err);
    findings = pipeline::from_json(done.out, "the audit");
  }
  [[nodiscard]] std::string level(const std::string& check) const { return at(check).at("level").as_string(); }
  [[nodiscard]] std::string text(const std::string& check) const { return at(check).at("text").as_string(); }
  /// The checks of that level.
  [[nodiscard]] std::vector<std::string> of_level(const std::string& level) const {
    std::vector<std::string> out;
    for (const pipeline::Value& finding : findings.as_list()) {
      if (finding.at("level") == pipeline::Value(level)) out.push_back(finding.at("check").as_string());
    }
    return out;
  }

  Finished done;
  pipeline::Value findings;

 private:
  [[nodiscard]] const pipeline::Value& at(const std::string& check) const {
    for (const pipeline::Value& finding : findings.as_list()) {
      if (finding.at("check") == pipeline::Value(check)) return finding;
    }
    FAIL("no check named " << check);
    return findings;
  }
};
