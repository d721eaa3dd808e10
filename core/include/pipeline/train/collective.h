#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/export.h"
#include "pipeline/log.h"
#include "pipeline/registry.h"
#include "pipeline/train/tier.h"
#include "pipeline/value.h"

namespace at {
class Tensor;  // so that the program itself, which has no torch in it, can hold a collective
}

namespace pipeline {

/// The place of a process among those that a launcher started together, and where they meet.
struct Launch {
  std::string launcher;                 ///< "torchrun", "Slurm" or "PyTorchJob"
  int rank = 0, world = 1;              ///< this process among all: 0 .. world - 1
  int local_rank = 0, local_world = 1;  ///< this process among those of its machine; local_world is 1 where the launcher does not tell
  std::string master_address;           ///< host name or address of rank 0, or of the launcher's store
  std::uint16_t master_port = 0;
  bool store_is_served = false;  ///< the launcher serves the store at that address; else rank 0 does
  int attempt = 0;               ///< how often the launcher has started all processes anew: each start uses its own keys in the store
  std::string interface {};      ///< network interface that the user chose (GLOO_SOCKET_IFNAME); empty: the one towards rank 0
};

/// The processes (ranks) that train one model together. Every rank calls the same functions in the same order. Error (training) if another
/// rank has ended or is silent for longer than the collective's time limit.
class PIPELINE_EXPORT Collective {
 public:
  virtual ~Collective();
  [[nodiscard]] virtual int rank() const = 0;        ///< only rank 0 writes, logs and decides
  [[nodiscard]] virtual int world() const = 0;       ///< number of ranks
  [[nodiscard]] virtual int local_rank() const = 0;  ///< among the ranks of one machine: the index of this rank's GPU
  /// Copies the tensors of rank `from` into those of every rank, in place.
  virtual void broadcast(std::span<at::Tensor> tensors, int from) = 0;
  /// Sums tensors over the ranks in place, in the order of ranks, so that a run repeats bit for bit.
  virtual void all_reduce(std::span<at::Tensor> tensors) = 0;
  /// Copies the tensors of all ranks, which have equal shapes, into `all`: [world, ...].
  virtual void all_gather(const at::Tensor& tensor, at::Tensor& all) = 0;
  /// The values of all ranks, indexed by rank.
  [[nodiscard]] virtual std::vector<Value> all_gather(const Value& value) = 0;
  /// The value that rank 0 gives. Rank 0 may work alone before it calls this, so the others wait without a time limit, as long as they
  /// reach the store.
  [[nodiscard]] virtual Value share(const Value& value) = 0;
  /// Waits for all ranks.
  virtual void barrier() = 0;
};

/// The arguments of a collective's factory.
struct CollectiveContext {
  const Launch& launch;
  std::string device = "cpu";      ///< setting of the workflow: auto | cpu | cuda | cuda:N
  const std::atomic<int>& cancel;  ///< the signal that asks to stop, else 0: share() heeds it
  Log& log;
};

template <>
struct Kind<Collective> {
  static constexpr const char* name = "collective";
  using Factory = std::unique_ptr<Collective>(const Value& options, const CollectiveContext& context);
};

}  // namespace pipeline
