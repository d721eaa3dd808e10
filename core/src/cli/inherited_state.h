#pragma once

namespace pipeline {

/// Gives the process the usual state where its parent left it another one, which survives exec. To be called first in main.
/// - Descriptors 0 to 2 that are closed become /dev/null: the next file that is opened would get that number, and with it what the program
///   writes to stdout or stderr.
/// - SIGCHLD is not ignored: while it is, the system keeps no exit status of a child.
/// - SIGXFSZ is ignored: a write beyond the limit on file sizes then fails with EFBIG, which is reported, instead of ending the process.
/// Error (unexpected) if /dev/null cannot be opened.
void repair_inherited_state();

}  // namespace pipeline
