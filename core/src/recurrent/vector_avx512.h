#pragma once

#include <immintrin.h>

/// Sixteen floats as AVX-512 has them. vector_avx2.h has the same names.
namespace pipeline::recurrent {
namespace {

#define PIPELINE_INLINE inline __attribute__((always_inline))

using Vec = __m512;
/// Sums that the registers hold beside a line and a weight: as many as a tile has.
constexpr int register_sums = 16;

PIPELINE_INLINE Vec load(const float* p) { return _mm512_load_ps(p); }
PIPELINE_INLINE void store(float* p, Vec v) { _mm512_store_ps(p, v); }
PIPELINE_INLINE __mmask16 first_lanes(long n) { return static_cast<__mmask16>(n >= 16 ? 0xffff : (1U << (n > 0 ? n : 0)) - 1); }
/// The first n floats at p, which need no alignment, then zeros.
PIPELINE_INLINE Vec load_some(const float* p, long n) { return _mm512_maskz_loadu_ps(first_lanes(n), p); }
PIPELINE_INLINE void store_some(float* p, long n, Vec v) { _mm512_mask_storeu_ps(p, first_lanes(n), v); }
/// The first n lanes of v, then zeros.
PIPELINE_INLINE Vec first_of(Vec v, long n) { return _mm512_maskz_mov_ps(first_lanes(n), v); }
PIPELINE_INLINE Vec set1(float x) { return _mm512_set1_ps(x); }
PIPELINE_INLINE Vec zero() { return _mm512_setzero_ps(); }
PIPELINE_INLINE Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
PIPELINE_INLINE Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
PIPELINE_INLINE Vec mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
/// a b + c, a b - c, and c - a b.
PIPELINE_INLINE Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
PIPELINE_INLINE Vec fms(Vec a, Vec b, Vec c) { return _mm512_fmsub_ps(a, b, c); }
PIPELINE_INLINE Vec fnma(Vec a, Vec b, Vec c) { return _mm512_fnmadd_ps(a, b, c); }
/// sum + line weight.
PIPELINE_INLINE Vec add_product(Vec sum, Vec line, const float* weight) { return fma(line, set1(*weight), sum); }
/// NaN where v is.
PIPELINE_INLINE Vec at_least(float low, Vec v) { return _mm512_max_ps(set1(low), v); }
PIPELINE_INLINE Vec at_most(float high, Vec v) { return _mm512_min_ps(set1(high), v); }
/// 2^n, where the last nine bits of v are n + 127.
PIPELINE_INLINE Vec power_of_two(Vec v) { return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(v), 23)); }
/// 1/v to 24 bits: one Newton step on 14 bits.
PIPELINE_INLINE Vec reciprocal(Vec v) {
  const Vec y = _mm512_rcp14_ps(v);
  return fma(y, fnma(v, y, set1(1)), y);
}
PIPELINE_INLINE Vec divide(Vec a, Vec b) { return mul(a, reciprocal(b)); }
PIPELINE_INLINE float sum(Vec v) { return _mm512_reduce_add_ps(v); }

/// out[j][i] = in[i][j].
PIPELINE_INLINE void transpose(const Vec (&in)[16], Vec (&out)[16]) {
  Vec t[16];
  __m512d u[16];
#pragma GCC unroll 16
  for (int i = 0; i < 8; ++i) {
    t[2 * i] = _mm512_unpacklo_ps(in[2 * i], in[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_ps(in[2 * i], in[2 * i + 1]);
  }
#pragma GCC unroll 16
  for (int i = 0; i < 4; ++i) {
    const __m512d a = _mm512_castps_pd(t[4 * i]), b = _mm512_castps_pd(t[4 * i + 1]);
    const __m512d c = _mm512_castps_pd(t[4 * i + 2]), d = _mm512_castps_pd(t[4 * i + 3]);
    u[i] = _mm512_unpacklo_pd(a, c);
    u[4 + i] = _mm512_unpackhi_pd(a, c);
    u[8 + i] = _mm512_unpacklo_pd(b, d);
    u[12 + i] = _mm512_unpackhi_pd(b, d);
  }
  // u[4 r + i]: in each 128-bit quarter q, column 4 q + r of rows 4 i .. 4 i + 3.
#pragma GCC unroll 16
  for (int r = 0; r < 4; ++r) {
    const Vec a = _mm512_castpd_ps(u[4 * r]), b = _mm512_castpd_ps(u[4 * r + 1]);
    const Vec c = _mm512_castpd_ps(u[4 * r + 2]), d = _mm512_castpd_ps(u[4 * r + 3]);
    const Vec ab_even = _mm512_shuffle_f32x4(a, b, 0x88), ab_odd = _mm512_shuffle_f32x4(a, b, 0xdd);
    const Vec cd_even = _mm512_shuffle_f32x4(c, d, 0x88), cd_odd = _mm512_shuffle_f32x4(c, d, 0xdd);
    out[r] = _mm512_shuffle_f32x4(ab_even, cd_even, 0x88);
    out[8 + r] = _mm512_shuffle_f32x4(ab_even, cd_even, 0xdd);
    out[4 + r] = _mm512_shuffle_f32x4(ab_odd, cd_odd, 0x88);
    out[12 + r] = _mm512_shuffle_f32x4(ab_odd, cd_odd, 0xdd);
  }
}

/// Rounds to bfloat16, to nearest and ties to even; NaN stays NaN.
PIPELINE_INLINE Vec to_bf16(Vec v) {
  const __m512i bits = _mm512_castps_si512(v);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i up = _mm512_add_epi32(_mm512_add_epi32(bits, _mm512_set1_epi32(0x7fff)), odd);
  const __m512i cut = _mm512_and_si512(up, _mm512_set1_epi32(static_cast<int>(0xffff0000U)));
  return _mm512_mask_mov_ps(_mm512_castsi512_ps(cut), _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q), v);
}

}  // namespace
}  // namespace pipeline::recurrent
