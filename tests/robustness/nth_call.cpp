// Runs a program and lets one of its system calls fail, write less, or be its last.
//
//   nth_call BELOW REPORT N ACT CALLS PROGRAM ARGUMENT...
//
// BELOW    only calls on files below this folder are counted, in the order of all threads and processes
// REPORT   this file says how many there were, and on the next line which was hit
// N        the call that is hit; 0: none, "7+": this one and all that follow
// ACT      kill (SIGKILL to the process), short (half of the bytes are written), or the name of an error: ENOSPC
// CALLS    write, sync, name, room, folder, open, or several with commas
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace {

enum class Names { descriptor, path, path_at };  ///< how a call names its file

struct Call {
  long number;
  const char* name;
  const char* group;
  Names names;
};

constexpr std::array calls{
    Call{SYS_write, "write", "write", Names::descriptor},
    Call{SYS_pwrite64, "pwrite64", "write", Names::descriptor},
    Call{SYS_writev, "writev", "write", Names::descriptor},
    Call{SYS_sendfile, "sendfile", "write", Names::descriptor},
    Call{SYS_copy_file_range, "copy_file_range", "write", Names::descriptor},
    Call{SYS_fsync, "fsync", "sync", Names::descriptor},
    Call{SYS_fdatasync, "fdatasync", "sync", Names::descriptor},
    Call{SYS_rename, "rename", "name", Names::path},
    Call{SYS_renameat, "renameat", "name", Names::path_at},
    Call{SYS_renameat2, "renameat2", "name", Names::path_at},
    Call{SYS_link, "link", "name", Names::path},
    Call{SYS_linkat, "linkat", "name", Names::path_at},
    Call{SYS_unlink, "unlink", "name", Names::path},
    Call{SYS_unlinkat, "unlinkat", "name", Names::path_at},
    Call{SYS_rmdir, "rmdir", "name", Names::path},
    Call{SYS_symlink, "symlink", "name", Names::path},
    Call{SYS_ftruncate, "ftruncate", "room", Names::descriptor},
    Call{SYS_truncate, "truncate", "room", Names::path},
    Call{SYS_fallocate, "fallocate", "room", Names::descriptor},
    Call{SYS_mkdir, "mkdir", "folder", Names::path},
    Call{SYS_mkdirat, "mkdirat", "folder", Names::path_at},
    Call{SYS_open, "open", "open", Names::path},
    Call{SYS_openat, "openat", "open", Names::path_at},
};

constexpr std::array<std::pair<const char*, int>, 7> errors{
    {{"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EINTR", EINTR}, {"EMFILE", EMFILE}, {"ENOMEM", ENOMEM}, {"EACCES", EACCES}, {"EDQUOT", EDQUOT}}};

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "nth_call: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(125);
}

struct Plan {
  std::string below, report, act, groups;
  long at = 0;
  bool onwards = false;

  [[nodiscard]] bool watches(const Call& call) const {
    return ("," + groups + ",").find(std::string(",") + call.group + ",") != std::string::npos;
  }
  [[nodiscard]] bool hits(long count) const { return at > 0 && (count == at || (onwards && count > at)); }
};

/// Stops the process for its tracer at the calls of the plan, and at no other.
void install_filter(const Plan& plan) {
  std::vector<sock_filter> program{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  for (const Call& call : calls) {
    if (!plan.watches(call)) continue;
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call.number), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) die("seccomp");
}

std::string link_text(const std::string& link) {
  std::array<char, 4096> text{};
  const ssize_t size = ::readlink(link.c_str(), text.data(), text.size());
  return size < 0 ? "" : std::string(text.data(), static_cast<std::size_t>(size));
}

std::string text_at(pid_t thread, unsigned long long address) {
  std::string text;
  for (;; address += sizeof(long)) {
    errno = 0;
    const long word = ::ptrace(PTRACE_PEEKDATA, thread, address, nullptr);
    if (errno != 0) return text;
    for (std::size_t byte = 0; byte < sizeof(word); ++byte) {
      const char c = static_cast<char>(static_cast<unsigned long>(word) >> (8 * byte));
      if (c == '\0') return text;
      text += c;
    }
  }
}

/// The absolute path of the file that the call names.
std::string file_of(pid_t thread, const Call& call, const user_regs_struct& registers) {
  const std::string process = "/proc/" + std::to_string(thread);
  if (call.names == Names::descriptor) return link_text(process + "/fd/" + std::to_string(static_cast<int>(registers.rdi)));
  const bool at = call.names == Names::path_at;
  const std::string path = text_at(thread, at ? registers.rsi : registers.rdi);
  if (path.starts_with("/")) return path;
  const int folder = at ? static_cast<int>(registers.rdi) : AT_FDCWD;
  return link_text(folder == AT_FDCWD ? process + "/cwd" : process + "/fd/" + std::to_string(folder)) + "/" + path;
}

class Tracer {
 public:
  explicit Tracer(Plan plan) : plan_(std::move(plan)) {}

  /// Returns the exit status of the first process, 128 + n for signal n.
  int follow(pid_t first) {
    for (int status = 0;;) {
      const pid_t thread = ::waitpid(-1, &status, __WALL);
      if (thread < 0) return ended_;
      if (WIFEXITED(status) || WIFSIGNALED(status)) {
        if (thread == first) ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        continue;
      }
      go_on(thread, status);
    }
  }

  void write_report() const {
    std::ofstream out(plan_.report);
    out << count_ << "\n" << hit_ << "\n";
  }

 private:
  void go_on(pid_t thread, int status) {
    const int event = status >> 16, signal = WSTOPSIG(status);
    if (event == PTRACE_EVENT_SECCOMP) {
      meet(thread);
      ::ptrace(PTRACE_CONT, thread, nullptr, nullptr);
    } else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
      ::ptrace(PTRACE_LISTEN, thread, nullptr, nullptr);  // stopped as by Ctrl-Z
    } else {
      ::ptrace(PTRACE_CONT, thread, nullptr, event != 0 ? 0L : static_cast<long>(signal));
    }
  }

  void meet(pid_t thread) {
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, thread, nullptr, &registers) != 0) return;
    const auto call = std::ranges::find(calls, static_cast<long>(registers.orig_rax), &Call::number);
    if (call == calls.end() || (std::string_view(call->group) == "open" && !writes(*call, registers))) return;
    const std::string file = file_of(thread, *call, registers);
    if (!file.starts_with(plan_.below) || !plan_.hits(++count_)) return;
    if (hit_.empty()) hit_ = std::string(call->name) + " " + file;
    act(thread, *call, registers);
  }

  /// Reading is no fault here: it damages nothing.
  static bool writes(const Call& call, const user_regs_struct& registers) {
    const auto flags = static_cast<int>(call.names == Names::path_at ? registers.rdx : registers.rsi);
    return (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0;
  }

  void act(pid_t thread, const Call& call, user_regs_struct& registers) const {
    if (plan_.act == "kill") {
      ::kill(process_of(thread), SIGKILL);
      return;
    }
    if (plan_.act == "short") {
      if (call.number != SYS_write && call.number != SYS_pwrite64) return;
      registers.rdx = std::max<unsigned long long>(1, registers.rdx / 2);
    } else {
      const auto error = std::ranges::find(errors, plan_.act, &std::pair<const char*, int>::first);
      registers.orig_rax = static_cast<unsigned long long>(-1);  // the kernel skips it
      registers.rax = static_cast<unsigned long long>(-error->second);
    }
    ::ptrace(PTRACE_SETREGS, thread, nullptr, &registers);
  }

  static pid_t process_of(pid_t thread) {
    std::ifstream status("/proc/" + std::to_string(thread) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("Tgid:")) return std::stoi(line.substr(5));
    }
    return thread;
  }

  Plan plan_;
  long count_ = 0;
  std::string hit_;
  int ended_ = 125;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) {
    std::fprintf(stderr, "nth_call BELOW REPORT N ACT CALLS PROGRAM ARGUMENT...\n");
    return 125;
  }
  const std::string at = argv[3];
  const Plan plan{.below = std::string(argv[1]) + "/",
                  .report = argv[2],
                  .act = argv[4],
                  .groups = argv[5],
                  .at = std::stol(at),
                  .onwards = at.ends_with("+")};
  const bool known =
      plan.act == "kill" || plan.act == "short" || std::ranges::any_of(errors, [&](const auto& e) { return plan.act == e.first; });
  if (!known) {
    std::fprintf(stderr, "nth_call: %s is not known\n", argv[4]);
    return 125;
  }
  const pid_t child = ::fork();
  if (child == 0) {
    ::raise(SIGSTOP);  // until the tracer is there
    install_filter(plan);
    ::execvp(argv[6], argv + 6);
    die(argv[6]);
  }
  ::waitpid(child, nullptr, WUNTRACED);
  constexpr long options =
      PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
  if (::ptrace(PTRACE_SEIZE, child, nullptr, options) != 0) {
    ::kill(child, SIGKILL);
    die("ptrace");
  }
  ::kill(child, SIGCONT);
  Tracer tracer(plan);
  const int status = tracer.follow(child);
  tracer.write_report();
  return status;
}
