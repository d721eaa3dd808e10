#include "best_toml.h"

#include <algorithm>
#include <map>

#include "pipeline/data/format.h"
#include "pipeline/search/study.h"
#include "pipeline/stage.h"

namespace pipeline::stage::optimize {

namespace {

/// "model" -> [model], "slice_windows" -> [stages.slice_windows]
std::string header_of(const std::string& table) { return find_table_rule(table) ? "[" + table + "]" : "[stages." + table + "]"; }

bool is_list(const std::string& table) {
  const TableRule* rule = find_table_rule(table);
  return rule && rule->many;
}

}  // namespace

std::string best_toml(const StudyState& study, const SearchSpace& space, const std::string& monitor) {
  const Trial& best = *best_trial(study);
  const auto complete = std::ranges::count(study.trials, TrialState::complete, &Trial::state);
  std::string text = "# study \"" + study.name + "\", trial " + std::to_string(best.number) + ": " + monitor + " " +
                     format_number(*best.value) + ", the best of " + std::to_string(complete) + " complete trials\n";
  std::map<std::string, std::string> tables, lists;
  for (const auto& [path, value] : space.values_of(best)) {
    const std::string table = path.substr(0, path.find('.')), option = path.substr(path.find('.') + 1);
    if (value.is_null()) {  // TOML has no null
      text += "# " + path + " is not set\n";
    } else if (is_list(table)) {
      lists[table] += " --set " + path + "=" + to_toml(value);
    } else {
      // A type comes first in its table.
      std::string& lines = tables[table];
      const std::string line = option + " = " + to_toml(value) + "\n";
      lines = option == "type" ? line + lines : lines + line;
    }
  }
  for (const auto& [list, sets] : lists) text += "# entries of [[" + list + "]]:" + sets + "\n";
  for (const auto& [table, lines] : tables) text += "\n" + header_of(table) + "\n" + lines;
  return text;
}

}  // namespace pipeline::stage::optimize
