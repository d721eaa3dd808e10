#pragma once

#include "recurrent/vector.h"

/// The arithmetic of the gates.
namespace pipeline::recurrent {
namespace {

/// A power of e in parts: e^v = scale + scale f slope.
struct Power {
  Vec scale;     ///< 2^n, n the integer nearest to v log2(e)
  Vec scaled_f;  ///< 2^n f, f what is left
  Vec slope;     ///< (2^f - 1) / f to 1.2e-8: interpolated at the nodes of Chebyshev's polynomial of degree 6
};

/// The parts of e^(x times), |x times| at most 87. Pairs of terms are added before their sum, as each addition waits for the one before.
PIPELINE_INLINE Power power(Vec x, float times) {
  constexpr float log2e = 1.44269504F, log2e_rest = 1.92596299e-8F;
  constexpr float to_integers = 12582912 + 127;  // 1.5 2^23: a sum near it has no digits behind the point; its last bits are n + 127
  const Vec factor = set1(times * log2e), shifted = fma(x, factor, set1(to_integers)), n = sub(shifted, set1(to_integers));
  const Vec f = fma(x, set1(times * log2e_rest), fms(x, factor, n));  // fused: the product has more digits than a float
  const Vec squared = mul(f, f), scale = power_of_two(shifted);
  const Vec high = fma(f, set1(1.5453163e-4F), set1(1.3390863e-3F)), middle = fma(f, set1(9.6180826e-3F), set1(5.5503571e-2F));
  const Vec low = fma(f, set1(0.24022651F), set1(0.69314719F));
  return {.scale = scale, .scaled_f = mul(scale, f), .slope = fma(squared, fma(squared, high, middle), low)};
}

/// 1 / (1 + e^-x), to 2e-7 of itself. Below -87 it stays at 1e-38.
PIPELINE_INLINE Vec sigmoid(Vec x) {
  const Power e = power(at_most(87, at_least(-87, x)), -1);
  return reciprocal(fma(e.scaled_f, e.slope, add(set1(1), e.scale)));
}

/// tanh x = (1 - e^(-2 x)) / (1 + e^(-2 x)), to 3e-7 of itself. The numerator is no difference of rounded numbers where x is small.
PIPELINE_INLINE Vec hyperbolic_tangent(Vec x) {
  const Power e = power(at_most(10, at_least(-10, x)), -2);  // tanh 10 is 1
  const Vec less_one = fma(e.scaled_f, e.slope, sub(e.scale, set1(1)));
  return divide(less_one, sub(set1(-2), less_one));
}

/// Long short-term memory: gate lines i, f, g, o. The state is c.
struct Lstm {
  /// The gate line that has no weights from the input, and from the state; 4: none.
  static constexpr int skip_x = 4, skip_h = 4;
  /// The row of torch's weights, in units of H, of each gate line.
  static constexpr int x_row[4] = {0, 1, 2, 3}, h_row[4] = {0, 1, 2, 3};

  /// From sums to gates, in place.
  static PIPELINE_INLINE void gates(Vec* g) {
    g[0] = sigmoid(g[0]);
    g[1] = sigmoid(g[1]);
    g[2] = hyperbolic_tangent(g[2]);
    g[3] = sigmoid(g[3]);
  }
  /// From gates to h. `previous`: c of the step before; `state` out: c.
  static PIPELINE_INLINE Vec output(const Vec* g, Vec previous, Vec& state) {
    state = fma(g[0], g[2], mul(g[1], previous));
    return mul(g[3], hyperbolic_tangent(state));
  }
  /// From gates to the gradients of their sums. `dh`: gradient of h; `carry`: of c from the later step, out: for the earlier one.
  static PIPELINE_INLINE void backward(const Vec (&g)[4], Vec state, Vec previous, Vec dh, Vec& carry, Vec (&d)[4]) {
    const Vec one = set1(1), t = hyperbolic_tangent(state);
    const Vec dc = fma(mul(dh, g[3]), fnma(t, t, one), carry);
    d[0] = mul(mul(dc, g[2]), fnma(g[0], g[0], g[0]));
    d[1] = mul(mul(dc, previous), fnma(g[1], g[1], g[1]));
    d[2] = mul(mul(dc, g[0]), fnma(g[2], g[2], one));
    d[3] = mul(mul(dh, t), fnma(g[3], g[3], g[3]));
    carry = mul(dc, g[1]);
  }
};

/// Gated recurrent unit: gate lines r, z, and the two parts of n: from the input, and from the state, which r multiplies. The state is h.
struct Gru {
  static constexpr int skip_x = 3, skip_h = 2;
  static constexpr int x_row[4] = {0, 1, 2, -1}, h_row[4] = {0, 1, -1, 2};

  static PIPELINE_INLINE void gates(Vec* g) {
    g[0] = sigmoid(g[0]);
    g[1] = sigmoid(g[1]);
    g[2] = hyperbolic_tangent(fma(g[0], g[3], g[2]));
  }
  static PIPELINE_INLINE Vec output(const Vec* g, Vec previous, Vec& state) {
    state = fma(g[1], sub(previous, g[2]), g[2]);
    return state;
  }
  static PIPELINE_INLINE void backward(const Vec (&g)[4], Vec, Vec previous, Vec dh, Vec& carry, Vec (&d)[4]) {
    const Vec one = set1(1), total = add(dh, carry);
    d[2] = mul(mul(total, sub(one, g[1])), fnma(g[2], g[2], one));
    d[3] = mul(d[2], g[0]);
    d[0] = mul(mul(d[2], g[3]), fnma(g[0], g[0], g[0]));
    d[1] = mul(mul(total, sub(previous, g[2])), fnma(g[1], g[1], g[1]));
    carry = mul(total, g[1]);
  }
};

}  // namespace
}  // namespace pipeline::recurrent
