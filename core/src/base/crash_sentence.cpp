#include "base/crash_sentence.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "base/child_process.h"
#include "base/file_descriptor.h"
#include "base/mapped_range.h"
#include "base/now_running.h"
#include "pipeline/errors.h"

// Everything that the handler calls is async-signal-safe: it reads the notes, copies bytes and calls write(2), sigaction, raise, pause.
namespace pipeline {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
#else
constexpr bool sanitized = false;
#endif

constexpr std::array told_signals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// What the handler needs, set before it is installed.
CrashReader crash_reader = CrashReader::user;
bool clears_line = false;  ///< stderr is a terminal, which may show a status line
const NowRunning* running_of_main = nullptr;
std::atomic<bool> told = false;

/// The handler's stack: after a stack overflow there is no other.
alignas(std::max_align_t) std::array<std::byte, std::size_t{64} * 1024> alternate_stack;

/// Text in a buffer of fixed size; what does not fit is dropped.
class Line {
 public:
  void add(std::string_view text) {
    for (const char c : text) add(c);
  }
  void add(char c) {
    if (size_ < text_.size() - reserve) text_[size_++] = c;
  }
  /// Adds a name that may hold characters which steer a terminal.
  void add_name(std::string_view name) {
    for (const char c : name) add(static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '?' : c);
  }
  /// Adds a part of a JSON string. Bytes that might not be UTF-8, which would make the message unreadable, become '?'.
  void add_escaped(std::string_view text) {
    for (const char c : text) {
      if (size_ + 2 > text_.size() - reserve) return;  // no room for a whole escape
      if (c == '"' || c == '\\') add('\\');
      add(c >= ' ' && c <= '~' ? c : '?');
    }
  }
  /// Closes the line; the room for it is reserved.
  void end(std::string_view text) {
    for (const char c : text) text_[size_++] = c;
  }
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

 private:
  static constexpr std::size_t reserve = 8;
  std::array<char, 4096> text_{};  // at most PIPE_BUF: a message into a pipe is written whole
  std::size_t size_ = 0;
};

std::string_view name_of(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    default:
      return "SIGABRT";
  }
}

void add_named(Line& line, std::string_view kind, std::string_view name, std::string_view library) {
  line.add(kind);
  line.add(" \"");
  line.add_name(name);
  line.add("\" (");
  line.add_name(library.empty() ? "the program itself" : library.substr(library.rfind('/') + 1));
  line.add(") ran");
}

/// `callback "MyCallback" (libmy_callback.so) ran on_fit_start in stage "train"`, `stage "train" (libtrain.so) ran`.
void add_work(Line& line, const ComponentInfo* component, const char* function, const char* stage) {
  if (component && component->kind == "stage")
    return add_named(line, "stage", stage ? std::string_view(stage) : component->name, component->library);
  if (component) {
    add_named(line, component->kind, component->name, component->library);
    line.add(' ');
  }
  line.add(function);
  if (!component) line.add(" ran");
  if (!stage) return;
  line.add(" in stage \"");
  line.add(stage);
  line.add('"');
}

/// The sentence about a crash of the calling thread, with all that is known.
void add_sentence(Line& line, int signal) {
  const NowRunning& own = now_running();
  const NowRunning& running = own.function.load(std::memory_order_relaxed) ? own : *running_of_main;
  line.add(crash_reader == CrashReader::user ? "the program crashed (" : "a worker crashed (");
  line.add(name_of(signal));
  const ComponentInfo* const component = running.component.load(std::memory_order_relaxed);
  const char* const function = running.function.load(std::memory_order_relaxed);
  if (!function) {
    line.add(") while no component ran: this is a fault of the program itself; report it with the command that led to it");
    return;
  }
  line.add(&running == &own ? ") while " : ") in another thread while ");
  add_work(line, component, function, running_of_main->stage.load(std::memory_order_relaxed));
  line.add(": run the same command under a debugger to see where");
  if (component) line.add(", or leave the component out");
}

/// The end of the process that the handler reports.
struct End {
  std::string_view sentence;
  ExitStatus status = ExitStatus::unexpected;
};

void tell(const End& end) {
  Line line;
  if (crash_reader == CrashReader::user) {
    if (clears_line) line.add("\r\033[K");
    line.add("error: ");
    line.add(end.sentence);
    line.end("\n");
    static_cast<void>(write_all(STDERR_FILENO, line.text()));
    return;
  }
  line.add(R"({"status": )");
  line.add(static_cast<char>('0' + static_cast<int>(end.status)));
  line.add(R"(, "error": ")");
  line.add_escaped(end.sentence);
  line.end("\"}\n");
  static_cast<void>(write_all(result_descriptor, line.text()));
}

/// Reports that the pages of a mapped file are gone, and ends the process: the access cannot succeed, and nothing behind it can go on.
[[noreturn]] void end_without(const MappedRange::Note& lost) {
  const bool input = lost.use == MappedUse::input;
  Line sentence;
  sentence.add_name(lost.file.data());
  sentence.add(input ? " became shorter while it was read, or its disk fails: run again when nothing writes into it any more"
                     : " could not be written: its disk is full or fails, or another program made the file shorter");
  const ExitStatus status = input ? ExitStatus::data : ExitStatus::unexpected;
  tell({sentence.text(), status});
  ::_exit(static_cast<int>(status));
}

extern "C" void on_crash(int signal, siginfo_t* info, void*) {
  // Threads that do the same work crash together: the first one reports, the others wait for the end.
  while (told.exchange(true)) ::pause();
  const bool by_access = signal == SIGBUS && info->si_code > 0;  // else another process sent it, and there is no address
  if (const MappedRange::Note* lost = by_access ? MappedRange::at(info->si_addr) : nullptr) end_without(*lost);
  Line sentence;
  add_sentence(sentence, signal);
  tell({sentence.text()});
  // The default action. The signal is blocked until the handler returns, and then ends the process where it crashed.
  struct sigaction usual {};
  usual.sa_handler = SIG_DFL;
  ::sigaction(signal, &usual, nullptr);
  ::raise(signal);
}

}  // namespace

void tell_crashes(CrashReader reader) {
  if constexpr (sanitized) return;
  crash_reader = reader;
  clears_line = ::isatty(STDERR_FILENO) == 1;
  running_of_main = &now_running();
  stack_t stack{};
  stack.ss_sp = alternate_stack.data();
  stack.ss_size = alternate_stack.size();
  ::sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_ONSTACK | SA_SIGINFO;
  for (const int signal : told_signals) ::sigaddset(&action.sa_mask, signal);  // a crash within the handler ends the process at once
  for (const int signal : told_signals) ::sigaction(signal, &action, nullptr);
}

}  // namespace pipeline
