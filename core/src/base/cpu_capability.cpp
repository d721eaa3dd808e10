#include "base/cpu_capability.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::array sets{"avx2", "avx512", "avx512_bf16"};  // each holds those before it

/// How many of the sets the processor has.
std::size_t sets_here() {
#ifdef __x86_64__
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (!avx2) return 0;
  if (!avx512) return 1;
  return __builtin_cpu_supports("avx512bf16") ? 3 : 2;
#else
  return 0;
#endif
}

}  // namespace

std::string cpu_capability() {
  const std::size_t here = sets_here();
  const char* given = std::getenv("PIPELINE_CPU_CAPABILITY");
  const std::string name = given ? given : "";
  if (name.empty()) return here == 0 ? "default" : sets.at(here - 1);
  if (name == "default") return name;
  const auto found = std::ranges::find(sets, name);
  if (found == sets.end())
    throw usage_error("the environment variable PIPELINE_CPU_CAPABILITY is \"" + name +
                      "\": write avx512_bf16, avx512, avx2 or default, or unset it");
  if (found - sets.begin() >= static_cast<std::ptrdiff_t>(here))
    throw usage_error("the environment variable PIPELINE_CPU_CAPABILITY is \"" + name + "\", which this processor lacks: unset it");
  return name;
}

}  // namespace pipeline
