#include "run/console_log.h"

#include <fcntl.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "base/file_descriptor.h"
#include "base/printable.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

spdlog::level::level_enum level_of(const LogOptions& options) {
  if (options.quiet) return spdlog::level::warn;
  if (options.level == "debug") return spdlog::level::debug;
  if (options.level == "warning") return spdlog::level::warn;
  return options.level == "error" ? spdlog::level::err : spdlog::level::info;
}

/// Plain lines on stderr; warnings and errors begin with "warning: " and "error: ". The status line is cleared before the next message.
class StderrSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  StderrSink() : terminal_(::isatty(STDERR_FILENO) == 1), colour_(terminal_ && !std::getenv("NO_COLOR")) {}

  [[nodiscard]] bool is_terminal() const { return terminal_; }

  void status(std::string_view text) {
    if (!terminal_ || !should_log(spdlog::level::info)) return;
    const std::lock_guard lock(mutex_);
    clear();
    write(printable(text));
    moving_ = !text.empty();
    if (moving_) std::fputc('\r', stderr);  // where the line begins it is found again, in as many rows as a narrower window breaks it into
    std::fflush(stderr);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    clear();
    if (message.level == spdlog::level::warn) prefix("33", "warning: ");
    if (message.level == spdlog::level::err) prefix("31", "error: ");
    write(printable({message.payload.data(), message.payload.size()}) + "\n");
  }
  void flush_() override { std::fflush(stderr); }

 private:
  static void write(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }
  void prefix(const char* colour, const char* text) const {
    if (colour_) {
      std::fprintf(stderr, "\033[%sm%s\033[0m", colour, text);
    } else {
      std::fputs(text, stderr);
    }
  }
  void clear() {
    if (moving_) std::fputs("\033[J", stderr);
    moving_ = false;
  }

  bool terminal_, colour_, moving_ = false;
};

/// Lines with time and level, appended to run.log. That they cannot be written is said once on the console: the work goes on without them.
class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  FileSink(std::filesystem::path file, std::shared_ptr<StderrSink> console)
      : file_(std::move(file)), descriptor_(open_own_file(file_, O_WRONLY | O_CREAT | O_APPEND)), console_(std::move(console)) {
    set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string shown = printable({message.payload.data(), message.payload.size()});
    spdlog::details::log_msg line = message;
    line.payload = shown;
    spdlog::memory_buf_t text;
    formatter_->format(line, text);
    const int error = write_all(descriptor_.get(), {text.data(), text.size()});
    if (error == 0 || std::exchange(told_, true) || !console_->should_log(spdlog::level::warn)) return;
    const std::string failure =
        system_failure("cannot write", file_.string(), error).what() + std::string("; the run goes on without its log");
    console_->log({message.logger_name, spdlog::level::warn, failure});
  }
  void flush_() override {}  // nothing is kept back

 private:
  std::filesystem::path file_;
  FileDescriptor descriptor_;
  std::shared_ptr<StderrSink> console_;
  bool told_ = false;
};

}  // namespace

struct ConsoleLog::Impl {
  std::shared_ptr<StderrSink> console = std::make_shared<StderrSink>();
  spdlog::logger logger{"pipeline", console};
};

ConsoleLog::ConsoleLog(const LogOptions& options) : impl_(std::make_unique<Impl>()) {
  impl_->console->set_level(level_of(options));
  impl_->logger.set_level(spdlog::level::debug);
  impl_->logger.flush_on(spdlog::level::debug);
}

ConsoleLog::~ConsoleLog() = default;

void ConsoleLog::open_file(const std::filesystem::path& file) {
  impl_->logger.sinks().push_back(std::make_shared<FileSink>(file, impl_->console));
}

void ConsoleLog::error(std::string_view message) { impl_->logger.error("{}", message); }
void ConsoleLog::debug(std::string_view message) { impl_->logger.debug("{}", message); }
void ConsoleLog::info(std::string_view message) { impl_->logger.info("{}", message); }
void ConsoleLog::warning(std::string_view message) { impl_->logger.warn("{}", message); }
bool ConsoleLog::is_terminal() const { return impl_->console->is_terminal(); }

int ConsoleLog::terminal_width() const {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void ConsoleLog::status_line(std::string_view text) { impl_->console->status(text); }

}  // namespace pipeline
