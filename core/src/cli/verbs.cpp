#include "cli/verb.h"

#include "pipeline/errors.h"

namespace pipeline {

std::vector<Verb> all_verbs() {
  return {run_verb(),        validate_verb(),   graph_verb(),        plugins_verb(),     describe_verb(),
          predict_verb(),    checkpoint_verb(), audit_verb(),        runs_verb(),        study_verb(),
          new_plugin_verb(), schema_verb(),     new_workflow_verb(), test_plugin_verb(), completion_verb()};
}

po::options_description common_options(unsigned columns) {
  po::options_description options("Common flags", columns, columns / 2);
  options.add_options()                                                                                                                   //
      ("plugin-path", po::value<std::vector<std::string>>()->value_name("DIR")->composing(), "search DIR for plugins first; repeatable")  //
      ("log-level", po::value<std::string>()->value_name("LEVEL")->default_value("info"), "debug, info, warning or error")                //
      ("quiet,q", "warnings and errors only")                                                                                             //
      ("json", "the result as JSON on stdout, messages on stderr")                                                                        //
      ("help,h", "this text");
  return options;
}

void require_file(const std::string& said, const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) throw usage_error(said + ": no such file");
  if (!std::filesystem::is_regular_file(file)) throw usage_error(said + " is no regular file");
}

}  // namespace pipeline
