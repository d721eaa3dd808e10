#include "base/cpu_capability.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#ifdef __x86_64__
#include <cpuid.h>
#endif
#include <sys/syscall.h>
#include <unistd.h>

#include "pipeline/data/text.h"
#include "pipeline/errors.h"

namespace pipeline {

namespace {

constexpr std::array sets{"avx2", "avx512", "avx512_bf16", "amx_bf16"};  // each holds those before it

#ifdef __x86_64__
/// Whether the processor multiplies tiles of bfloat16 and the system lets this process use them: it must be asked, since the
/// state of a thread grows by 8 KiB.
bool has_tiles() {
  constexpr int ask_for_state = 0x1023, tile_data = 18;         // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  constexpr unsigned amx_bf16 = 1U << 22, amx_tile = 1U << 24;  // of edx
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & amx_bf16) != 0 && (edx & amx_tile) != 0 &&
         ::syscall(SYS_arch_prctl, ask_for_state, tile_data) == 0;
}
#endif

/// How many of the sets the processor has.
std::size_t sets_here() {
#ifdef __x86_64__
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (!avx2) return 0;
  if (!avx512) return 1;
  if (!__builtin_cpu_supports("avx512bf16")) return 2;
  return has_tiles() ? 4 : 3;
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
    throw usage_error("the environment variable PIPELINE_CPU_CAPABILITY is \"" + name + "\": write " +
                      join(std::vector<std::string>(sets.rbegin(), sets.rend())) + " or default, or unset it");
  if (found - sets.begin() >= static_cast<std::ptrdiff_t>(here))
    throw usage_error("the environment variable PIPELINE_CPU_CAPABILITY is \"" + name + "\", which this processor lacks: unset it");
  return name;
}

}  // namespace pipeline
