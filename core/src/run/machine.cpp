#include "run/machine.h"

#include <dlfcn.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string_view>

#include "pipeline/data/files.h"
#include "pipeline/data/format.h"
#include "run/build_id.h"

namespace pipeline {

namespace {

std::string first_line(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

/// CPUs granted by a cgroup v2 `cpu.max` of this process or of a parent; 0 when there is no limit.
double cgroup_limit() {
  std::ifstream groups("/proc/self/cgroup");
  double limit = 0;
  for (std::string line; std::getline(groups, line);) {
    if (!line.starts_with("0::")) continue;
    std::filesystem::path folder = "/sys/fs/cgroup" + line.substr(3);
    for (; folder.string().starts_with("/sys/fs/cgroup"); folder = folder.parent_path()) {
      std::istringstream text(first_line(folder / "cpu.max"));
      double quota = 0, period = 0;
      if (text >> quota >> period && period > 0) limit = limit == 0 ? quota / period : std::min(limit, quota / period);
    }
  }
  return limit;
}

/// The commit that a git reference points to: a loose file or a line of packed-refs.
std::string resolve_reference(const std::filesystem::path& git, const std::string& reference) {
  if (std::string commit = first_line(git / reference); !commit.empty()) return commit;
  std::ifstream packed(git / "packed-refs");
  for (std::string line; std::getline(packed, line);) {
    if (line.ends_with(" " + reference)) return line.substr(0, line.find(' '));
  }
  return {};
}

/// The build id of a library, else the hash of the whole file.
std::string build_of(const std::filesystem::path& library) {
  const std::string id = build_id(library);
  return id.empty() ? sha256_file(library) : id;
}

}  // namespace

int available_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int count = ::sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  if (const double limit = cgroup_limit(); limit > 0) count = std::min(count, static_cast<int>(std::ceil(limit)));
  return std::max(count, 1);
}

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::string git_commit(const std::filesystem::path& folder) {
  for (std::filesystem::path at = folder; !at.empty(); at = at.parent_path()) {
    std::filesystem::path git = at / ".git";
    // In a worktree or submodule .git is a file that names the folder; references may be in yet another folder.
    if (const std::string link = first_line(git); link.starts_with("gitdir: ")) git = at / link.substr(8);
    const std::string head = first_line(git / "HEAD"), common = first_line(git / "commondir");
    if (head.starts_with("ref: ")) return resolve_reference(common.empty() ? git : git / common, head.substr(5));
    if (!head.empty()) return head;
    if (at == at.root_path()) break;
  }
  return {};
}

const std::string& host_build() {
  static const std::string build = [] {
    Dl_info here{};
    if (::dladdr(reinterpret_cast<const void*>(&host_build), &here) == 0 || here.dli_fname == nullptr) return std::string();
    const std::filesystem::path core = here.dli_fname, torch = core.parent_path() / "libpipeline_torch.so";
    return sha256(build_of(core) + (std::filesystem::exists(torch) ? build_of(torch) : ""));
  }();
  return build;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

std::string utc_now() {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  return format_time(now.count() * 1'000'000'000) + "Z";
}

}  // namespace pipeline
