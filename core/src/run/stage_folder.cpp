#include "run/stage_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cstdio>

#include <cerrno>
#include <utility>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "run/machine.h"

namespace pipeline {

// After the delegated constructor an exception runs the destructor, which closes the file.
StageLock::StageLock(const std::filesystem::path& run_folder, const std::string& stage, Mode mode) : StageLock() {
  const std::filesystem::path file = run_folder / ("." + stage + ".lock");
  make_folder(run_folder);
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw system_failure("cannot lock", file.string(), errno);
  if (::flock(descriptor_, (mode == Mode::exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw system_failure("cannot lock", file.string(), errno);
    const std::string holder = read_text(file);
    throw Error(ExitStatus::locked, "stage \"" + stage + "\" is in use by another run (" + (holder.empty() ? "unknown" : holder) +
                                        "): wait for it to end, or give this run another name with --set name=...");
  }
  const std::string holder = host_name() + ", process " + std::to_string(::getpid());
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, holder.data(), holder.size(), 0) < 0)
    throw system_failure("cannot write", file.string(), errno);
}

StageLock::~StageLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

StageLock::StageLock(StageLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

StagedFolder::StagedFolder(const std::filesystem::path& run_folder, const std::string& stage)
    : target_(run_folder / stage), staged_(run_folder / ("." + stage + ".part")) {
  std::filesystem::remove_all(staged_);
  make_folder(staged_);
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;  // a leftover is removed by the next run
  std::filesystem::remove_all(staged_, ignored);
}

void StagedFolder::commit() {
  // The exchange is atomic for readers; the destructor then removes the old folder.
  if (::renameat2(AT_FDCWD, staged_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != ENOENT && errno != EINVAL && errno != ENOSYS) throw system_failure("cannot replace", target_.string(), errno);
  std::filesystem::remove_all(target_);  // the file system cannot exchange, or there is no old folder
  if (::rename(staged_.c_str(), target_.c_str()) != 0) throw system_failure("cannot replace", target_.string(), errno);
}

}  // namespace pipeline
