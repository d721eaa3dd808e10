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

/// A part of an optimizer's state that is saved or loaded. Each entry is named once, together with the member that holds it: saving reads
/// the member, loading sets it. Where PyTorch has the optimizer, take its names, and either program goes on with the other's training.
class PIPELINE_EXPORT StateEntries {
 public:
  StateEntries(const StateEntries&) = delete;
  StateEntries& operator=(const StateEntries&) = delete;

  /// True while a state is loaded, false while it is saved.
  [[nodiscard]] bool loading() const { return saved_ != nullptr; }
  /// The options of the parameter group, which must be of class `Options`; else Error (training).
  template <std::derived_from<torch::optim::OptimizerOptions> Options>
  [[nodiscard]] Options& options() {
    if (auto* options = dynamic_cast<Options*>(&options_)) return *options;
    throw other_class("the options of its parameter groups are");
  }

 protected:
  /// `saved`: what is loaded; nullptr: the entries are to be saved.
  StateEntries(torch::optim::OptimizerOptions& options, const State* saved) : options_(options), saved_(saved) {}
  ~StateEntries();

  void put(const char* name, State value) { written_.emplace_back(name, std::move(value)); }
  /// The saved entry of that name; nullptr where there is none, or None.
  [[nodiscard]] const State* get(const char* name);
  [[nodiscard]] const State& saved() const { return *saved_; }
  [[nodiscard]] static Error other_class(const std::string& thing);

  torch::optim::OptimizerOptions& options_;

 private:
  friend class Optimizer;
  const State* saved_;
  State::Map written_;
  std::vector<std::string> named_;  ///< what was asked for while loading
};

/// The settings of a parameter group that a training may change (by a scheduler), or that another program looks for. `lr` is one of all
/// optimizers and named already. An entry that a saved state lacks leaves its member as it is.
class PIPELINE_EXPORT GroupEntries final : public StateEntries {
 public:
  void setting(const char* name, double& value);
  void setting(const char* name, bool& value);
  void setting(const char* name, std::int64_t& value);
  void setting(const char* name, std::tuple<double, double>& pair);  ///< as Adam's betas
  /// Is written for other programs, and never read.
  void constant(const char* name, State value);

 private:
  friend class Optimizer;
  GroupEntries(torch::optim::OptimizerOptions& options, const State* saved) : StateEntries(options, saved) {}
  void learning_rate();
};

/// What an optimizer keeps of one weight. Tensors are saved from the CPU and loaded to the weight's device; a tensor that is undefined is
/// not saved.
class PIPELINE_EXPORT WeightEntries final : public StateEntries {
 public:
  [[nodiscard]] const torch::Tensor& weight() const { return weight_; }
  /// The object that step() keeps for this weight in torch::optim::Optimizer::state(), which must be of class `Kept`, else Error
  /// (training). While a state is loaded it is new.
  template <std::derived_from<torch::optim::OptimizerParamState> Kept>
  [[nodiscard]] Kept& kept() {
    if (loading() && !kept_) kept_ = std::make_unique<Kept>();
    if (auto* kept = dynamic_cast<Kept*>(kept_.get())) return *kept;
    throw other_class("what it keeps of a weight is");
  }

  /// The count of steps, which PyTorch saves as a float32 tensor under the name "step": exact up to 16,777,216. Error (training) where it
  /// is missing, as for the next three.
  void step(std::int64_t& count);
  void number(const char* name, double& value);
  void number(const char* name, std::int64_t& value);
  /// A tensor of the weight's shape, loaded with the weight's type; with `required` false it may be missing. Error (training) also for
  /// another shape.
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

/// An optimizer of LibTorch's make that says how its state is saved, so that a training goes on from a checkpoint as if it had never
/// stopped. Derive from TorchOptimizer (below), which joins this interface to LibTorch's class.
class PIPELINE_EXPORT Optimizer {
 public:
  virtual ~Optimizer();
  /// Itself as LibTorch's class: what the fit steps, what schedulers and callbacks get.
  [[nodiscard]] virtual torch::optim::Optimizer& torch_optimizer() = 0;

  /// What torch.optim.Optimizer.state_dict() gives in Python: {state: {index: {...}}, param_groups: [{lr, ..., params: [index, ...]}]}. Its
  /// tensors may share memory with the optimizer's. Error (training) where the optimizer keeps something that it does not name.
  [[nodiscard]] virtual State state_dict();
  /// Takes such a state, PyTorch's too, settings of the groups included, in the place of all that it kept. Error (training) when it is of
  /// another optimizer or another model.
  virtual void load_state_dict(const State& state);

 protected:
  /// Names the settings of a parameter group beside `lr`; none unless overridden.
  virtual void group_entries(GroupEntries& entries);
  /// Names what step() keeps of a weight; it is called for weights of which something is kept, or was saved. Unless overridden nothing may
  /// be kept.
  virtual void weight_entries(WeightEntries& entries);
};

/// The base class of optimizers: `Base` is torch::optim::Optimizer, or one of LibTorch's optimizers that is used as it is or changed. Its
/// constructors are Base's. What is kept outside of Base::state() is saved by overriding state_dict() and load_state_dict().
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
