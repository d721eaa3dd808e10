#include "best_toml.h"

#include <algorithm>
#include <map>

#include "pipeline/data/format.h"
#include "pipeline/search/study.h"

namespace pipeline::stage::optimize {

namespace {

/// "model" -> [model], "slice_windows" -> [stages.slice_windows]
std::string header_of(const std::string& table) { return table == "slice_windows" ? "[stages.slice_windows]" : "[" + table + "]"; }

}  // namespace

std::string best_toml(const StudyState& study, const SearchSpace& space, const std::string& monitor) {
  const Trial& best = *best_trial(study);
  const auto complete = std::ranges::count(study.trials, TrialState::complete, &Trial::state);
  std::string text = "# study \"" + study.name + "\", trial " + std::to_string(best.number) + ": " + monitor + " " +
                     format_number(*best.value) + ", the best of " + std::to_string(complete) + " complete trials\n";
  std::map<std::string, std::string> tables;
  std::string callbacks;
  for (const auto& [path, value] : space.values_of(best)) {
    const std::string table = path.substr(0, path.find('.')), option = path.substr(path.find('.') + 1);
    if (value.is_null()) {  // TOML has no null
      text += "# " + path + " is not set\n";
    } else if (table == "callbacks") {
      callbacks += " --set " + path + "=" + to_toml(value);
    } else {
      // A type comes first in its table.
      std::string& lines = tables[table];
      const std::string line = option + " = " + to_toml(value) + "\n";
      lines = option == "type" ? line + lines : lines + line;
    }
  }
  if (!callbacks.empty()) text += "# entries of [[callbacks]]:" + callbacks + "\n";
  for (const auto& [table, lines] : tables) text += "\n" + header_of(table) + "\n" + lines;
  return text;
}

}  // namespace pipeline::stage::optimize
