#pragma once

#include <immintrin.h>

/// Sixteen floats as two vectors of AVX2. vector_avx512.h has the same names.
namespace pipeline::recurrent {
namespace {

#define PIPELINE_INLINE inline __attribute__((always_inline))

struct Vec {
  __m256 low, high;
};
/// Sums that the sixteen registers hold beside a line and a weight.
constexpr int register_sums = 6;

PIPELINE_INLINE Vec load(const float* p) { return {_mm256_load_ps(p), _mm256_load_ps(p + 8)}; }
PIPELINE_INLINE void store(float* p, Vec v) {
  _mm256_store_ps(p, v.low);
  _mm256_store_ps(p + 8, v.high);
}
PIPELINE_INLINE __m256i first_lanes(long n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
/// The first n floats at p, which need no alignment, then zeros.
PIPELINE_INLINE Vec load_some(const float* p, long n) {
  if (n >= 16) return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
  return {_mm256_maskload_ps(p, first_lanes(n)), n > 8 ? _mm256_maskload_ps(p + 8, first_lanes(n - 8)) : _mm256_setzero_ps()};
}
/// Stores the floats of v in three parts of six, six and four, [lines][floats of the part] each, as line `at` of `lines`.
PIPELINE_INLINE void store_parts(float* out, long lines, long at, Vec v) {
  static_assert(register_sums == 6);
  const __m128 from_4 = _mm256_extractf128_ps(v.low, 1);
  float *first = out + at * 6, *second = first + lines * 6, *third = out + lines * 12 + at * 4;
  _mm_storeu_ps(first, _mm256_castps256_ps128(v.low));
  _mm_storel_pi(reinterpret_cast<__m64*>(first + 4), from_4);
  _mm_storeh_pi(reinterpret_cast<__m64*>(second), from_4);
  _mm_storeu_ps(second + 2, _mm256_castps256_ps128(v.high));
  _mm_storeu_ps(third, _mm256_extractf128_ps(v.high, 1));
}
/// Stores the first n lanes at p, which needs no alignment. Stores with a mask are slow on AMD: they took a tenth of a small network's
/// step.
PIPELINE_INLINE void store_some(float* p, long n, Vec v) {
  if (n >= 8) {
    _mm256_storeu_ps(p, v.low);
  } else {
    _mm256_maskstore_ps(p, first_lanes(n), v.low);
  }
  if (n >= 16) {
    _mm256_storeu_ps(p + 8, v.high);
  } else if (n > 8) {
    _mm256_maskstore_ps(p + 8, first_lanes(n - 8), v.high);
  }
}
/// The first n lanes of v, then zeros.
PIPELINE_INLINE Vec first_of(Vec v, long n) {
  return {_mm256_and_ps(v.low, _mm256_castsi256_ps(first_lanes(n))), _mm256_and_ps(v.high, _mm256_castsi256_ps(first_lanes(n - 8)))};
}
PIPELINE_INLINE Vec set1(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
PIPELINE_INLINE Vec zero() { return {_mm256_setzero_ps(), _mm256_setzero_ps()}; }
PIPELINE_INLINE Vec add(Vec a, Vec b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
PIPELINE_INLINE Vec sub(Vec a, Vec b) { return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)}; }
PIPELINE_INLINE Vec mul(Vec a, Vec b) { return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
/// a b + c, a b - c, and c - a b.
PIPELINE_INLINE Vec fma(Vec a, Vec b, Vec c) { return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)}; }
PIPELINE_INLINE Vec fms(Vec a, Vec b, Vec c) { return {_mm256_fmsub_ps(a.low, b.low, c.low), _mm256_fmsub_ps(a.high, b.high, c.high)}; }
PIPELINE_INLINE Vec fnma(Vec a, Vec b, Vec c) { return {_mm256_fnmadd_ps(a.low, b.low, c.low), _mm256_fnmadd_ps(a.high, b.high, c.high)}; }
/// sum + line weight. GCC 12 computes the lower halves of many such sums before the upper ones if it may, and then sixteen registers are
/// too few.
PIPELINE_INLINE Vec add_product(Vec sum, Vec line, const float* weight) {
  const __m256 all = _mm256_broadcast_ss(weight);
  asm("vfmadd231ps %2, %1, %0" : "+x"(sum.low) : "x"(line.low), "x"(all));
  asm("vfmadd231ps %2, %1, %0" : "+x"(sum.high) : "x"(line.high), "x"(all));
  return sum;
}
/// NaN where v is.
PIPELINE_INLINE Vec at_least(float low, Vec v) {
  return {_mm256_max_ps(_mm256_set1_ps(low), v.low), _mm256_max_ps(_mm256_set1_ps(low), v.high)};
}
PIPELINE_INLINE Vec at_most(float high, Vec v) {
  return {_mm256_min_ps(_mm256_set1_ps(high), v.low), _mm256_min_ps(_mm256_set1_ps(high), v.high)};
}
PIPELINE_INLINE __m256 power_of_two(__m256 v) { return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(v), 23)); }
/// 2^n, where the last nine bits of v are n + 127.
PIPELINE_INLINE Vec power_of_two(Vec v) { return {power_of_two(v.low), power_of_two(v.high)}; }
PIPELINE_INLINE Vec divide(Vec a, Vec b) { return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)}; }
/// 1/v.
PIPELINE_INLINE Vec reciprocal(Vec v) { return divide(set1(1), v); }
PIPELINE_INLINE float sum(Vec v) {
  const __m256 both = _mm256_add_ps(v.low, v.high);
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(both), _mm256_extractf128_ps(both, 1));
  four = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(four, _mm_shuffle_ps(four, four, 1)));
}

PIPELINE_INLINE void transpose8(const __m256 (&in)[8], __m256 (&out)[8]) {
  __m256 t[8], u[8];
#pragma GCC unroll 8
  for (int i = 0; i < 4; ++i) {
    t[2 * i] = _mm256_unpacklo_ps(in[2 * i], in[2 * i + 1]);
    t[2 * i + 1] = _mm256_unpackhi_ps(in[2 * i], in[2 * i + 1]);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 2; ++i) {
    u[4 * i] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0x44);
    u[4 * i + 1] = _mm256_shuffle_ps(t[4 * i], t[4 * i + 2], 0xee);
    u[4 * i + 2] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0x44);
    u[4 * i + 3] = _mm256_shuffle_ps(t[4 * i + 1], t[4 * i + 3], 0xee);
  }
#pragma GCC unroll 8
  for (int i = 0; i < 4; ++i) {
    out[i] = _mm256_permute2f128_ps(u[i], u[4 + i], 0x20);
    out[4 + i] = _mm256_permute2f128_ps(u[i], u[4 + i], 0x31);
  }
}
/// out[j][i] = in[i][j].
PIPELINE_INLINE void transpose(const Vec (&in)[16], Vec (&out)[16]) {
  __m256 a[8], b[8];
  for (int half = 0; half < 2; ++half) {
    for (int i = 0; i < 8; ++i) a[i] = in[8 * half + i].low;
    transpose8(a, b);
    for (int i = 0; i < 8; ++i) (half ? out[i].high : out[i].low) = b[i];
    for (int i = 0; i < 8; ++i) a[i] = in[8 * half + i].high;
    transpose8(a, b);
    for (int i = 0; i < 8; ++i) (half ? out[8 + i].high : out[8 + i].low) = b[i];
  }
}

PIPELINE_INLINE __m256 to_bf16(__m256 v) {
  const __m256i bits = _mm256_castps_si256(v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i up = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), odd);
  const __m256 cut = _mm256_castsi256_ps(_mm256_and_si256(up, _mm256_set1_epi32(static_cast<int>(0xffff0000U))));
  return _mm256_blendv_ps(cut, v, _mm256_cmp_ps(v, v, _CMP_UNORD_Q));
}
/// Rounds to bfloat16, to nearest and ties to even; NaN stays NaN.
PIPELINE_INLINE Vec to_bf16(Vec v) { return {to_bf16(v.low), to_bf16(v.high)}; }

}  // namespace
}  // namespace pipeline::recurrent
