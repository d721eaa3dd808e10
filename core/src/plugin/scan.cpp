#include "plugin/scan.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <exception>
#include <span>

#include "pipeline/errors.h"
#include "plugin/library_record.h"
#include "plugin/open_library.h"

namespace pipeline {

namespace {

constexpr const char* throws_member = "throws";  ///< the child's last words where an initialiser of the current library throws
constexpr int result_descriptor = 3;             ///< where the child writes; its stdout and stderr belong to what the plugins print

/// A child that scans and the end of the pipe it writes to.
class ScanProcess {
 public:
  ScanProcess(const std::filesystem::path& program, std::span<const std::filesystem::path> files) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw system_failure("cannot make a pipe for", program.string(), errno);
    read_end_ = ends[0];
    const int error = spawn(program, files, ends[1]);
    ::close(ends[1]);
    if (error != 0) {
      ::close(read_end_);
      throw system_failure("cannot start", program.string(), error);
    }
  }
  ~ScanProcess() {
    ::close(read_end_);
    if (process_ > 0) static_cast<void>(end());
  }
  ScanProcess(const ScanProcess&) = delete;
  ScanProcess& operator=(const ScanProcess&) = delete;

  enum class Read { line, closed, timeout };
  /// The next line the child wrote.
  Read next(std::string& line, std::chrono::seconds patience) {
    for (;;) {
      if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
        line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return Read::line;
      }
      pollfd wait{read_end_, POLLIN, 0};
      const int ready = ::poll(&wait, 1, static_cast<int>(std::chrono::milliseconds(patience).count()));
      if (ready == 0) return Read::timeout;
      if (ready < 0 && errno == EINTR) continue;
      char chunk[1 << 16];
      const ssize_t got = ::read(read_end_, chunk, sizeof chunk);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return Read::closed;
      buffer_.append(chunk, static_cast<std::size_t>(got));
    }
  }

  /// Kills the child if it still runs and waits for it; its status as waitpid gives it.
  int end() {
    ::kill(process_, SIGKILL);
    return wait();
  }
  int wait() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return status;
  }

 private:
  int spawn(const std::filesystem::path& program, std::span<const std::filesystem::path> files, int write_end) {
    std::vector<std::string> words{program.string(), scan_word};
    for (const std::filesystem::path& file : files) words.push_back(file.string());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    for (const int silent : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
      ::posix_spawn_file_actions_addopen(&actions, silent, "/dev/null", O_RDWR, 0);
    ::posix_spawn_file_actions_adddup2(&actions, write_end, result_descriptor);
    const int error = ::posix_spawn(&process_, program.c_str(), &actions, nullptr, argv.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    return error;
  }

  pid_t process_ = -1;
  int read_end_ = -1;
  std::string buffer_;
};

PluginLibrary lost(const std::filesystem::path& file, RefusalCode code, std::string reason) {
  PluginLibrary library;
  library.path = file;
  library.stamp = stamp_of(file);
  library.name = file.stem().string();
  library.code = code;
  library.reason = std::move(reason);
  return library;
}

PluginLibrary crashed(const std::filesystem::path& file, int status) {
  const std::string how =
      WIFSIGNALED(status) ? std::string("by ") + ::strsignal(WTERMSIG(status)) : "with exit status " + std::to_string(WEXITSTATUS(status));
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

/// Scans files from the front until all are done or one of them stops the child; every file that has an answer is in the result.
std::vector<PluginLibrary> scan_some(const std::filesystem::path& program, std::span<const std::filesystem::path> files,
                                     std::chrono::seconds patience) {
  std::vector<PluginLibrary> done;
  ScanProcess child(program, files);
  std::string line;
  while (done.size() < files.size()) {
    const std::filesystem::path& current = files[done.size()];
    const ScanProcess::Read read = child.next(line, patience);
    if (read == ScanProcess::Read::line) {
      const Value answer = from_json(line, "the answer of " + program.string());
      if (const Value* what = answer.find(throws_member)) {
        done.push_back(throwing(current, what->as_string()));
        return done;  // the child has ended
      }
      done.push_back(library_of(answer));
    } else if (read == ScanProcess::Read::closed) {
      done.push_back(crashed(current, child.wait()));
      return done;
    } else {
      static_cast<void>(child.end());
      done.push_back(hanging(current, patience));
      return done;
    }
  }
  static_cast<void>(child.end());  // it has nothing more to say
  return done;
}

/// Writes a line of JSON to the parent; false when it cannot be written.
bool answer(const Value& value) {
  const std::string line = to_json(value) + "\n";
  for (std::size_t at = 0; at < line.size();) {
    const ssize_t wrote = ::write(result_descriptor, line.data() + at, line.size() - at);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    at += static_cast<std::size_t>(wrote);
  }
  return true;
}

/// Tells the parent what was thrown and ends the process; without an exception it aborts, as std::terminate does.
[[noreturn]] void report_exception() {
  const std::exception_ptr thrown = std::current_exception();
  if (!thrown) std::abort();
  std::string what = "an object that is no std::exception";
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {  // its type is unknown: the sentence above says so
  }
  ::_exit(answer(Value::Map{{throws_member, what}}) ? 0 : 1);
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
  std::set_terminate(&report_exception);  // no exception leaves dlopen: one that an initialiser throws ends here
  for (const std::string& file : files) {
    if (!answer(to_record(open_plugin(file).library))) return 1;  // nobody listens any more
  }
  ::_exit(0);  // the destructors of plugins' global objects have no say in a scan
}

}  // namespace pipeline
