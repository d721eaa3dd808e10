#include "in_threads.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

// Of omp.h: only GCC reads GCC's one, and the linter is clang's.
extern "C" int omp_get_max_threads() noexcept;
extern "C" void omp_set_num_threads(int count) noexcept;

namespace pipeline::optimizer::torch_optimizers {

namespace {

/// One thread for LibTorch's operations of this thread, as long as it lives. at::set_num_threads would tell other libraries, too.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

}  // namespace

void in_threads(std::int64_t parts, const std::function<void(std::int64_t)>& run) {
  if (parts == 1) {
    const OneThread one;
    run(0);
    return;
  }
  at::parallel_for(0, parts, 1, [&](std::int64_t from, std::int64_t to) {
    const at::NoGradGuard no_gradients;  // each thread has its own mode
    for (std::int64_t part = from; part < to; ++part) run(part);
  });
}

}  // namespace pipeline::optimizer::torch_optimizers
