#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/workflow.h"
#include "pipeline/registry.h"

namespace pipeline::test {

/// An empty folder with a CSV of the columns date, HUFL and OT in data/. It is the current folder during this object's life.
class Workspace {
 public:
  Workspace();
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  void write(const std::string& file, const std::string& text) const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_, before_;
};

/// Components that resemble the real ones in name and options.
void add_components(Registry& registry);

/// Reads and checks a workflow with the components above.
[[nodiscard]] CheckedWorkflow check(const std::string& file, const std::vector<std::string>& sets = {});
/// The same for a text, which is written as w.toml.
[[nodiscard]] CheckedWorkflow check_text(const std::string& text, const std::vector<std::string>& sets = {});
/// The text's mistakes as printed, one a line; the message of the Error if it cannot be read.
[[nodiscard]] std::string mistakes_in(const std::string& text, const std::vector<std::string>& sets = {});
[[nodiscard]] std::string mistakes_of(const CheckedWorkflow& checked);
[[nodiscard]] const StagePlan& stage_of(const CheckedWorkflow& checked, const std::string& name);

/// A workflow without mistakes, 12 lines; more can be appended.
extern const std::string sound;

}  // namespace pipeline::test
