#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <torch/optim/optimizer.h>

#include "pipeline/errors.h"
#include "pipeline/export.h"
#include "pipeline/registry.h"
#include "pipeline/torch/state.h"
#include "pipeline/train/tier.h"

namespace pipeline {

/// Saves or loads a part of an optimizer's state. Name each entry once, together with the member that holds it: saving reads the member,
/// loading sets it. If PyTorch has the optimizer, use its names: then either program can continue the other's training.
class PIPELINE_EXPORT StateEntries {
 public:
  StateEntries(const StateEntries&) = delete;
  StateEntries& operator=(const StateEntries&) = delete;

  /// True while loading, false while saving.
  [[nodiscard]] bool loading() const { return saved_ != nullptr; }
  /// The options of the parameter group. Error (training) if they are not of class `Options`.
  template <std::derived_from<torch::optim::OptimizerOptions> Options>
  [[nodiscard]] Options& options() {
    if (auto* options = dynamic_cast<Options*>(&options_)) return *options;
    throw other_class("the options of its parameter groups are");
  }

 protected:
  /// `saved`: the state to load; nullptr: save the entries.
  StateEntries(torch::optim::OptimizerOptions& options, const State* saved) : options_(options), saved_(saved) {}
  ~StateEntries();

  void put(const char* name, State value) { written_.emplace_back(name, std::move(value)); }
  /// The saved entry of that name; nullptr if it is missing or None.
  [[nodiscard]] const State* get(const char* name);
  [[nodiscard]] const State& saved() const { return *saved_; }
  [[nodiscard]] static Error other_class(const std::string& thing);

  torch::optim::OptimizerOptions& options_;

 private:
  friend class Optimizer;
  const State* saved_;
  State::Map written_;
  std::vector<std::string> named_;  ///< names asked for while loading
};

/// The settings of a parameter group that a training may change (by a scheduler) or that another program reads. `lr` is named already, for
/// all optimizers. A member whose entry is missing in a saved state stays as it is.
class PIPELINE_EXPORT GroupEntries final : public StateEntries {
 public:
  void setting(const char* name, double& value);
  void setting(const char* name, bool& value);
  void setting(const char* name, std::int64_t& value);
  void setting(const char* name, std::tuple<double, double>& pair);  ///< as Adam's betas
  /// An entry that is written for other programs and never read.
  void constant(const char* name, State value);

 private:
  friend class Optimizer;
  GroupEntries(torch::optim::OptimizerOptions& options, const State* saved) : StateEntries(options, saved) {}
  void learning_rate();
};

/// An optimizer's state for one weight. Tensors are copied to the CPU for saving and to the weight's device when loaded. An undefined
/// tensor is not saved.
class PIPELINE_EXPORT WeightEntries final : public StateEntries {
 public:
  [[nodiscard]] const torch::Tensor& weight() const { return weight_; }
  /// The object that step() keeps for this weight in torch::optim::Optimizer::state(). Error (training) if it is not of class `Kept`. While
  /// loading, it is a new object.
  template <std::derived_from<torch::optim::OptimizerParamState> Kept>
  [[nodiscard]] Kept& kept() {
    if (loading() && !kept_) kept_ = std::make_unique<Kept>();
    if (auto* kept = dynamic_cast<Kept*>(kept_.get())) return *kept;
    throw other_class("what it keeps of a weight is");
  }

  /// The count of steps. PyTorch saves it as a float32 tensor under the name "step": exact up to 16,777,216. While loading, Error
  /// (training) if the entry is missing; the same holds for number(), moment() and tensor().
  void step(std::int64_t& count);
  void number(const char* name, double& value);
  void number(const char* name, std::int64_t& value);
  /// A tensor of the weight's shape, loaded with the weight's type. Error (training) also for another shape. With `required` false the
  /// entry may be missing.
  void moment(const char* name, torch::Tensor& moment, bool required = true);
  /// A tensor of a shape and type of its own.
  void tensor(const char* name, torch::Tensor& tensor, bool required = true);

 private:
  friend class Optimizer;
  WeightEntries(torch::optim::OptimizerOptions& options, const State* saved, const torch::Tensor& weight,
                std::unique_ptr<torch::optim::OptimizerParamState>& kept)
      : StateEntries(options, saved), weight_(weight), kept_(kept) {}
  [[nodiscard]] const State& required(const char* name);

  const torch::Tensor& weight_;
  std::unique_ptr<torch::optim::OptimizerParamState>& kept_;
};

/// A LibTorch optimizer that describes its saved state, so that a training continues from a checkpoint as if it had never stopped. Derive
/// from TorchOptimizer (below), which joins this interface to LibTorch's class.
class PIPELINE_EXPORT Optimizer {
 public:
  virtual ~Optimizer();
  /// This object as LibTorch's class. The fit steps it; schedulers and callbacks get it.
  [[nodiscard]] virtual torch::optim::Optimizer& torch_optimizer() = 0;

  /// The state in the form of Python's torch.optim.Optimizer.state_dict(): {state: {index: {...}}, param_groups: [{lr, ..., params: [index,
  /// ...]}]}. Its tensors may share memory with the optimizer's. Error (training) if the optimizer keeps state that it does not name.
  [[nodiscard]] virtual State state_dict();
  /// Replaces all state, settings of the groups included, by such a state, of this program or of PyTorch. Error (training) when it belongs
  /// to another optimizer or another model.
  virtual void load_state_dict(const State& state);

 protected:
  /// Names the settings of a parameter group beside `lr`; none by default.
  virtual void group_entries(GroupEntries& entries);
  /// Names the state that step() keeps for a weight. Called only for weights with kept or saved state. Override it if step() keeps any: the
  /// default accepts none.
  virtual void weight_entries(WeightEntries& entries);
};

/// The base class of optimizers: `Base` is torch::optim::Optimizer or one of LibTorch's optimizers, used as it is or changed. The
/// constructors are those of Base. To save state outside of Base::state(), override state_dict() and load_state_dict().
template <std::derived_from<torch::optim::Optimizer> Base = torch::optim::Optimizer>
class TorchOptimizer : public Base, public Optimizer {
 public:
  using Base::Base;
  [[nodiscard]] torch::optim::Optimizer& torch_optimizer() final { return *this; }
};

template <>
struct Kind<Optimizer> {
  static constexpr const char* name = "optimizer";
  using Factory = std::unique_ptr<Optimizer>(const Value& options, std::vector<torch::Tensor> parameters);
};

}  // namespace pipeline
