#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include <torch/types.h>

#include "pipeline/export.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"
#include "pipeline/train/tier.h"
#include "pipeline/value.h"

namespace pipeline {

/// The processes (ranks) that train one model together. Every rank calls the same functions in the same order. Error (training) names a
/// lost rank, within CollectiveContext::timeout.
class PIPELINE_EXPORT Collective {
 public:
  virtual ~Collective();
  [[nodiscard]] virtual int rank() const = 0;        ///< only rank 0 writes, logs and decides
  [[nodiscard]] virtual int world() const = 0;       ///< number of ranks
  [[nodiscard]] virtual int local_rank() const = 0;  ///< among the ranks of one machine: the index of this rank's GPU
  /// Copies the tensors of rank `from` into those of every rank, in place.
  virtual void broadcast(std::span<torch::Tensor> tensors, int from) = 0;
  /// Sums tensors over the ranks in place, in the order of ranks, so that a run repeats bit for bit.
  virtual void all_reduce(std::span<torch::Tensor> tensors) = 0;
  /// The values of all ranks, indexed by rank.
  [[nodiscard]] virtual std::vector<Value> all_gather(const Value& value) = 0;
  /// Waits for all ranks.
  virtual void barrier() = 0;
};

/// The arguments of a collective's factory. The collective reads the ranks' meeting point from the launcher's environment variables.
struct CollectiveContext {
  torch::Device device = torch::kCPU;
  std::chrono::seconds timeout{60};
  Log& log;
};

template <>
struct Kind<Collective> {
  static constexpr const char* name = "collective";
  using Factory = std::unique_ptr<Collective>(const Value& options, const CollectiveContext& context);
};

}  // namespace pipeline
