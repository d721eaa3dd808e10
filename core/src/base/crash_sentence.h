#pragma once

namespace pipeline {

/// Where a crash is told.
enum class CrashReader {
  user,   ///< "error: ..." on stderr
  parent  ///< a worker's last message to the process that started it, {"error": "..."}
};

/// From now on the end of this process by SIGSEGV, SIGBUS, SIGFPE, SIGILL or SIGABRT is told in one sentence that names signal, component,
/// library and stage (what Running notes). The signal then takes its usual course, so that exit status and core dumps stay. For the program
/// alone, called by its main thread: a process that embeds the library keeps its own handlers. Does nothing under sanitizers, whose
/// handlers say more.
void tell_crashes(CrashReader reader);

}  // namespace pipeline
