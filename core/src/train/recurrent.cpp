#include "pipeline/train/recurrent.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include <ATen/EmptyTensor.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "pipeline/errors.h"
#include "recurrent/stack.h"
#include "recurrent/tape.h"

namespace pipeline {

namespace {

using recurrent::OutputRows;
using recurrent::Parameters;
using recurrent::Rows;
using recurrent::Stack;
using recurrent::StackShape;
using recurrent::Tape;

Rows rows_of(const torch::Tensor& x) {
  return {.data = x.const_data_ptr<float>(), .rows = x.size(0), .steps = x.size(1), .row_stride = x.stride(0), .step_stride = x.stride(1)};
}

/// [B, W, width], or [B, width] of the last step.
OutputRows output_rows_of(const torch::Tensor& y, bool last_only) {
  return {
      .data = y.mutable_data_ptr<float>(), .row_stride = y.stride(0), .step_stride = last_only ? 0 : y.stride(1), .last_only = last_only};
}

/// Without the dispatcher's search for a device, which a single window would feel.
torch::Tensor empty_output(const torch::Tensor& x, const StackShape& shape, bool last_only) {
  return last_only ? at::detail::empty_cpu({x.size(0), shape.width()}, torch::kFloat)
                   : at::detail::empty_cpu({x.size(0), x.size(1), shape.width()}, torch::kFloat);
}

/// The gradient of an output that output_rows_of() wrote.
Rows gradient_rows_of(const torch::Tensor& dy, std::int64_t steps, bool last_only) {
  return {.data = dy.const_data_ptr<float>(),
          .rows = dy.size(0),
          .steps = steps,
          .row_stride = dy.stride(0),
          .step_stride = last_only ? 0 : dy.stride(1)};
}

std::vector<const float*> data_of(const std::vector<torch::Tensor>& masks) {
  std::vector<const float*> out;
  for (const torch::Tensor& mask : masks) out.push_back(mask.const_data_ptr<float>());
  return out;
}

std::vector<Parameters> parameters_of(at::TensorList tensors, std::int64_t per_layer) {
  std::vector<Parameters> out;
  for (std::size_t i = 0; i < tensors.size(); i += static_cast<std::size_t>(per_layer)) {
    const auto data = [&](std::size_t k) { return tensors[i + k].mutable_data_ptr<float>(); };
    out.push_back(
        {.w_ih = data(0), .w_hh = data(1), .b_ih = per_layer == 4 ? data(2) : nullptr, .b_hh = per_layer == 4 ? data(3) : nullptr});
  }
  return out;
}

/// A tape on its way from the forward to the backward pass. It goes back to its stack, also if there is no backward pass.
struct KeptTape final : torch::CustomClassHolder {
  KeptTape(std::shared_ptr<Stack> of, std::unique_ptr<Tape> kept) : stack(std::move(of)), tape(std::move(kept)) {}
  ~KeptTape() override { stack->give_back(std::move(tape)); }
  std::shared_ptr<Stack> stack;
  std::unique_ptr<Tape> tape;
};

struct Call {
  std::shared_ptr<Stack> stack;
  bool last_only = false;
  std::int64_t tensors_per_layer = 4;
  std::vector<torch::Tensor> masks;
};

/// The whole stack as one node of autograd's graph. Inputs: x [B, W, F], then all parameters.
class RecurrentFunction final : public torch::autograd::Function<RecurrentFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x, at::TensorList parameters,
                               const Call& call) {
    torch::Tensor y = empty_output(x, call.stack->shape(), call.last_only);
    auto tape = call.stack->forward_training(rows_of(x), output_rows_of(y, call.last_only), data_of(call.masks));
    context->saved_data["tape"] = c10::IValue::make_capsule(c10::make_intrusive<KeptTape>(call.stack, std::move(tape)));
    context->saved_data["last_only"] = call.last_only;
    context->saved_data["tensors_per_layer"] = call.tensors_per_layer;
    torch::autograd::variable_list kept{x};
    kept.insert(kept.end(), parameters.begin(), parameters.end());
    context->save_for_backward(std::move(kept));
    return y;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, torch::autograd::variable_list of_outputs) {
    if (at::GradMode::is_enabled())
      throw Error(ExitStatus::training,
                  "gradients of gradients do not go through the program's LSTM and GRU kernels: set PIPELINE_CPU_CAPABILITY=default, and "
                  "LibTorch's run");
    const auto kept = context->get_saved_variables();  // an Error if torch counted a change of a parameter since the forward pass
    const auto tape = c10::static_intrusive_pointer_cast<KeptTape>(context->saved_data["tape"].toCapsule());
    const bool last_only = context->saved_data["last_only"].toBool();
    torch::autograd::variable_list gradients;
    for (const torch::Tensor& of : kept) gradients.push_back(torch::empty(of.sizes(), of.options()));
    if (!context->needs_input_grad(0)) gradients.front() = torch::Tensor();
    const torch::Tensor dy = of_outputs[0].contiguous();
    const OutputRows of_input = gradients.front().defined() ? output_rows_of(gradients.front(), false) : OutputRows{};
    tape->stack->backward(*tape->tape, gradient_rows_of(dy, kept.front().size(1), last_only), of_input,
                          parameters_of(at::TensorList(gradients).slice(1), context->saved_data["tensors_per_layer"].toInt()));
    gradients.emplace_back();  // of `call`
    return gradients;
  }
};

StackShape shape_of(recurrent::Cell cell, const torch::nn::detail::RNNOptionsBase& options) {
  return {.cell = cell,
          .input = options.input_size(),
          .hidden = options.hidden_size(),
          .layers = options.num_layers(),
          .bidirectional = options.bidirectional()};
}

}  // namespace

class FastRecurrent::Impl {
 public:
  using Libtorch = std::function<torch::Tensor(const torch::Tensor&)>;

  Impl(recurrent::Cell cell, const torch::nn::detail::RNNOptionsBase& options, std::shared_ptr<torch::nn::Module> module, Libtorch libtorch)
      : shape_(shape_of(cell, options)),
        dropout_(options.dropout()),
        tensors_per_layer_(options.bias() ? 4 : 2),
        module_(std::move(module)),
        parameters_(module_->parameters(false)),
        libtorch_(std::move(libtorch)) {
    if (options.batch_first() && options.proj_size() == 0) set_ = recurrent::instruction_set();
  }

  torch::Tensor run(const torch::Tensor& x, bool last_only) {
    if (!set_ || !x.device().is_cpu() || x.scalar_type() != torch::kFloat || x.dim() != 3 || x.size(0) == 0) {
      const torch::Tensor all = libtorch_(x);
      return last_only ? all.select(1, all.size(1) - 1) : all;
    }
    const Packed& packed = pack(at::GradMode::is_enabled());
    const torch::Tensor input = with_side_by_side_values(x);
    std::vector<torch::Tensor> masks = draw_masks(input);
    if (!at::GradMode::is_enabled() && masks.empty()) {
      torch::Tensor y = empty_output(input, shape_, last_only);
      packed.stack->forward(rows_of(input), output_rows_of(y, last_only));
      return y;
    }
    return RecurrentFunction::apply(
        input, at::TensorList(parameters_),
        Call{.stack = packed.stack, .last_only = last_only, .tensors_per_layer = tensors_per_layer_, .masks = std::move(masks)});
  }

  [[nodiscard]] bool has_direct_gradients(torch::Device device) const {
    return set_ && device.is_cpu() &&
           std::ranges::all_of(parameters_, [](const torch::Tensor& p) { return p.scalar_type() == torch::kFloat; });
  }

  torch::Tensor direct_last_output(const torch::Tensor& x) {
    const torch::Tensor input = with_side_by_side_values(x);
    torch::Tensor y = empty_output(input, shape_, true);
    const std::vector<torch::Tensor> masks = draw_masks(input);
    direct_.stack = pack(true).stack;
    direct_.steps = input.size(1);
    direct_.tape = direct_.stack->forward_training(rows_of(input), output_rows_of(y, true), data_of(masks));
    return y;
  }

  void direct_backward(const torch::Tensor& of_output, std::span<torch::Tensor> gradients) {
    const torch::Tensor dy = of_output.contiguous();
    direct_.stack->backward(*direct_.tape, gradient_rows_of(dy, direct_.steps, true), OutputRows{},
                            parameters_of(at::TensorList(gradients.data(), gradients.size()), tensors_per_layer_));
    direct_.stack->give_back(std::move(direct_.tape));
  }

  [[nodiscard]] const char* kernels() const { return set_ ? set_->name : "LibTorch"; }

 private:
  /// What tells whether a tensor's values changed: torch counts the changes of a tensor. Tensors of inference mode have no counter, so
  /// that none equals what was held.
  class WeightStamp {
   public:
    WeightStamp(const torch::Tensor& weight)  // NOLINT(google-explicit-constructor): a list of tensors becomes a list of stamps
        : data_(weight.const_data_ptr()),
          version_(weight.is_inference() ? -1
                                         : static_cast<std::int64_t>(weight.unsafeGetTensorImpl()->version_counter().current_version())) {}
    friend bool operator==(const WeightStamp& a, const WeightStamp& b) {
      return a.data_ == b.data_ && a.version_ == b.version_ && a.version_ >= 0;
    }

   private:
    const void* data_;
    std::int64_t version_;
  };

  /// A stack and the weights that it holds.
  struct Packed {
    std::shared_ptr<Stack> stack;
    std::vector<WeightStamp> weights;  ///< empty: another training step may have changed them
  };

  /// A training step without autograd, between its two passes.
  struct Direct {
    std::shared_ptr<Stack> stack;
    std::unique_ptr<Tape> tape;
    std::int64_t steps = 0;
  };

  static torch::Tensor with_side_by_side_values(const torch::Tensor& x) {
    return x.stride(2) == 1 && x.stride(1) == x.size(2) ? x : x.contiguous();
  }

  /// The stack of autocast's kind of numbers. Takes the weights over: before every step of a training, and in inference if they are not as
  /// they were.
  const Packed& pack(bool trains) {
    const bool bf16 = at::autocast::is_autocast_enabled(at::kCPU) && at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16;
    Packed& packed = bf16 ? bf16_ : float_;
    if (!trains && std::ranges::equal(packed.weights, parameters_,
                                      [](const WeightStamp& held, const torch::Tensor& now) { return held == WeightStamp(now); }))
      return packed;
    for (const torch::Tensor& parameter : parameters_)
      TORCH_CHECK(parameter.is_contiguous() && parameter.scalar_type() == torch::kFloat,
                  "the weights of a recurrent layer are contiguous floats");
    if (!packed.stack) {
      StackShape shape = shape_;
      shape.bf16 = bf16;
      packed.stack = std::make_shared<Stack>(shape, *set_);
    }
    packed.stack->pack(parameters_of(parameters_, tensors_per_layer_), trains ? Stack::Use::training : Stack::Use::inference);
    packed.weights.clear();
    if (!trains) packed.weights.assign(parameters_.begin(), parameters_.end());
    return packed;
  }

  /// What dropout multiplies the outputs of the lower layers by: the same draws as LibTorch's, in its order.
  [[nodiscard]] std::vector<torch::Tensor> draw_masks(const torch::Tensor& x) const {
    std::vector<torch::Tensor> masks;
    if (dropout_ == 0 || !module_->is_training()) return masks;
    for (long l = 0; l + 1 < shape_.layers; ++l)
      masks.push_back(torch::empty({x.size(1), x.size(0), shape_.width()}, x.options()).bernoulli_(1 - dropout_).div_(1 - dropout_));
    return masks;
  }

  StackShape shape_;
  double dropout_;
  std::int64_t tensors_per_layer_;
  std::shared_ptr<torch::nn::Module> module_;
  std::vector<torch::Tensor> parameters_;  ///< the module's own, which keeps them when it moves to another device
  Libtorch libtorch_;
  const recurrent::InstructionSet* set_ = nullptr;
  Packed float_, bf16_;
  Direct direct_;
};

FastRecurrent::FastRecurrent(torch::nn::LSTM module)
    : impl_(std::make_unique<Impl>(recurrent::Cell::lstm, module->options_base, module.ptr(),
                                   [module](const torch::Tensor& x) mutable { return std::get<0>(module(x)); })) {}
FastRecurrent::FastRecurrent(torch::nn::GRU module)
    : impl_(std::make_unique<Impl>(recurrent::Cell::gru, module->options_base, module.ptr(),
                                   [module](const torch::Tensor& x) mutable { return std::get<0>(module(x)); })) {}
FastRecurrent::~FastRecurrent() = default;
torch::Tensor FastRecurrent::outputs(const torch::Tensor& x) { return impl_->run(x, false); }
torch::Tensor FastRecurrent::last_output(const torch::Tensor& x) { return impl_->run(x, true); }
bool FastRecurrent::has_direct_gradients(torch::Device device) const { return impl_->has_direct_gradients(device); }
torch::Tensor FastRecurrent::direct_last_output(const torch::Tensor& x) { return impl_->direct_last_output(x); }
void FastRecurrent::direct_backward(const torch::Tensor& of_output, std::span<torch::Tensor> gradients) {
  impl_->direct_backward(of_output, gradients);
}
const char* FastRecurrent::kernels() const { return impl_->kernels(); }

}  // namespace pipeline
