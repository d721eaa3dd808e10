#include "run/console_log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>

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
    std::fwrite(text.data(), 1, text.size(), stderr);
    moving_ = !text.empty();
    if (moving_) std::fputc('\r', stderr);  // where the line begins it is found again, in as many rows as a narrower window breaks it into
    std::fflush(stderr);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    clear();
    if (message.level == spdlog::level::warn) prefix("33", "warning: ");
    if (message.level == spdlog::level::err) prefix("31", "error: ");
    std::fwrite(message.payload.data(), 1, message.payload.size(), stderr);
    std::fputc('\n', stderr);
  }
  void flush_() override { std::fflush(stderr); }

 private:
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
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
    sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
    impl_->logger.sinks().push_back(std::move(sink));
  } catch (const spdlog::spdlog_ex& failure) {
    throw Error(ExitStatus::unexpected, std::string("cannot write ") + file.string() + ": " + failure.what());
  }
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
