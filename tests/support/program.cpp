#include "support/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/eventually.h"

namespace {

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::filesystem::path output_file(const std::filesystem::path& folder, const char* name) {
  std::string pattern = (folder / (std::string(".") + name + "-XXXXXX")).string();
  const int descriptor = ::mkstemp(pattern.data());
  if (descriptor < 0) throw std::runtime_error("cannot make " + pattern);
  ::close(descriptor);
  return pattern;
}

[[noreturn]] void become(const std::string& executable, std::vector<std::string> words, const std::filesystem::path& folder,
                         const std::filesystem::path& out, const std::filesystem::path& err, const std::vector<std::string>& environment) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // an aborted test leaves no process running
  const int out_file = ::open(out.c_str(), O_WRONLY), err_file = ::open(err.c_str(), O_WRONLY), nothing = ::open("/dev/null", O_RDONLY);
  if (::chdir(folder.c_str()) != 0 || ::dup2(nothing, 0) < 0 || ::dup2(out_file, 1) < 0 || ::dup2(err_file, 2) < 0) ::_exit(127);
  for (const std::string& setting : environment) ::putenv(const_cast<char*>(setting.c_str()));
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(executable.c_str(), argv.data());
  ::_exit(127);
}

}  // namespace

Program::Program(const std::filesystem::path& executable, const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                 const std::vector<std::string>& environment)
    : out_(output_file(std::filesystem::temp_directory_path(), "out")), err_(output_file(std::filesystem::temp_directory_path(), "err")) {
  std::vector<std::string> words{executable.filename().string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("cannot start a process");
  if (process_ == 0) become(executable.string(), std::move(words), folder, out_, err_, environment);
}

Program::~Program() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  std::error_code ignored;
  std::filesystem::remove(out_, ignored);
  std::filesystem::remove(err_, ignored);
}

void Program::signal(int number) const { ::kill(process_, number); }

bool Program::runs() const {
  siginfo_t ended{};
  return ::waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0;
}

std::string Program::err_so_far() const { return content_of(err_); }

bool Program::says(std::string_view words) const {
  bool said = false;
  return eventually([&] {
           const bool ended = !runs();  // asked before reading, so that the last output is seen
           said = err_so_far().find(words) != std::string::npos;
           return said || ended;
         }) &&
         said;
}

Finished Program::wait() {
  if (!eventually([&] { return !runs(); })) signal(SIGKILL);
  int status = 0;
  ::waitpid(process_, &status, 0);
  process_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), content_of(out_), content_of(err_)};
}

Finished pipeline_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                          const std::vector<std::string>& environment) {
  return Program(std::filesystem::path(BUILD_DIR) / "bin" / "pipeline", arguments, folder, environment).wait();
}

std::vector<pid_t> children_of(pid_t process) {
  std::vector<pid_t> all;
  std::ifstream children("/proc/" + std::to_string(process) + "/task/" + std::to_string(process) + "/children");
  for (pid_t child = 0; children >> child;) all.push_back(child);
  return all;
}
