#include "plugin/scan.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <optional>
#include <span>

#include "base/child_process.h"
#include "base/shortage.h"
#include "pipeline/errors.h"
#include "plugin/library_record.h"
#include "plugin/open_library.h"

namespace pipeline {

namespace {

constexpr const char* ready_member = "ready";        ///< the child's first message
constexpr const char* throws_member = "throws";      ///< its last message if an initialiser of the current library throws
constexpr const char* shortage_member = "shortage";  ///< its last message if the machine has no memory, threads or descriptors left

PluginLibrary lost(const std::filesystem::path& file, RefusalCode code, std::string reason) {
  PluginLibrary library;
  library.path = file;
  library.stamp = stamp_of(file);
  library.name = file.stem().string();
  library.code = code;
  library.reason = std::move(reason);
  return library;
}

PluginLibrary crashed(const std::filesystem::path& file, const std::string& how) {
  return lost(file, RefusalCode::crashed,
              "ends the process that loads it (" + how + "): look into its global objects and register_components, or remove it");
}

PluginLibrary throwing(const std::filesystem::path& file, const std::string& what) {
  return lost(
      file, RefusalCode::load_throws,
      "one of its global objects throws while it is loaded (" + what + "): make that object inside register_components or a component");
}

PluginLibrary hanging(const std::filesystem::path& file, std::chrono::seconds patience) {
  return lost(
      file, RefusalCode::hangs,
      "is not loaded after " + std::to_string(patience.count()) + " s: look into its global objects and register_components, or remove it");
}

/// The child's answer about a file, with the parent's paths: JSON replaces bytes that are no UTF-8.
PluginLibrary answered(const Value& answer, const std::filesystem::path& file) {
  PluginLibrary library = library_of(answer);
  library.path = file;
  for (ComponentInfo& component : library.components) component.library = file.string();
  return library;
}

/// Scans files from the front until all are done or one of them ends the child; the result holds every file with an answer.
std::vector<PluginLibrary> scan_some(const std::filesystem::path& program, std::span<const std::filesystem::path> files,
                                     std::chrono::seconds patience) {
  std::vector<PluginLibrary> done;
  std::vector<std::string> words{scan_word};
  for (const std::filesystem::path& file : files) words.push_back(file.string());
  ChildProcess child(program, std::move(words));
  std::string line;
  const ChildProcess::Read first = child.next(line, patience);
  if (first == ChildProcess::Read::timeout) return {hanging(files.front(), patience)};
  if (first == ChildProcess::Read::closed)
    throw Shortage("the process that examines plugins does not start (it ended " + child.end_in_words() +
                   "): raise the limits on memory, processes and open files (ulimit -v, -u, -n), or end other programs");
  while (done.size() < files.size()) {
    const std::filesystem::path& current = files[done.size()];
    const ChildProcess::Read read = child.next(line, patience);
    if (read == ChildProcess::Read::line) {
      const Value answer = from_json(line, "the answer of " + program.string());
      if (const Value* what = answer.find(shortage_member)) throw Shortage(current.string() + ": " + what->as_string());
      if (const Value* what = answer.find(throws_member)) {
        done.push_back(throwing(current, what->as_string()));
        return done;  // the child has ended
      }
      done.push_back(answered(answer, current));
    } else if (read == ChildProcess::Read::closed) {
      done.push_back(crashed(current, child.end_in_words()));
      return done;
    } else {
      done.push_back(hanging(current, patience));
      return done;
    }
  }
  return done;
}

/// Reports the exception to the parent and ends the process; without an exception it aborts, as std::terminate does.
[[noreturn]] void report_exception() {
  const std::exception_ptr thrown = std::current_exception();
  if (!thrown) std::abort();
  std::string what;
  const char* member = throws_member;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    what = error.what();
    if (const std::optional<std::string> shortage = shortage_in_words(error)) member = shortage_member, what = *shortage;
  } catch (...) {
    what = foreign_object;
  }
  ::_exit(answer_parent(Value::Map{{member, what}}) ? 0 : 1);
}

}  // namespace

std::vector<PluginLibrary> scan_in_child(const std::filesystem::path& program, const std::vector<std::filesystem::path>& files,
                                         std::chrono::seconds patience) {
  std::vector<PluginLibrary> all;
  while (all.size() < files.size()) {
    for (PluginLibrary& library : scan_some(program, std::span(files).subspan(all.size()), patience)) all.push_back(std::move(library));
  }
  return all;
}

int scan_as_child(const std::vector<std::string>& files) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);                              // a library that hangs must not outlive a host that was interrupted
  std::set_terminate(&report_exception);                           // no exception leaves dlopen: one that an initialiser throws ends here
  if (!answer_parent(Value::Map{{ready_member, true}})) return 1;  // the parent does not read any more
  try {
    for (const std::string& file : files) {
      if (!answer_parent(to_record(open_plugin(file).library))) return 1;
    }
  } catch (const Shortage& shortage) {
    ::_exit(answer_parent(Value::Map{{shortage_member, shortage.what()}}) ? 0 : 1);
  } catch (const std::exception& error) {
    const std::optional<std::string> shortage = shortage_in_words(error);
    if (!shortage) throw;
    ::_exit(answer_parent(Value::Map{{shortage_member, *shortage}}) ? 0 : 1);
  }
  ::_exit(0);  // without the destructors of plugins' global objects
}

}  // namespace pipeline
