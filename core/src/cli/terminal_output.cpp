#include "cli/terminal_output.h"

#include "base/printable.h"

namespace pipeline {

TerminalOutput::~TerminalOutput() {
  static_cast<void>(pass_on(true));
  out_.rdbuf(to_);
}

TerminalOutput::int_type TerminalOutput::overflow(int_type byte) {
  if (traits_type::eq_int_type(byte, traits_type::eof())) return traits_type::not_eof(byte);
  pending_ += traits_type::to_char_type(byte);
  return pass_on(false) ? byte : traits_type::eof();
}

std::streamsize TerminalOutput::xsputn(const char* text, std::streamsize size) {
  pending_.append(text, static_cast<std::size_t>(size));
  return pass_on(false) ? size : 0;
}

int TerminalOutput::sync() { return pass_on(true) && to_->pubsync() == 0 ? 0 : -1; }

bool TerminalOutput::pass_on(bool all) {
  const std::size_t size = all ? pending_.size() : pending_.rfind('\n') + 1;  // 0 without a line end
  if (size == 0) return true;
  const std::string text = printable(std::string_view(pending_).substr(0, size));
  pending_.erase(0, size);
  return to_->sputn(text.data(), static_cast<std::streamsize>(text.size())) == static_cast<std::streamsize>(text.size());
}

}  // namespace pipeline
