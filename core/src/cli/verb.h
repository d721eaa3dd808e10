#pragma once

#include <boost/program_options.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "run/console_log.h"

namespace pipeline {

namespace po = boost::program_options;

/// The input of every verb: its parsed command line and the common flags.
struct Invocation {
  const po::variables_map& arguments;
  std::vector<std::filesystem::path> plugin_paths;
  LogOptions log;
  bool json = false;         ///< the result as JSON on stdout, messages on stderr
  std::string command_line;  ///< as the user typed it

  /// The text of a string option; empty when it was not given.
  [[nodiscard]] std::string text(const std::string& name) const { return arguments.count(name) ? arguments[name].as<std::string>() : ""; }
  [[nodiscard]] std::vector<std::string> texts(const std::string& name) const {
    return arguments.count(name) ? arguments[name].as<std::vector<std::string>>() : std::vector<std::string>{};
  }
};

/// One word of the command line. `run` returns the exit status; failures are thrown as Error.
struct Verb {
  const char* name;
  const char* argument;  ///< the positional arguments ("WORKFLOW.toml", "KIND NAME", "FILE [TO]"), at most three; empty: none
  const char* summary;
  void (*add_options)(po::options_description& options);
  int (*run)(const Invocation& invocation);
};

/// Error (usage) unless the file is there and a regular one; `said`: how the user named it, "--workflow w.toml".
void require_file(const std::string& said, const std::filesystem::path& file);

/// Each verb has a file of its own.
[[nodiscard]] Verb run_verb();
[[nodiscard]] Verb validate_verb();
[[nodiscard]] Verb graph_verb();
[[nodiscard]] Verb plugins_verb();
[[nodiscard]] Verb describe_verb();
[[nodiscard]] Verb audit_verb();
[[nodiscard]] Verb runs_verb();
[[nodiscard]] Verb study_verb();
[[nodiscard]] Verb predict_verb();
[[nodiscard]] Verb new_plugin_verb();
[[nodiscard]] Verb schema_verb();
[[nodiscard]] Verb checkpoint_verb();
[[nodiscard]] Verb completion_verb();
[[nodiscard]] Verb new_workflow_verb();
[[nodiscard]] Verb test_plugin_verb();

/// All of them, in the order of --help.
[[nodiscard]] std::vector<Verb> all_verbs();
/// The flags that every verb takes; their help is `columns` wide.
[[nodiscard]] po::options_description common_options(unsigned columns = po::options_description::m_default_line_length);

}  // namespace pipeline
