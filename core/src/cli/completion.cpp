#include <iostream>
#include <sstream>

#include "cli/verb.h"
#include "pipeline/errors.h"

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
  if (argument == "WORKFLOW.toml") return "compgen -f -X '!*.toml' -- \"$word\"; compgen -d -S / -- \"$word\"";
  if (argument == "COMPONENT")
    return "compgen -W \"$(\"${COMP_WORDS[0]}\" plugins 2>/dev/null | awk '/^$/ { exit } NR > 1 { print $2 }')\" -- \"$word\"";
  if (argument.starts_with("KIND")) return "compgen -W \"stage model callback logger\" -- \"$word\"";
  if (argument.starts_with("show|best")) return "compgen -W \"show best trials export\" -- \"$word\"";
  if (argument.starts_with("show|")) return "compgen -W \"show convert\" -- \"$word\"; compgen -f -- \"$word\"";
  if (argument == "SHELL") return "compgen -W bash -- \"$word\"";
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

int print_completion(const Invocation& invocation) {
  const std::string shell = invocation.text("input-argument");
  if (shell != "bash") throw usage_error("completion is there for bash, not for \"" + shell + "\": pipeline completion bash");
  std::cout << bash_script();
  return 0;
}

}  // namespace

Verb completion_verb() {
  return {"completion", "SHELL", "completion of verbs, flags, files, components and stages; SHELL is bash", &add_options,
          &print_completion};
}

}  // namespace pipeline
