#include "base/cuda_devices.h"

#include <dlfcn.h>

namespace pipeline {

int cuda_devices() {
  using Init = int (*)(unsigned flags);
  using GetCount = int (*)(int* count);
  void* const driver = ::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);  // it stays: LibTorch uses it too
  if (!driver) return 0;
  const auto init = reinterpret_cast<Init>(::dlsym(driver, "cuInit"));
  const auto get_count = reinterpret_cast<GetCount>(::dlsym(driver, "cuDeviceGetCount"));
  int count = 0;
  const bool counted = init && get_count && init(0) == 0 && get_count(&count) == 0;
  return counted ? count : 0;
}

}  // namespace pipeline
