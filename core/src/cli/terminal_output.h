#pragma once

#include <ostream>
#include <streambuf>
#include <string>

namespace pipeline {

/// Sends while it lives what is written into a stream through printable(), and then to where the stream wrote before. For stdout when it is
/// a terminal; a file or a pipe gets names as they are.
class TerminalOutput final : public std::streambuf {
 public:
  explicit TerminalOutput(std::ostream& out) : out_(out), to_(out.rdbuf(this)) {}
  ~TerminalOutput() override;
  TerminalOutput(const TerminalOutput&) = delete;
  TerminalOutput& operator=(const TerminalOutput&) = delete;

 protected:
  int_type overflow(int_type byte) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  /// Writes whole lines, so that no character is cut; with `all` also an unfinished one.
  [[nodiscard]] bool pass_on(bool all);

  std::ostream& out_;
  std::streambuf* to_;
  std::string pending_;
};

}  // namespace pipeline
