#pragma once

namespace pipeline {

/// Where a crash is reported.
enum class CrashReader {
  user,   ///< "error: ..." on stderr
  parent  ///< a worker's last message to the process that started it, {"error": "..."}
};

/// Reports from now on the end of this process by SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGABRT in one sentence that names signal, component,
/// library and stage, as Running and RunningStage note them. The signal then takes its default action, so that exit status and core dumps
/// stay. Only the program's main thread calls it: a process that embeds the library keeps its own handlers. Does nothing under sanitizers,
/// whose handlers say more.
void tell_crashes(CrashReader reader);

}  // namespace pipeline
