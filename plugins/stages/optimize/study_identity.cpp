#include "study_identity.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/search/study.h"

namespace pipeline::stage::optimize {

namespace {

using Fields = std::map<std::string, std::string>;

constexpr const char* note_key = "pipeline:searched";

/// Whether a field decides if two trials' values can be compared. The length and the sampler of the search do not.
bool decides_values(const std::string& field) {
  constexpr std::array<std::string_view, 10> ways{"options.n_trials",
                                                  "options.timeout",
                                                  "options.rng",
                                                  "options.study_name",
                                                  "options.search_order",
                                                  "options.trial_threads",
                                                  "threads",
                                                  "device",
                                                  "kernels",
                                                  "LibTorch"};
  if (std::ranges::find(ways, field) != ways.end()) return false;
  return !field.starts_with("sampler.") && !field.starts_with("pruner.") && !field.starts_with("build.") && !field.starts_with("metric.");
}

Fields deciding(const Fields& all) {
  Fields fields;
  std::ranges::copy_if(all, std::inserter(fields, fields.end()), [](const auto& entry) { return decides_values(entry.first); });
  return fields;
}

/// The path of a key's field in a search: "callbacks.0.EarlyStopping.patience" is searched as "callbacks.EarlyStopping.patience".
std::string path_of(const std::string& field) {
  const std::size_t place = field.find('.'), entry = field.find('.', place + 1);
  const TableRule* rule = find_table_rule(field.substr(0, place));
  return rule && rule->many && entry < field.size() ? rule->name + field.substr(entry) : field;
}

/// Leaves out the searched options: their values are the trial's, whatever their tables say.
Fields without_searched(const Fields& all, const SearchSpace& space) {
  Fields fields;
  std::ranges::copy_if(all, std::inserter(fields, fields.end()), [&](const auto& entry) {
    const std::string path = path_of(entry.first);
    const SearchParameter* searched = space.find(path);
    return !searched || searched->path != path || !searched->when.empty();
  });
  return fields;
}

std::string text_of(const Fields& fields) {
  Value::Map map;
  for (const auto& [name, value] : fields) map[name] = value;
  return to_json(map);
}

Fields read_fields(const std::string& text) {
  const Value note = from_json(text, "the study's note");
  Fields fields;
  for (const auto& [name, value] : note.as_map()) fields[name] = value.as_string();
  return fields;
}

/// The reasons against continuing a study; empty if there are none.
std::vector<std::string> differences(Study& study, const Fields& now, const SearchSpace& space, bool minimize) {
  // A study of another program has no note. Its trials are ranked by its direction.
  const auto name = [](bool smaller) { return smaller ? "minimize" : "maximize"; };
  if (study.refresh().minimize != minimize) return {std::string("direction ") + name(!minimize) + " -> " + name(minimize)};
  if (const auto note = study.note(note_key)) {
    return key_changes(without_searched(read_fields(*note), space), without_searched(now, space));
  }
  if (study.refresh().trials.empty()) study.set_note(note_key, text_of(now));
  return {};
}

/// Error (usage) if the study's trials had a parameter over other values: an index into other choices is another choice.
void check_parameters(const StudyState& study, const SearchSpace& space) {
  for (const Trial& trial : study.trials) {
    for (const auto& [name, distribution] : trial.distributions) {
      const SearchParameter* parameter = space.find(name);
      if (!parameter || parameter->name != name || parameter->distribution.is_compatible_with(distribution)) continue;
      throw usage_error("study \"" + study.name + "\" has \"" + name + "\" of another kind, or over other choices, than the search of " +
                        parameter->path + " here: search it as the study does, give it another name, or the search another study_name");
    }
  }
}

}  // namespace

std::string absolute_storage(const std::string& storage, const std::filesystem::path& folder) {
  constexpr std::string_view sqlite = "sqlite:///";
  if (!storage.starts_with(sqlite)) return storage;
  return std::string(sqlite) + (folder / storage.substr(sqlite.size())).string();
}

std::string folder_name_of(const std::string& study) {
  std::string name = study;
  std::ranges::replace(name, '/', '_');
  if (name.starts_with('.')) name.front() = '_';
  return name;
}

std::string choose_study(const StageContext& context, const OptimizeOptions& options, const SearchSpace& space,
                         const std::string& storage) {
  Fields now = deciding(context.key);
  now["options.direction"] = to_json(Value(options.direction));  // "auto" is settled
  if (options.lag == 0) now.erase("options.lag");
  const bool minimize = options.direction == "minimize";
  const std::string first = options.study_name.empty() ? context.settings.name : options.study_name;
  std::string name = first;
  for (int next = 2;; ++next) {
    const std::unique_ptr<Study> study = open_study({.storage = storage, .name = name, .minimize = minimize});
    const std::vector<std::string> changes = differences(*study, now, space, minimize);
    if (changes.empty()) {
      check_parameters(study->refresh(), space);
      const auto results = std::ranges::count_if(study->refresh().trials, &Trial::has_result);
      context.log.info("study \"" + name + "\" " + (results == 0 ? "begins" : "goes on after " + std::to_string(results) + " trials") +
                       ", in " + shown_storage(storage));
      return name;
    }
    if (!options.study_name.empty()) {
      throw usage_error("the trials of study \"" + name + "\" were made with other settings: " + join(changes, "; ") +
                        ". Give the search another study_name; this study stays as it is");
    }
    context.log.info("study \"" + name + "\" stays as it is: " + join(changes, "; "));
    name = first + "-" + std::to_string(next);
  }
}

}  // namespace pipeline::stage::optimize
