// The products a second that this machine's processors reach: independent fused multiply-adds in registers, on every processor at once.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

#include <immintrin.h>

#include "base/cpu_capability.h"

namespace {

constexpr long rounds = 20'000'000;

// Twelve sums hide the latency of an instruction of four cycles on two units.
#define PEAK_ROUNDS(instruction, registers)                                                                                                \
  for (long i = 0; i < rounds; ++i)                                                                                                        \
  asm volatile(instruction                                                                                                                 \
               " %%" registers "15,%%" registers "14,%%" registers "0\n" instruction " %%" registers "15,%%" registers "14,%%" registers   \
               "1\n" instruction " %%" registers "15,%%" registers "14,%%" registers "2\n" instruction " %%" registers "15,%%" registers   \
               "14,%%" registers "3\n" instruction " %%" registers "15,%%" registers "14,%%" registers "4\n" instruction " %%" registers   \
               "15,%%" registers "14,%%" registers "5\n" instruction " %%" registers "15,%%" registers "14,%%" registers "6\n" instruction \
               " %%" registers "15,%%" registers "14,%%" registers "7\n" instruction " %%" registers "15,%%" registers "14,%%" registers   \
               "8\n" instruction " %%" registers "15,%%" registers "14,%%" registers "9\n" instruction " %%" registers "15,%%" registers   \
               "14,%%" registers "10\n" instruction " %%" registers "15,%%" registers "14,%%" registers "11\n" ::                          \
                   : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm14", "xmm15")

void floats_256() { PEAK_ROUNDS("vfmadd231ps", "ymm"); }
void floats_512() { PEAK_ROUNDS("vfmadd231ps", "zmm"); }
void bf16_512() { PEAK_ROUNDS("vdpbf16ps", "zmm"); }

constexpr long tiles_a_round = 4;

struct TileShapes {
  unsigned char palette = 1, start_row = 0, reserved[14] = {};
  unsigned short row_bytes[16] = {64, 64, 64, 64, 64, 64};
  unsigned char rows[16] = {16, 16, 16, 16, 16, 16};
};
alignas(64) constexpr TileShapes tile_shapes;

/// Products of 16 x 32 by 32 x 16 values in matrix tiles, into four tiles of sums in turn.
__attribute__((target("amx-tile,amx-bf16"))) void bf16_tiles() {
  _tile_loadconfig(&tile_shapes);
  for (long i = 0; i < rounds / tiles_a_round; ++i) {
    _tile_dpbf16ps(0, 4, 5);
    _tile_dpbf16ps(1, 4, 5);
    _tile_dpbf16ps(2, 4, 5);
    _tile_dpbf16ps(3, 4, 5);
  }
  _tile_release();
}

/// 10^9 operations a second, a multiplication and an addition counting as two; the best of five tries.
double giga(void (*work)(), double operations, unsigned threads, double instructions = rounds * 12) {
  double best = 0;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> others;
    for (unsigned t = 1; t < threads; ++t) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    best = std::max(best, threads * instructions * operations / seconds / 1e9);
  }
  return best;
}

}  // namespace

int main() {
  const unsigned threads = std::thread::hardware_concurrency();
  const bool avx512 = __builtin_cpu_supports("avx512f"), bf16 = __builtin_cpu_supports("avx512bf16");
  double floats = __builtin_cpu_supports("fma") ? giga(floats_256, 16, threads) : 0;
  if (avx512) floats = std::max(floats, giga(floats_512, 32, threads));
  double pairs = bf16 ? giga(bf16_512, 64, threads) : 0;
  if (pipeline::cpu_capability() == "amx_bf16")
    pairs = std::max(pairs, giga(bf16_tiles, 2 * 16 * 16 * 32, threads, rounds / tiles_a_round * tiles_a_round));
  std::printf("{\"threads\": %u, \"float_gflops\": %.1f, \"bf16_gflops\": %.1f}\n", threads, floats, pairs);
}
