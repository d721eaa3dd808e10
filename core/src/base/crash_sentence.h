#pragma once

namespace pipeline {

/// Where a crash is reported.
enum class CrashReader {
  user,   ///< "error: ..." on stderr
  parent  ///< a worker's last message to the process that started it, {"status": 1, "error": "..."}
};

/// Reports from now on the end of this process by SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGABRT in one sentence that names signal, component,
/// library and stage, as Running and RunningStage note them. The signal then takes its default action, so that exit status and core dumps
/// stay. A SIGBUS in the pages of a mapped file is no crash: the sentence names the file, which became shorter or whose disk is full, and
/// the process ends with exit status 4 for a file that it reads, 1 for one that it writes. Only the program's main thread calls it: a
/// process that embeds the library keeps its own handlers. Does nothing under sanitizers, whose handlers say more.
void tell_crashes(CrashReader reader);

}  // namespace pipeline
