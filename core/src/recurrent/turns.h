#pragma once

#include "recurrent/layout.h"
#include "recurrent/vector.h"

/// Between [units][lanes] and rows of floats.
namespace pipeline::recurrent {
namespace {

inline void to_rows(const float* lines, long units, long rows, float* out, long row_stride) {
  for (long first = 0; first < units; first += lanes) {
    Vec by_unit[16], by_row[16];
    for (long u = 0; u < lanes; ++u) by_unit[u] = first + u < units ? load(lines + (first + u) * lanes) : zero();
    transpose(by_unit, by_row);
    for (long r = 0; r < rows; ++r) store_some(out + r * row_stride + first, units - first, by_row[r]);
  }
}

inline void from_rows(const float* in, long row_stride, long rows, long units, float* lines) {
  for (long first = 0; first < units; first += lanes) {
    Vec by_row[16], by_unit[16];
    for (long r = 0; r < lanes; ++r) by_row[r] = r < rows ? load_some(in + r * row_stride + first, units - first) : zero();
    transpose(by_row, by_unit);
    for (long u = 0; u < lanes && first + u < units; ++u) store(lines + (first + u) * lanes, by_unit[u]);
  }
}

}  // namespace
}  // namespace pipeline::recurrent
