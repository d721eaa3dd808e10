#include "run/stage_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cstdio>

#include <cerrno>

#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "run/machine.h"

namespace pipeline {

StageLock::StageLock(const std::filesystem::path& run_folder, const std::string& stage, Mode mode) {
  const std::filesystem::path file = run_folder / ("." + stage + ".lock");
  make_folder(run_folder);
  file_ = open_own_file(file, O_RDWR | O_CREAT);
  if (!lock(mode)) {
    if (errno != EWOULDBLOCK) throw system_failure("cannot lock", file.string(), errno);
    const std::string holder = read_text(file);
    throw Error(ExitStatus::locked, "stage \"" + stage + "\" is in use by another run (" + (holder.empty() ? "unknown" : holder) +
                                        "): wait for it to end, or give this run another name with --set name=...");
  }
  const std::string holder = host_name() + ", process " + std::to_string(::getpid());
  if (::ftruncate(file_.get(), 0) != 0) throw system_failure("cannot write", file.string(), errno);
  if (const int error = write_all(file_.get(), holder); error != 0) throw system_failure("cannot write", file.string(), error);
}

bool StageLock::lock(Mode mode) const {
  int result = -1;
  do result = ::flock(file_.get(), (mode == Mode::exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
  while (result != 0 && errno == EINTR);
  return result == 0;
}

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
