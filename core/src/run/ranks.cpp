#include "run/ranks.h"

#include <algorithm>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "run/stage_key.h"

namespace pipeline {

namespace {

/// The workflow's choice, else the only collective there is.
ComponentSpec chosen_collective(const StagePlan& stage, const Registry& registry, const Launch& launch) {
  const ComponentSpec& chosen = stage.tables.one("collective");
  if (!chosen.type.empty()) return chosen;
  const std::vector<std::string> known = registry.names("collective");
  const std::string started = launch.launcher + " started " + std::to_string(launch.world) + " processes, ";
  if (known.empty()) {
    throw plugin_error(
        started +
        "and no plugin lets them train together: build pipeline where gloo's headers are (Debian's libgloo-dev), or start one "
        "process");
  }
  if (known.size() > 1)
    throw usage_error(started + "and several plugins let them train together: choose one, [collective] type = \"" + known.front() + "\"");
  return {known.front(), Value::Map{}};
}

}  // namespace

Component<Collective> join_ranks(const Workflow& workflow, const std::set<std::string>& selected, const Registry& registry,
                                 const RunServices& services) {
  if (!services.launch) return {};
  const auto stage = std::ranges::find_if(workflow.stages, [&](const StagePlan& each) {
    return selected.contains(each.name) && registry.find("stage", each.type)->on_every_rank;
  });
  if (stage == workflow.stages.end()) return {};
  const ComponentSpec chosen = chosen_collective(*stage, registry, *services.launch);
  const CollectiveContext context{
      .launch = *services.launch, .device = workflow.settings.device, .cancel = services.cancel, .log = services.log};
  return registry.make<Collective>(chosen.type, chosen.options, context);
}

void require_same_key(Collective& collective, const std::map<std::string, std::string>& first,
                      const std::map<std::string, std::string>& own) {
  const std::vector<Value> differences = collective.all_gather(Value(join(key_changes(first, own), "; ")));
  for (std::size_t rank = 0; rank < differences.size(); ++rank) {
    const std::string& found = differences[rank].as_string();
    if (found.empty()) continue;
    throw usage_error("rank " + std::to_string(rank) + " would compute something else than rank 0 does: " + found +
                      ". Give all processes the same workflow, files, program and kind of processor, and set `threads`");
  }
}

}  // namespace pipeline
