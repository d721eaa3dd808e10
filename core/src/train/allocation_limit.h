#pragma once

#include <cstdint>

#include "pipeline/errors.h"

namespace pipeline {

/// While it exists, what its thread allocates for tensors in main memory may add up to `bytes`; the allocation that goes beyond throws
/// `refusal`. It counts what is freed too, and a page for each allocation, as a tensor's own objects take memory as well. The constructor
/// of a model runs under it, since its options say how much it takes. One may exist in a process at a time.
class AllocationLimit {
 public:
  AllocationLimit(std::uint64_t bytes, Error refusal);
  ~AllocationLimit();
  AllocationLimit(const AllocationLimit&) = delete;
  AllocationLimit& operator=(const AllocationLimit&) = delete;
};

/// What an allocation of `bytes` counts for.
[[nodiscard]] constexpr std::uint64_t counted_bytes(std::uint64_t bytes) { return bytes + 4096; }

/// The memory that this process may still take: what the machine has left, or a control group that it is in.
[[nodiscard]] std::uint64_t free_memory();

}  // namespace pipeline
