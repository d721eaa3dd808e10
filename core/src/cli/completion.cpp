#include <iostream>
#include <set>
#include <sstream>

#include "cli/host.h"
#include "config/document.h"
#include "pipeline/errors.h"
#include "pipeline/stage.h"

namespace pipeline {

namespace {

void add_options(po::options_description&) {}

/// "--set --stage ...": the flags of a verb and those of all verbs.
std::string flags_of(const Verb& verb) {
  po::options_description options;
  verb.add_options(options);
  options.add(common_options());
  std::string flags;
  for (const auto& option : options.options()) flags += (flags.empty() ? "--" : " --") + option->long_name();
  return flags;
}

/// A shell command that prints the words for a verb's first argument.
std::string argument_words(const Verb& verb) {
  const std::string argument = verb.argument;
  if (argument.starts_with("WORKFLOW.toml")) return "compgen -f -X '!*.toml' -- \"$word\"; compgen -d -S / -- \"$word\"";
  if (argument == "COMPONENT")
    return "compgen -W \"$(\"${COMP_WORDS[0]}\" plugins 2>/dev/null | awk '/^$/ { exit } NR > 1 { print $2 }')\" -- \"$word\"";
  if (argument.starts_with("KIND")) return "compgen -W \"stage model callback logger\" -- \"$word\"";
  if (argument.starts_with("show|best")) return "compgen -W \"show best trials export\" -- \"$word\"";
  if (argument.starts_with("show|")) return "compgen -W \"show convert\" -- \"$word\"; compgen -f -- \"$word\"";
  if (argument.starts_with("SHELL")) return "compgen -W bash -- \"$word\"";
  return argument.empty() ? ":" : "compgen -f -- \"$word\"";
}

constexpr const char* head =
    R"BASH(# Completion of `pipeline` for bash: source it, or put it into share/bash-completion/completions/pipeline.
_pipeline_stages() {  # the stages of the workflow on the command line
  local word
  for word in "${COMP_WORDS[@]:2}"; do
    if [[ $word == *.toml && -f $word ]]; then
      "${COMP_WORDS[0]}" graph "$word" --json 2>/dev/null | sed -n 's/^ *"stage": "\(.*\)",\{0,1\}$/\1/p'
      return
    fi
  done
}

_pipeline_keys() {  # what --set may change in the workflow on the command line
  local word
  for word in "${COMP_WORDS[@]:2}"; do
    if [[ $word == *.toml && -f $word ]]; then
      "${COMP_WORDS[0]}" completion keys "$word" 2>/dev/null
      return
    fi
  done
}

_pipeline() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]} flags="" words=""
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W ")BASH";

constexpr const char* middle = R"BASH(" -- "$word")
    return
  fi
  case $before in
    --stage | --from | --until)
      mapfile -t COMPREPLY < <(compgen -W "$(_pipeline_stages)" -- "$word")
      return ;;
    --set)
      compopt -o nospace
      mapfile -t COMPREPLY < <(compgen -W "$(_pipeline_keys)" -- "$word")
      return ;;
    --log-level)
      mapfile -t COMPREPLY < <(compgen -W "debug info warning error" -- "$word")
      return ;;
    --plugin-path | --dir)
      mapfile -t COMPREPLY < <(compgen -d -- "$word")
      return ;;
    --checkpoint | --input | --output)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
  esac
  case $verb in
)BASH";

constexpr const char* tail = R"BASH(  esac
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
  else
    mapfile -t COMPREPLY <<<"$words"
    [[ -n $words ]] || COMPREPLY=()
  fi
}
complete -F _pipeline pipeline
)BASH";

std::string bash_script() {
  std::ostringstream script;
  script << head;
  for (const Verb& verb : all_verbs()) script << verb.name << " ";
  script << "--help --version" << middle;
  for (const Verb& verb : all_verbs()) {
    script << "    " << verb.name << ")\n      flags=\"" << flags_of(verb) << "\"\n      words=$(" << argument_words(verb) << ") ;;\n";
  }
  script << tail;
  return script.str();
}

/// Adds "<prefix>.<option>=" for every option.
void add_keys(const std::string& prefix, const Schema& schema, std::set<std::string>& keys) {
  for (const OptionInfo& option : schema.options) keys.insert(prefix + "." + option.name + "=");
}

/// The keys that --set takes for a workflow: its settings, the options of its stages and of the tables that they use.
std::set<std::string> keys_of(const Workflow& workflow, const Registry& registry) {
  std::set<std::string> keys;
  for (const std::string& name : top_level_keys()) {
    if (name != "stages" && name != "extends" && !find_table_rule(name)) keys.insert(name + "=");
  }
  for (const StagePlan& stage : workflow.stages) {
    add_keys("stages." + stage.name, registry.find("stage", stage.type)->schema, keys);
    for (const TableRule& rule : training_table_rules()) {
      const std::vector<ComponentSpec>& specs = stage.tables.many(rule.name);
      std::vector<std::string> types;
      for (const ComponentSpec& spec : specs) types.push_back(spec.type);
      const std::vector<std::string> entries = entry_names(types);
      for (std::size_t i = 0; i < specs.size(); ++i) {
        const ComponentInfo* info = registry.find(rule.kind, specs[i].type);
        const std::string name = rule.many ? rule.name + "." + entries[i] : rule.name;
        if (info) add_keys(name, info->schema, keys);
        if (info && rule.has_type() && !rule.many) keys.insert(name + ".type=");
      }
    }
  }
  return keys;
}

/// For the script: prints the keys of a workflow, a line each.
int print_keys(const Invocation& invocation) {
  ConsoleLog log({"error", false});
  Host host;
  const Workflow workflow = load_workflow(host, invocation, invocation.text("second-argument"), log);
  for (const std::string& key : keys_of(workflow, host.registry)) std::cout << key << "\n";
  return 0;
}

int print_completion(const Invocation& invocation) {
  const std::string shell = invocation.text("input-argument");
  if (shell == "keys" && !invocation.text("second-argument").empty()) return print_keys(invocation);
  if (shell != "bash") throw usage_error("completion is there for bash, not for \"" + shell + "\": pipeline completion bash");
  std::cout << bash_script();
  return 0;
}

}  // namespace

Verb completion_verb() {
  return {"completion", "SHELL [WORKFLOW.toml]", "completion of verbs, flags, files, components, stages and keys; SHELL is bash",
          &add_options, &print_completion};
}

}  // namespace pipeline
