#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "pipeline/options.h"
#include "pipeline/train/collective.h"

namespace pipeline::collective::c10d {

struct C10dOptions {
  double timeout = 1800;
  std::string interface;

  static constexpr auto options() {
    return option_list<C10dOptions>(
        option(
            "timeout", &C10dOptions::timeout,
            "The longest wait for another process within a training. One that is silent for longer counts as lost. A process that ends is "
            "noticed at once.")
            .above(0)
            .unit("s")
            .no_effect_on_result(),
        option("interface", &C10dOptions::interface,
               "The network interface to the other processes, e.g. \"eth0\"; empty: that of GLOO_SOCKET_IFNAME, else the one that leads to "
               "rank 0; on the machine of rank 0 that of its host name.")
            .no_effect_on_result());
  }
};

/// A process group of c10d with the backend Gloo. It meets the other processes at a TCPStore and first proves that the group adds known
/// numbers right.
class C10d final : public Collective {
 public:
  using Options = C10dOptions;
  C10d(const Options& options, const CollectiveContext& context);
  ~C10d() override;

  [[nodiscard]] int rank() const override { return launch_.rank; }
  [[nodiscard]] int world() const override { return launch_.world; }
  [[nodiscard]] int local_rank() const override { return launch_.local_rank; }
  void broadcast(std::span<at::Tensor> tensors, int from) override;
  void all_reduce(std::span<at::Tensor> tensors) override;
  void all_gather(const at::Tensor& tensor, at::Tensor& all) override;
  [[nodiscard]] std::vector<Value> all_gather(const Value& value) override;
  [[nodiscard]] Value share(const Value& value) override;
  void barrier() override;

 private:
  struct Group;
  /// Runs an exchange; what c10d throws becomes an Error (training) about the other ranks.
  template <class Exchange>
  void with_others(const Exchange& exchange) const;
  void check_sums();
  void sum_in_order(at::Tensor& tensor);

  Launch launch_;
  const std::atomic<int>& cancel_;
  std::unique_ptr<Group> group_;
  std::int64_t shared_ = 0;  ///< values so far: each has a key of its own in the store
};

}  // namespace pipeline::collective::c10d
