#include "cli/program.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <new>
#include <optional>
#include <sstream>

#include "base/cpu_capability.h"
#include "base/crash_sentence.h"
#include "cli/inherited_state.h"
#include "cli/more_arguments.h"
#include "cli/next_forecast.h"
#include "cli/shell_text.h"
#include "cli/stage_worker.h"
#include "cli/terminal.h"
#include "cli/terminal_output.h"
#include "cli/verb.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/plugin.h"
#include "pipeline/schema.h"
#include "plugin/facts.h"
#include "plugin/scan.h"
#include "plugin/test_components.h"

namespace pipeline {

namespace {

/// The words for a verb's positional arguments: "KIND", "NAME"; "[TO]" for an optional one.
std::vector<std::string> argument_names(const Verb& verb) {
  std::istringstream words(verb.argument);
  return {std::istream_iterator<std::string>(words), {}};
}
/// Boost lays out the flags' help in two columns, which need some room.
constexpr int least_help_width = 40;
/// The names of positional arguments in the command line's parser.
constexpr std::array<const char*, 3> argument_keys{"input-argument", "second-argument", "third-argument"};
/// Whether an argument may be given any number of times: "[MORE.toml]...".
bool repeats(const std::string& argument) { return argument.ends_with("..."); }

std::string usage_of(const Verb& verb) {
  return std::string("pipeline ") + verb.name + (*verb.argument ? std::string(" ") + verb.argument : "") + " [flags]";
}

void print_help(std::ostream& out) {
  out << "pipeline: time-series forecasting from one TOML file\n\nUsage: pipeline VERB ...\n\n";
  constexpr std::size_t summaries = 28;  // the column where they begin
  const auto line = [&](const std::string& call, const std::string& summary) {
    const std::string start = "  " + call;
    const bool beside = start.size() < summaries;
    out << start << (beside ? "" : "\n") << std::string(beside ? summaries - start.size() : summaries, ' ');
    out << wrapped_after(summaries, summary, help_width()) << "\n";
  };
  for (const Verb& verb : all_verbs()) line(std::string(verb.name) + " " + verb.argument, verb.summary);
  out << "\n";
  line("pipeline VERB --help", "flags of a verb");
  line("pipeline --version", "versions of the program, LibTorch and the plugin API");
}

void print_version(std::ostream& out) {
  out << "pipeline " << PIPELINE_VERSION << " (LibTorch " << PIPELINE_HOST_TORCH_VERSION << ", plugin API " << host_tiers() << ", "
      << PIPELINE_ABI_TAG << ", kernels " << cpu_capability() << ")\n";
}

Verb find_verb(const std::string& name) {
  for (const Verb& hidden : {stage_worker_verb(), forecast_worker_verb()}) {
    if (name == hidden.name) return hidden;
  }
  std::vector<std::string> names;
  for (const Verb& verb : all_verbs()) {
    if (name == verb.name) return verb;
    names.emplace_back(verb.name);
  }
  throw usage_error(closed_sentence("unknown verb \"" + name + "\"" + suggest(name, names)) + " See pipeline --help");
}

/// Boost's message in the program's words, with the nearest flag.
Error command_line_error(const Verb& verb, const po::options_description& options, const po::error& error) {
  std::string message = std::string("pipeline ") + verb.name + ": " + error.what();
  if (const auto* unknown = dynamic_cast<const po::unknown_option*>(&error)) {
    std::vector<std::string> names;
    for (const auto& option : options.options()) names.push_back("--" + option->long_name());
    const std::string given = unknown->get_option_name().substr(0, unknown->get_option_name().find('='));
    message = std::string("pipeline ") + verb.name + ": unknown flag " + given + suggest(given, names);
  }
  return usage_error(closed_sentence(message) + " See pipeline " + verb.name + " --help");
}

std::string quoted_command_line(int argc, char** argv) {
  std::string line;
  for (int i = 0; i < argc; ++i) line += (i ? " " : "") + shell_quoted(argv[i]);
  return line;
}

LogOptions log_options(const po::variables_map& arguments) {
  const std::string level = arguments["log-level"].as<std::string>();
  if (level != "debug" && level != "info" && level != "warning" && level != "error") {
    throw usage_error("--log-level takes debug, info, warning or error, got " + level);
  }
  return {level, arguments.count("quiet") > 0};
}

po::variables_map parse(const Verb& verb, const po::options_description& options, const std::vector<std::string>& words) {
  po::variables_map arguments;
  try {
    po::positional_options_description positional;
    for (const std::string& name : argument_names(verb)) {
      repeats(name) ? positional.add(more_arguments, -1) : positional.add(argument_keys.at(positional.max_total_count()), 1);
    }
    const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(words).options(options).positional(positional).style(style).run(), arguments);
    po::notify(arguments);
  } catch (const po::too_many_positional_options_error&) {
    throw usage_error(std::string("pipeline ") + verb.name + ": too many arguments; usage: " + usage_of(verb));
  } catch (const po::error& error) {
    throw command_line_error(verb, options, error);
  }
  return arguments;
}

int run_words(const std::vector<std::string>& words, const std::string& command_line) {
  if (words.empty()) {
    print_help(std::cerr);
    return static_cast<int>(ExitStatus::usage);
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") return print_help(std::cout), 0;
  if (words[0] == "--version") return print_version(std::cout), 0;
  if (words[0] == scan_word) return scan_as_child({words.begin() + 1, words.end()});
  if (words[0] == test_word) return test_components_as_child({words.begin() + 1, words.end()});
  tell_crashes(CrashReader::user);  // not before: the parents of the two processes above report how these ended
  const Verb verb = find_verb(words[0]);
  const auto columns = static_cast<unsigned>(std::max(help_width(), least_help_width));
  po::options_description shown(std::string("Flags of ") + verb.name, columns, columns / 2), all(columns, columns / 2);
  verb.add_options(shown);
  const po::options_description common = common_options(columns);
  all.add(shown).add(common);
  po::options_description parsed = all;
  const std::vector<std::string> names = argument_names(verb);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (repeats(names[i])) {
      parsed.add_options()(more_arguments, po::value<std::vector<std::string>>());
    } else {
      parsed.add_options()(argument_keys.at(i), po::value<std::string>());
    }
  }
  const po::variables_map arguments = parse(verb, parsed, {words.begin() + 1, words.end()});
  if (arguments.count("help")) {
    std::cout << "Usage: " << usage_of(verb) << "\n" << wrapped_after(0, verb.summary, help_width()) << "\n\n" << all;
    return 0;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].starts_with('[') && !arguments.count(argument_keys.at(i)))
      throw usage_error(names[i] + " is missing; usage: " + usage_of(verb));
  }
  Invocation invocation{arguments, {}, log_options(arguments), arguments.count("json") > 0, command_line};
  for (const std::string& folder : invocation.texts("plugin-path")) {
    if (!std::filesystem::is_directory(folder)) throw usage_error("--plugin-path " + folder + ": no such folder");
    invocation.plugin_paths.emplace_back(std::filesystem::absolute(folder));
  }
  return verb.run(invocation);
}

/// After every operation LibTorch's threads wait for the next one in a loop, which libgomp ends after some milliseconds by default. A
/// thread that waits so takes the processor from one that works. After this many rounds, some 0.1 ms, they sleep: long enough for the gap
/// between the passes of a training step. libgomp reads the variable when LibTorch is loaded.
void let_waiting_threads_sleep() {
  if (!std::getenv("OMP_WAIT_POLICY")) ::setenv("GOMP_SPINCOUNT", "4000", 0);
}

}  // namespace

int run_program(int argc, char** argv) {
  try {
    repair_inherited_state();
    let_waiting_threads_sleep();
    std::optional<TerminalOutput> terminal;
    if (::isatty(STDOUT_FILENO) == 1) terminal.emplace(std::cout);
    const int status = run_words({argv + 1, argv + argc}, quoted_command_line(argc, argv));
    if (!std::cout.flush()) throw Error(ExitStatus::unexpected, "the result could not be written to stdout: is its disk full?");
    return status;
  } catch (const Error& error) {
    ConsoleLog log({});
    for (const std::string& message : error.messages()) log.error(message);
    return static_cast<int>(error.status());
  } catch (const std::bad_alloc&) {
    ConsoleLog log({});
    log.error(words_of_exception());
    return static_cast<int>(ExitStatus::unexpected);
  } catch (...) {
    ConsoleLog log({});
    log.error("unexpected: " + words_of_exception());
    return static_cast<int>(ExitStatus::unexpected);
  }
}

}  // namespace pipeline
