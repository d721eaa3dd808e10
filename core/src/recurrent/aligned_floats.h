#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace pipeline::recurrent {

/// Floats aligned for vectors.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  /// Zeros.
  explicit AlignedFloats(long count) : data_(new (alignment) float[static_cast<std::size_t>(count)]()) {}
  /// For a caller who writes each before it reads it.
  static AlignedFloats uninitialized(long count) {
    AlignedFloats out;
    out.data_.reset(new (alignment) float[static_cast<std::size_t>(count)]);
    return out;
  }

  [[nodiscard]] float* get() const { return data_.get(); }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Free {
    void operator()(float* floats) const { ::operator delete[](floats, alignment); }
  };
  std::unique_ptr<float[], Free> data_;
};

/// Takes several arrays out of one allocation: first ask for all sizes, then for the places.
class Carver {
 public:
  /// The place of `count` floats, counted from the beginning, at a multiple of 64 bytes.
  long take(long count) {
    const long at = size_;
    size_ += (count + 15) / 16 * 16;
    return at;
  }
  [[nodiscard]] long size() const { return size_; }

 private:
  long size_ = 0;
};

}  // namespace pipeline::recurrent
