#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The result of a program: exit status (128 + signal if a signal ended it) and both outputs.
struct Finished {
  int status = -1;
  std::string out, err;
};

/// A program that was started in a folder, with both outputs in files. `environment`: what changes in it, NAME=value; NAME alone is unset.
class Program {
 public:
  Program(const std::filesystem::path& executable, const std::vector<std::string>& arguments, const std::filesystem::path& folder,
          const std::vector<std::string>& environment = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const;
  /// Whether it has not ended yet.
  [[nodiscard]] bool runs() const;
  [[nodiscard]] pid_t process() const { return process_; }
  /// What it has written to stderr so far.
  [[nodiscard]] std::string err_so_far() const;
  /// Waits until stderr contains these words; false if the program ended without them or the wait was given up.
  [[nodiscard]] bool says(std::string_view words) const;
  /// Waits for the program's end; kills it if it does not end.
  [[nodiscard]] Finished wait();

 private:
  pid_t process_ = -1;
  std::filesystem::path out_, err_;
};

/// Runs build/bin/pipeline in `folder` to its end.
[[nodiscard]] Finished pipeline_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                                        const std::vector<std::string>& environment = {});

/// The processes that `process` has started and that have not ended.
[[nodiscard]] std::vector<pid_t> children_of(pid_t process);
