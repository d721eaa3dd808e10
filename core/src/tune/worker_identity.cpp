#include "tune/worker_identity.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace pipeline {

namespace {

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

/// "<boot> <namespace>": process numbers can be compared only if both are equal.
std::string this_machine() {
  struct stat space {};
  const bool known = ::stat("/proc/self/ns/pid", &space) == 0;
  return first_line("/proc/sys/kernel/random/boot_id") + " " + (known ? std::to_string(space.st_ino) : "?");
}

/// The start of a process in clock ticks since boot; empty if it does not exist or is dead.
std::string start_of(const std::string& process) {
  const std::string line = first_line("/proc/" + process + "/stat");
  // The second field, the program's name in brackets, may itself hold blanks and brackets.
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(line.substr(name_end + 1));
  std::string field;
  rest >> field;
  if (field == "Z" || field == "X") return {};
  constexpr int start_field = 22, state_field = 3;
  for (int i = state_field; i < start_field; ++i) rest >> field;
  return field;
}

}  // namespace

std::string this_worker() {
  const std::string process = std::to_string(::getpid());
  return this_machine() + " " + process + " " + start_of(process);
}

bool is_of_this_machine(const std::string& worker) { return worker.starts_with(this_machine() + " "); }

bool is_gone(const std::string& worker) {
  std::istringstream words(worker);
  std::string boot, space, process, start;
  if (!(words >> boot >> space >> process >> start)) return false;
  return boot + " " + space == this_machine() && start_of(process) != start;
}

}  // namespace pipeline
