#include <torch/nn/module.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "checkpoint/model_library.h"
#include "checkpoint/panel_scales.h"
#include "pipeline/data/slicing.h"
#include "pipeline/data/text.h"
#include "pipeline/errors.h"
#include "pipeline/host/component_call.h"
#include "pipeline/train/checkpoint.h"
#include "train/allocation_limit.h"

namespace pipeline {

namespace {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// Collects tensors in the order of Python's state_dict(): a module's parameters, its buffers, then its children.
void collect(const torch::nn::Module& module, const std::string& prefix, NamedTensors& out) {
  for (const auto& entry : module.named_parameters(/*recurse=*/false)) out.emplace_back(prefix + entry.key(), entry.value());
  for (const auto& entry : module.named_buffers(/*recurse=*/false)) out.emplace_back(prefix + entry.key(), entry.value());
  for (const auto& child : module.named_children()) collect(*child.value(), prefix + child.key() + ".", out);
}

NamedTensors named_tensors(const torch::nn::Module& module) {
  NamedTensors out;
  collect(module, "", out);
  return out;
}

std::string shape_text(const torch::Tensor& tensor) {
  std::ostringstream out;
  out << tensor.sizes();
  return out.str();
}

CheckpointInfo info_of(const State& content, const std::optional<CheckpointInfo>& otherwise) {
  const State* info = content.find("pipeline");
  if (!info && otherwise) return *otherwise;
  if (!info)
    throw training_error(
        "it has no entry 'pipeline', so nothing says which model and which columns it belongs to: it was not written here. Give the "
        "workflow that says so (predict --workflow FILE), or name it as from_checkpoint of a train stage");
  try {
    CheckpointInfo out = CheckpointInfo::from_value(info->to_value());
    if (const State* scales = info->find(panel_scales_key); scales && out.series) out.scales = panel_scales_of(*scales, *out.series);
    if (out.series && out.series->panel && out.series->panel->scaled_by_series && !out.scales)
      throw training_error("the scales of its series are missing");
    return out;
  } catch (const Error& error) {
    throw training_error("its entry 'pipeline' is damaged or of another version: " + std::string(error.what()));
  }
}

/// The numbers that a file holds for its weights, and the memory that a model of these weights may take. Weights that share their numbers
/// count once.
struct Extent {
  std::int64_t values = 0;
  std::uint64_t memory = 0;
};

/// The factor is for weights that the file holds as float16, and for what a constructor makes and drops again. Masks and tables of
/// positions are in no file: what is always fine has room for them.
Extent extent_of(const State& weights) {
  constexpr std::uint64_t always_fine = 256 << 20, factor = 8;
  Extent out{.values = 0, .memory = always_fine};
  std::set<const c10::StorageImpl*> counted;
  for (const auto& [name, weight] : weights.as_map()) {
    if (!weight.is_tensor()) continue;
    const torch::Tensor& tensor = weight.as_tensor();
    if (!counted.insert(tensor.storage().unsafeGetStorageImpl()).second) continue;
    out.values += static_cast<std::int64_t>(tensor.storage().nbytes() / tensor.itemsize());
    out.memory += factor * counted_bytes(tensor.storage().nbytes());
  }
  return out;
}

Error does_not_fit(const std::string& what, const Extent& extent) {
  return training_error(what + " than its weights account for, which are " + std::to_string(extent.values) + " values");
}

/// Refuses sizes that no model of the file's weights has: an option may exceed 4096 only up to the number of values in the weights, and a
/// window the number of rows that any series has. So a constructor's products of sizes do not overflow.
void check_sizes(const CheckpointInfo& info, const Extent& extent) {
  constexpr std::int64_t always_fine = 4096;
  Value::Map sizes = info.model_options.as_map();
  sizes["horizon"] = info.horizon;
  for (const auto& [name, option] : sizes) {
    if (option.is_int() && option.as_int() > std::max(always_fine, extent.values))
      throw does_not_fit("its model's " + name + " = " + to_toml(option) + " is larger", extent);
  }
  if (info.window > most_rows) throw training_error("its window of " + std::to_string(info.window) + " rows is longer than any series");
}

Error unmakeable(const Error& error) { return training_error("its model cannot be made: " + std::string(error.what())); }

/// Refuses a model that no plugin has. The file may say which library gave it.
void require_known(const std::string& type, const State& content, const Registry& registry) {
  if (registry.find("model", type)) return;
  const State* info = content.find("pipeline");
  const State* library = info ? info->find(model_library_key) : nullptr;
  const bool named = library && library->is_string();
  throw training_error("its model \"" + type + "\" is in no plugin that was found; " +
                       (named ? "it was trained with " + library->as_string() + ": name the folder of that library with --plugin-path DIR"
                              : "if a plugin of yours gives it, name its folder with --plugin-path DIR"));
}

/// The loss that says what the model's output is; null for a model of a point.
Component<Loss> make_loss(const CheckpointInfo& info, const Registry& registry, torch::Device device) {
  if (info.loss.type.empty()) return nullptr;
  try {
    Component<Loss> loss = registry.make<Loss>(info.loss.type, info.loss.options);
    call(loss, "to", &Loss::to, device);
    return loss;
  } catch (const Error& error) {
    if (error.status() == ExitStatus::plugin) throw;  // its library cannot be loaded
    throw training_error("its loss cannot be made: " + std::string(error.what()));
  }
}

/// Makes the model of a file, which may be unusable: options out of range.
Component<Model> make_model(const CheckpointInfo& info, const Extent& extent, const Registry& registry) {
  try {
    const AllocationLimit limit(extent.memory, does_not_fit("its model takes more memory", extent));
    return registry.make<Model>(info.model_type, info.model_options, info.shape);
  } catch (const ConstructorError& error) {
    throw unmakeable(error);
  } catch (const Error& error) {
    if (error.status() == ExitStatus::plugin) throw;  // its library cannot be loaded
    throw unmakeable(error);
  }
}

}  // namespace

State model_state(const torch::nn::Module& model) {
  State::Map out;
  for (const auto& [name, tensor] : named_tensors(model))
    out.emplace_back(name, tensor.detach().to(torch::kCPU, /*non_blocking=*/false, /*copy=*/true));
  return out;
}

void load_model_state(torch::nn::Module& model, const State& state_dict, const std::string& origin) {
  std::map<std::string, const State*> given;
  for (const auto& [name, value] : state_dict.as_map()) given.emplace(name, &value);

  const NamedTensors wanted = named_tensors(model);
  std::vector<std::string> wrong;
  std::vector<const torch::Tensor*> sources;
  for (const auto& [name, tensor] : wanted) {
    const auto found = given.extract(name);
    const torch::Tensor* source = found && found.mapped()->is_tensor() ? &found.mapped()->as_tensor() : nullptr;
    if (!source) {
      wrong.push_back("'" + name + "' " + shape_text(tensor) + " is missing");
    } else if (source->sizes() != tensor.sizes()) {
      wrong.push_back("'" + name + "' is " + shape_text(*source) + " where the model has " + shape_text(tensor));
    } else if (source->is_floating_point() != tensor.is_floating_point()) {
      wrong.push_back("'" + name + "' is of type " + c10::toString(source->scalar_type()) + " where the model has " +
                      c10::toString(tensor.scalar_type()));
    }
    sources.push_back(source);
  }
  for (const auto& [name, value] : given) wrong.push_back("'" + name + "' is unknown to the model");
  if (!wrong.empty()) {
    throw training_error(origin + ": its weights do not fit the model " + model.name() + ": " + join(wrong, "; ") +
                         ". Use the model's type and options that it was trained with");
  }

  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < wanted.size(); ++i) torch::Tensor(wanted[i].second).copy_(*sources[i]);
}

LoadedModel load_model(const std::filesystem::path& file, const Registry& registry, torch::Device device,
                       const std::optional<CheckpointInfo>& otherwise) {
  const std::string origin = "checkpoint " + file.string();
  const State content = read_checkpoint(file);
  try {
    LoadedModel out{.info = info_of(content, otherwise), .model = nullptr, .loss = nullptr};
    const Extent extent = extent_of(content.at("state_dict"));
    check_sizes(out.info, extent);
    require_known(out.info.model_type, content, registry);
    out.loss = make_loss(out.info, registry, device);
    if (out.loss) out.info.shape.output = out.loss->output();
    out.model = make_model(out.info, extent, registry);
    load_model_state(*out.model, content.at("state_dict"), "its state_dict");
    out.model->to(device);
    out.model->eval();
    return out;
  } catch (const Error& error) {
    if (error.status() != ExitStatus::training) throw;
    throw training_error(origin + ": " + error.what());
  }
}

}  // namespace pipeline
