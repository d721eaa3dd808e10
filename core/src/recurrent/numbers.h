#pragma once

#include "recurrent/layout.h"
#include "recurrent/vector.h"

/// The kinds of numbers in products.
namespace pipeline::recurrent {
namespace {

/// Floats: a line is one unit.
struct Floats {
  static constexpr long units_per_line = 1;
  static constexpr bool in_tiles = false;  ///< products in the processor's matrix tiles (tiles.h)
  static constexpr bool is_exact = true;   ///< values enter products as they are
  struct Setup {};                         ///< what a pass needs while it runs
  static PIPELINE_INLINE Vec rounded(Vec v) { return v; }
  static PIPELINE_INLINE Vec multiply_add(Vec sum, Vec line, const float* weight) { return add_product(sum, line, weight); }
};

/// Values of bfloat16 kept as floats, where the processor has no products of bfloat16: the same rounding as pairs, at the speed of floats.
struct RoundedFloats : Floats {
  static constexpr bool is_exact = false;
  static PIPELINE_INLINE Vec rounded(Vec v) { return to_bf16(v); }
};

#ifdef __AVX512BF16__
/// A line is a pair of units in bfloat16: the even unit in the lower half of each lane.
struct Pairs {
  static constexpr long units_per_line = 2;
  static constexpr bool in_tiles = false, is_exact = false;
  struct Setup {};
  static PIPELINE_INLINE Vec multiply_add(Vec sum, Vec line, const float* weights) {
    // GCC 12 does not fold the broadcast into the instruction; apart from it, it costs a third of the rate.
    asm("vdpbf16ps %2%{1to16%}, %1, %0" : "+v"(sum) : "v"(line), "m"(*weights));
    return sum;
  }
  static PIPELINE_INLINE Vec pair(Vec even, Vec odd) {
    const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3,
                                           18, 2, 17, 1, 16, 0);
    return _mm512_castsi512_ps(_mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(odd, even)));
  }
  /// Both units of a line.
  static PIPELINE_INLINE void apart(Vec line, Vec& even, Vec& odd) {
    const __m512i bits = _mm512_castps_si512(line);
    even = _mm512_castsi512_ps(_mm512_slli_epi32(bits, 16));
    odd = _mm512_castsi512_ps(_mm512_and_si512(bits, _mm512_set1_epi32(static_cast<int>(0xffff0000U))));
  }
  /// The bfloat16 in the lower halves of two vectors, by turns.
  static PIPELINE_INLINE Vec by_turns(Vec first, Vec second) {
    const __m512i order = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6, 37, 5, 36, 4, 35, 3,
                                           34, 2, 33, 1, 32, 0);
    return _mm512_castsi512_ps(_mm512_permutex2var_epi16(_mm512_castps_si512(first), order, _mm512_castps_si512(second)));
  }
  /// The first n of 16 values as bfloat16.
  static PIPELINE_INLINE void store_some_half(float* p, long n, Vec v) {
    _mm256_mask_storeu_epi16(p, first_lanes(n), (__m256i)_mm512_cvtneps_pbh(v));
  }
  /// 16 values as 16 bfloat16.
  static PIPELINE_INLINE void store_half(float* p, Vec v) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(p), (__m256i)_mm512_cvtneps_pbh(v));
  }
};
#endif

/// Stores four units, from a multiple of four on, as lines.
template <class Numbers>
PIPELINE_INLINE void store_units(float* lines, const Vec (&units)[4]) {
  if constexpr (Numbers::units_per_line == 1) {
#pragma GCC unroll 4
    for (int u = 0; u < 4; ++u) store(lines + u * lanes, Numbers::rounded(units[u]));
  } else {
    store(lines, Numbers::pair(units[0], units[1]));
    store(lines + lanes, Numbers::pair(units[2], units[3]));
  }
}

/// Stores the first `count` of sixteen units, or of sixteen gate lines, as lines.
template <class Numbers>
PIPELINE_INLINE void store_lines(float* out, const Vec (&v)[16], long count) {
  if constexpr (Numbers::units_per_line == 1) {
    for (long k = 0; k < count; ++k) store(out + k * lanes, Numbers::rounded(v[k]));
  } else {
    for (long k = 0; k < count; k += 2) store(out + k / 2 * lanes, Numbers::pair(v[k], v[k + 1]));
  }
}

/// Floats that one step's lines of `units` units take.
template <class Numbers>
constexpr long line_floats(long units) {
  return units / Numbers::units_per_line * lanes;
}

template <int count>
using Vecs = Vec[static_cast<unsigned long>(count)];

template <unsigned long count>
PIPELINE_INLINE void load_all(const float* from, Vec (&to)[count]) {
#pragma GCC unroll 16
  for (unsigned long i = 0; i < count; ++i) to[i] = load(from + i * lanes);
}
template <unsigned long count>
PIPELINE_INLINE void store_all(float* to, const Vec (&from)[count]) {
#pragma GCC unroll 16
  for (unsigned long i = 0; i < count; ++i) store(to + i * lanes, from[i]);
}

/// Rows of a tile, or of a block of sixteen, whose sums are in registers together.
template <int first_row, int row_count>
struct Part {
  static constexpr int first = first_row, rows = row_count;
};

/// Calls `work` with the parts of sixteen rows.
template <int first = 0, class Work>
PIPELINE_INLINE void each_part(const Work& work) {
  constexpr int left = static_cast<int>(tile_rows) - first, rows = left < register_sums ? left : register_sums;
  work(Part<first, rows>());
  if constexpr (rows < left) each_part<first + rows>(work);
}

/// Stores the first `count` of sixteen lines' weights for sixteen rows, as store_lines() does, but from line `at` of `lines` on and
/// [parts][lines][rows of a part]: a product reads what it needs in one stream.
template <class Numbers>
PIPELINE_INLINE void store_weights(float* out, long lines, long at, const Vec (&v)[16], long count) {
  if constexpr (register_sums == tile_rows) {
    store_lines<Numbers>(out + at * tile_rows, v, count);
  } else {
    alignas(64) float parts[16 * lanes];  // whole lines go on from here: of small stores that miss the first cache few can wait at a time
    for (long k = 0; k < count; ++k) store_parts(parts, count, k, Numbers::rounded(v[k]));
    each_part([&]<int first, int rows>(Part<first, rows>) __attribute__((always_inline)) {
      __builtin_memcpy(out + first * lines + at * rows, parts + first * count, static_cast<unsigned long>(count * rows) * sizeof(float));
    });
  }
}

/// The one product of all passes: sums[r] += lines[k] * weights[k, r] over `count` lines, r being the rows of a part. weights[k, r] lies at
/// k `line_step` + r `row_step` floats. `skip_row` and `skip_line`: rows and lines with that remainder by four have no weights (a GRU's
/// unused gate lines); 4: none. Short loops of AVX2 are unrolled: what counts k would take a part of the instructions, and two threads may
/// share a core's.
template <class Numbers, class Part, int skip_row, int skip_line, long line_step, long row_step>
PIPELINE_INLINE void product(Vecs<Part::rows>& sums, const float* weights, const float* lines, long count) {
  constexpr bool is_short = register_sums < tile_rows;
  const auto one = [&](long k) __attribute__((always_inline)) {
    const Vec line = load(lines + k * lanes);
    if constexpr (row_step == 1 && !is_short) __builtin_prefetch(weights + (k + 8) * line_step);
#pragma GCC unroll 16
    for (int r = 0; r < Part::rows; ++r) {
      if ((Part::first + r) % 4 != skip_row) sums[r] = Numbers::multiply_add(sums[r], line, weights + k * line_step + r * row_step);
    }
  };
  if constexpr (skip_line == 4 && !is_short) {
    for (long k = 0; k < count; ++k) one(k);
  } else {  // of four lines each: units, gate lines and rows are padded to multiples of four
    for (long k = 0; k < count; k += 4) {
#pragma GCC unroll 4
      for (long i = 0; i < 4; ++i) {
        if (i != skip_line) one(k + i);
      }
    }
  }
}

}  // namespace
}  // namespace pipeline::recurrent
