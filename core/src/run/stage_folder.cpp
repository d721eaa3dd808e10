#include "run/stage_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <cstdio>

#include <cerrno>

#include "base/durable.h"
#include "pipeline/data/files.h"
#include "pipeline/errors.h"
#include "run/machine.h"

namespace pipeline {

namespace fs = std::filesystem;

namespace {

fs::path old_folder(const fs::path& run_folder, const std::string& stage) { return run_folder / ("." + stage + ".old"); }

/// Error (unexpected) that says which folder could not be replaced.
void rename_folder(const fs::path& from, const fs::path& to, const fs::path& replaced) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw system_failure("cannot replace", replaced.string(), errno);
}

}  // namespace

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

int swap_folders(const fs::path& one, const fs::path& other) {
  return ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
}

StagedFolder::StagedFolder(const fs::path& run_folder, const std::string& stage, SwapFolders swap)
    : target_(run_folder / stage), staged_(run_folder / ("." + stage + ".part")), old_(old_folder(run_folder, stage)), swap_(swap) {
  fs::remove_all(staged_);
  make_folder(staged_);
}

StagedFolder::~StagedFolder() {
  std::error_code ignored;  // a leftover is removed by the next run
  fs::remove_all(staged_, ignored);
}

void StagedFolder::commit() {
  sync_tree(staged_);
  // The exchange is atomic for readers; the destructor then removes the old folder.
  if (swap_(staged_, target_) != 0) {
    if (errno != ENOENT && errno != EINVAL && errno != ENOSYS) throw system_failure("cannot replace", target_.string(), errno);
    // There is no old folder, or the file system cannot exchange: the old one stands aside until the new one has its name.
    const bool replaces = fs::exists(target_);
    if (replaces) rename_folder(target_, old_, target_);
    try {
      rename_folder(staged_, target_, target_);
    } catch (const Error&) {
      if (replaces) static_cast<void>(::rename(old_.c_str(), target_.c_str()));
      throw;
    }
  }
  sync_folder(target_.parent_path());
  std::error_code ignored;  // likewise
  fs::remove_all(old_, ignored);
}

void restore_stage_folder(const fs::path& run_folder, const std::string& stage) {
  const fs::path old = old_folder(run_folder, stage), target = run_folder / stage;
  if (!fs::exists(old)) return;
  if (fs::exists(target)) {
    fs::remove_all(old);
  } else {
    rename_folder(old, target, target);
  }
}

}  // namespace pipeline
