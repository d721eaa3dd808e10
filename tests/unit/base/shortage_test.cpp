#include "base/shortage.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <new>
#include <stdexcept>
#include <system_error>

#include "pipeline/host/component_call.h"
#include "pipeline/plugin.h"
#include "pipeline/registry.h"
#include "pipeline/stage.h"

using namespace pipeline;

namespace {

template <class Thrown>
ExitStatus status_of_component_that_throws(const Thrown& thrown, std::string& said) {
  ComponentInfo info;
  info.kind = "model", info.name = "Big", info.library = "/plugins/libbig.so";
  try {
    try {
      throw thrown;
    } catch (...) {
      rethrow_named(info, "forward");
    }
  } catch (const Error& error) {
    said = error.what();
    return error.status();
  }
}

template <int kind>
struct Unmade : Stage {
  using Options = NoOptions;
  explicit Unmade(Options) {
    if (kind == 0) throw std::bad_alloc();
    if (kind == 1) throw std::runtime_error("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes");
    throw std::system_error(EAGAIN, std::generic_category());
  }
  void run(StageContext&) override {}
};
using Starved = Unmade<0>;
using StarvedByTorch = Unmade<1>;
using Unthreaded = Unmade<2>;

}  // namespace

TEST_CASE("a failed system call whose reason is a limit tells the cure") {
  CHECK(std::string(system_failure("cannot write", "a.npy", EFBIG).what()) ==
        "cannot write a.npy: File too large: raise the limit on the size of a file (ulimit -f)");
  CHECK(std::string(system_failure("cannot read", "a.npy", EMFILE).what()) ==
        "cannot read a.npy: Too many open files: raise the limit on open files (ulimit -n), or lower workers");
  CHECK(std::string(system_failure("cannot write", "a.npy", ENOSPC).what()) == "cannot write a.npy: No space left on device");
}

TEST_CASE("lack of memory in a component is told as what it is") {
  std::string said;
  CHECK(status_of_component_that_throws(std::bad_alloc(), said) == ExitStatus::unexpected);
  CHECK(
      said ==
      "model \"Big\" (libbig.so) failed in forward: there is not enough memory: end other programs, raise the limit on memory (ulimit -v), "
      "or choose a smaller model or batch_size");
}

TEST_CASE("lack of threads in a component is no fault of the component") {
  std::string said;
  const std::system_error no_thread(EAGAIN, std::generic_category());
  CHECK(status_of_component_that_throws(no_thread, said) == ExitStatus::unexpected);
  CHECK(
      said ==
      "Resource temporarily unavailable: too many threads and processes run: raise their limit (ulimit -u), or lower threads and workers");
}

TEST_CASE("other errors of the system stay the component's") {
  std::string said;
  static_cast<void>(status_of_component_that_throws(std::system_error(EPERM, std::generic_category()), said));
  CHECK(said == "model \"Big\" (libbig.so) failed in forward: Operation not permitted");
}

TEST_CASE("a constructor that gets no memory is no broken plugin") {
  Registrar registrar;
  registrar.add<Stage, Starved>("starved", "Gets no memory.");
  registrar.add<Stage, StarvedByTorch>("torch", "Gets no memory from LibTorch.");
  registrar.add<Stage, Unthreaded>("unthreaded", "Gets no thread.");
  Registry registry;
  registry.commit(std::move(registrar.entries()));
  for (const char* name : {"starved", "torch", "unthreaded"}) {
    try {
      static_cast<void>(registry.make<Stage>(name, Value{}));
      FAIL("it was made");
    } catch (const Error& error) {
      CHECK_MESSAGE(error.status() == ExitStatus::unexpected, error.what());
    }
  }
}

TEST_CASE("messages of the dynamic linker tell a shortage") {
  CHECK(tells_shortage("libx.so: cannot open shared object file: Too many open files"));
  CHECK(tells_shortage("libx.so: failed to map segment from shared object: Cannot allocate memory"));
  CHECK(tells_shortage("libx.so: cannot open shared object file: Error 24"));
  CHECK(tells_shortage("libtorch_cpu.so: failed to map segment from shared object"));
  CHECK_FALSE(tells_shortage("libx.so: failed to map segment from shared object: Operation not permitted"));  // mounted noexec
  CHECK_FALSE(tells_shortage("libx.so: cannot open shared object file: No such file or directory"));
  CHECK_FALSE(tells_shortage("libx.so: cannot allocate memory in static TLS block"));
}
